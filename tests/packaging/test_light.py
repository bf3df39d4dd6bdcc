"""A house pays for what it uses: what other kinds need is not loaded, nor even there."""

import ast
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import requires
import json
import os
from pathlib import Path
import re
import subprocess
import sys
from typing import Any

import pytest

from custom_components.mining_farm.engines import auction

ROOT = Path(__file__).parents[2]
ONLY_RIGS = {"kasa", "kasa_crypt"}
ONLY_WALLETS = {
    "async_substrate_interface",
    "cyscale",
    "highspy",
    "pulp",
    "py_sr25519_bindings",
    "sr25519",
    "tomlkit",
    "websockets",
}
ONLY_SITES = {"aiomqtt", "apps", "prometheus_client", "site_collector"}
"""With the site collector itself."""
OF_HOME_ASSISTANT = {"aiohttp", "cryptography"}
OF_PYTESTS_PLUGIN = {"paho_mqtt"}
REPRESENTATIVE = (
    "tests/kinds/miner/test_control.py",
    "tests/kinds/rig/test_rig_page.py",
    "tests/kinds/container/test_entities.py",
    "tests/kinds/wallet/test_delivery.py::test_promised_and_delivered",
    "tests/kinds/farm/test_totals.py",
)
ENGINE = "engines.auction"
WORDS = (
    "chain",
    "chain.networks",
    "errors",
    "models",
    "regular_file",
    "wire",
    "wire.bids",
    "wire.commitments",
    "wire.numbers",
)
"""Limits and names that stand in forms."""


def _live(
    folder: Path, *kinds: str, without: Iterable[str] = (), asks: bool = False
) -> dict[str, Any]:
    """Return how entries of these kinds are in a Home Assistant of its own process.

    With `asks` a wallet is added as far as the question for its chain.
    """
    missing = ["--without", *sorted(without)]
    if asks:
        missing.append("--asks-for-chain")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.packaging.light_house"),
            *(str(folder), *kinds, *missing),
        ],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_a_house_with_miners_only_loads_no_library_of_others(tmp_path: Path) -> None:
    """Also with the dialog open in which everything else could be added."""
    house = _live(tmp_path, "miner")
    assert house["states"] == {"miner": "loaded"}
    assert {"wallet", "container"} <= set(house["menu"])
    assert not set(house["packages"]) & (ONLY_RIGS | ONLY_WALLETS)


def test_a_house_without_a_wallet_imports_only_the_words_of_its_dialogs(
    tmp_path: Path,
) -> None:
    """Neither the chain, the solver, what publishes, nor what sets up a wallet."""
    house = _live(tmp_path, "miner")
    engine = {name for name in house["modules"] if name.startswith(f"{ENGINE}.")}
    assert engine <= {f"{ENGINE}.{name}" for name in WORDS}
    wallet = "kinds.wallet"
    assert f"{wallet}.flow.add" in house["modules"]
    for name in ("setup", "coordinator", "controls", "history"):
        assert f"{wallet}.{name}" not in house["modules"]


@pytest.mark.parametrize("asks", [False, True])
def test_what_a_wallet_needs_is_imported_outside_of_the_event_loop(
    tmp_path: Path, asks: bool
) -> None:
    """By its entry, or by the dialog that adds the first one."""
    house = _live(tmp_path, "miner" if asks else "wallet", asks=asks)
    assert {f"{ENGINE}.chain.client", f"{ENGINE}.solver.client"} < set(house["modules"])
    assert house["in_loop"] == []


def test_the_engine_of_wallets_offers_what_it_names() -> None:
    """Each name from the one module that type checkers see it in."""
    tree = ast.parse(Path(auction.__file__).read_text("utf-8"))
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }
    assert seen.keys() == set(auction.__all__)
    for name, home in seen.items():
        module = import_module(f"{auction.__name__}.{home}")
        assert getattr(auction, name) is getattr(module, name)
    with pytest.raises(AttributeError):
        getattr(auction, "nothing")  # noqa: B009


def test_without_the_packages_of_wallets_all_other_kinds_run(tmp_path: Path) -> None:
    """The wallet waits for its packages, and says so; nothing else does."""
    others = "miner", "rig", "container"
    house = _live(tmp_path, *others, "wallet", without=ONLY_WALLETS - {"websockets"})
    assert house["states"] == {
        **dict.fromkeys(others, "loaded"),
        "wallet": "setup_retry",
    }
    assert house["reasons"]["wallet"] == "wallet_packages"
    assert "wallet" in house["menu"]


def test_the_extra_of_sites_is_what_is_kept_away_below() -> None:
    """But for what Home Assistant or the plugin of these tests needs itself."""
    text = (ROOT / "apps/site_collector/requirements.txt").read_text("utf-8")
    extra = {re.split(r"[<>=]", line)[0] for line in text.split()}
    assert extra - OF_HOME_ASSISTANT - OF_PYTESTS_PLUGIN < ONLY_SITES
    core = {re.split(r"[^\w.-]", each)[0] for each in requires("homeassistant") or ()}
    assert core >= OF_HOME_ASSISTANT


def test_no_kind_needs_the_extra_of_sites(tmp_path: Path) -> None:
    """All of them are set up without it, and load nothing of it where it is there."""
    kinds = "miner", "rig", "container", "wallet"
    house = _live(tmp_path, *kinds, without=ONLY_SITES)
    assert house["states"] == dict.fromkeys(kinds, "loaded")
    (tmp_path / "with").mkdir()
    house = _live(tmp_path / "with", *kinds)
    assert not set(house["packages"]) & ONLY_SITES


def test_the_integrations_tests_pass_without_the_extra_of_sites() -> None:
    """Some of each kind, where that extra cannot be imported."""
    program = (
        "import sys, pytest\n"
        "from tests.packaging.light_house import Absent\n"
        f"sys.meta_path.insert(0, Absent({sorted(ONLY_SITES)!r}))\n"
        "sys.exit(pytest.main(sys.argv[1:]))\n"
    )
    options = "-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly"
    done = subprocess.run(
        [sys.executable, "-c", program, *options, *REPRESENTATIVE],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"\d+ passed", done.stdout)
