"""Check that each import contract of `pyproject.toml` catches a violation.

A contract that names a module that is gone, or one too few, is kept by everything. So each
has an import here that it must refuse: planted in a copy, one at a time. Prints contracts
that catch nothing, or have no violation here, and exits 1.
"""

from pathlib import Path
import re
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
import tomllib
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
INTEGRATION = Path("custom_components/mining_farm")
COPIED = ("apps", "benchmarks", "custom_components", "scripts", "simulators", "tests")
CONTRACT = re.compile(
    r"^\[\[tool\.importlinter\.contracts\]\]$.*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL
)
HEAD = """
[tool.importlinter]
root_packages = [
    "apps", "benchmarks", "custom_components.mining_farm", "scripts", "simulators", "tests"
]
include_external_packages = true
"""
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


class Planted(NamedTuple):
    """An import that a contract refuses, and the file of the integration that gets it."""

    file: str
    line: str


VIOLATIONS = {
    "Arrows run one way: face, kinds, constants, engines": Planted(
        "const.py", "from .kinds import miner"
    ),
    "Nothing below the face knows its entry point": Planted(
        "const.py", "from custom_components.mining_farm import async_setup_entry"
    ),
    "Kinds are independent of each other": Planted(
        "kinds/miner/coordinator.py", "from ..rig import coordinator"
    ),
    "Every kind has the same rooms, in the same order": Planted(
        "kinds/wallet/coordinator.py", "from . import sensor"
    ),
    (
        "Rigs: dialogs and platforms over controls, controls over the coordinator, "
        "all over the data"
    ): Planted("kinds/rig/coordinator.py", "from . import controls"),
    "Kinds and what they build with import no library of a device: engines do": Planted(
        "kinds/rig/coordinator.py", "import kasa"
    ),
    "What kinds build with knows no kind, and of the engines only that of the farm": Planted(
        "common/members.py", "from ..engines.restart import models"
    ),
    "Engines never import Home Assistant": Planted(
        "engines/restart/models.py", "from homeassistant.core import HomeAssistant"
    ),
    "Engines are independent of each other": Planted(
        "engines/restart/models.py", "from ..power import models"
    ),
    "The auction's folders import only those below them": Planted(
        "engines/auction/wire/numbers.py", "from ..window import auction"
    ),
    (
        "Containers: a maker stands above the words and beside the others; "
        "only the registry names it"
    ): Planted("engines/containers/models.py", "from . import antspace"),
    (
        "Edge collector: doors and scan over the registry, the registry over drivers, "
        "drivers over the words"
    ): Planted("engines/edge_collector/driver.py", "from .drivers import cgminer"),
    "Edge collector: drivers are independent of each other, over one exchange": Planted(
        "engines/edge_collector/drivers/tcp.py", "from .cgminer import client"
    ),
    "Edge collector: only the registry imports what writes to a miner": Planted(
        "engines/edge_collector/scan.py", "from .drivers.axeos import writer"
    ),
    "Miners: only the controls get a writer from the registry": Planted(
        "kinds/miner/switch.py", "from ...engines.edge_collector import registry"
    ),
    "Edge collector: the CGMiner driver is built in layers": Planted(
        "engines/edge_collector/drivers/cgminer/replies.py", "from . import collector"
    ),
    "Edge collector: only the list of families knows a family by name": Planted(
        "engines/edge_collector/drivers/cgminer/parsing.py",
        "from .families import antminer",
    ),
    "What decides about power touches no network": Planted(
        "engines/restart/cycle.py", "import socket"
    ),
    "Of what decides about power, only the cycle and the gate wait": Planted(
        "engines/restart/decide.py", "import asyncio"
    ),
    "Tests import no scripts": Planted(
        "../../tests/reference.py", "from scripts import develop"
    ),
    "No circles, type-only imports counted": Planted(
        "kinds/wallet/data.py", "from .coordinator import WalletCoordinator"
    ),
    "Programs without Home Assistant know engines only": Planted(
        "../../apps/site_collector/sums.py",
        "from custom_components.mining_farm.common import members",
    ),
    "Programs reach an engine through one door": Planted(
        "../../apps/site_collector/sums.py",
        "from custom_components.mining_farm.engines.edge_collector import MinerState",
    ),
    "Nothing else knows the programs": Planted(
        "engines/restart/models.py", "from apps.site_collector import sums"
    ),
    "What ships never imports simulators or tests": Planted(
        "engines/restart/models.py", "from simulators import clock"
    ),
}


def copy_sources(target: Path) -> None:
    """Copy what the contracts are about."""
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, target / name, ignore=ignored)


def breaks(copy: Path, contract: str, planted: Planted) -> bool:
    """Return whether the import linter finds a contract broken once this is planted."""
    (copy / "pyproject.toml").write_text(f"{HEAD}\n{contract}", "utf-8")
    file = copy / INTEGRATION / planted.file
    whole = file.read_text("utf-8")
    file.write_text(f"{whole}\n{planted.line}\n", "utf-8")
    result = subprocess.run(
        [LINT_IMPORTS, "--no-logo"],
        cwd=copy,
        env={"PYTHONPATH": str(copy), "NO_COLOR": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    file.write_text(whole, "utf-8")
    if "Contracts: " not in result.stdout:
        raise RuntimeError(result.stdout + result.stderr)
    return "0 kept, 1 broken" in result.stdout


def main() -> int:
    """Plant each violation; return the exit status."""
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    contracts = {
        tomllib.loads(text)["tool"]["importlinter"]["contracts"][0]["name"]: text
        for text in CONTRACT.findall(settings)
    }
    faults = [
        f"{name}: is no contract" for name in VIOLATIONS.keys() - contracts.keys()
    ]
    with TemporaryDirectory() as folder:
        copy_sources(Path(folder))
        for name, contract in contracts.items():
            planted = VIOLATIONS.get(name)
            if planted is None:
                faults.append(f"{name}: has no violation in {Path(__file__).name}")
            elif not breaks(Path(folder), contract, planted):
                faults.append(
                    f"{name}: {planted.line!r} in {planted.file} is not caught"
                )
    print(*faults, sep="\n", end="\n" if faults else "")
    if not faults:
        print(f"Each of {len(contracts)} contracts catches a violation.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
