"""The commands' wheel, built, installed into empty environments, and run from there."""

import asyncio
import json
from pathlib import Path
import shutil
import subprocess
import sys
from zipfile import ZipFile

import pytest

from simulators.antminer import AntminerSimulator

ROOT = Path(__file__).parents[2]
ENGINES = ROOT / "custom_components" / "mining_farm" / "engines"
COMMANDS = {
    "auction_miner": ENGINES / "auction",
    "edge_collector": ENGINES / "edge_collector",
    "site_collector": ROOT / "apps" / "site_collector",
}

pytestmark = pytest.mark.xdist_group("wheel")


def _uv(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "uv", *arguments, "--python", sys.executable]
    subprocess.run(command, check=True, capture_output=True, cwd="/")


def _build(source: Path) -> Path:
    """Return the wheel built of a folder, with the setuptools that is locked."""
    _uv(
        "build", "--wheel", "--no-build-isolation", "--out-dir", source / "dist", source
    )
    return next((source / "dist").glob("*.whl"))


def _installed(folder: Path, *requirements: str | Path) -> Path:
    """Return the Python of a new environment that holds these and nothing else."""
    _uv("venv", folder)
    python = folder / "bin" / "python"
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--python", python),
            *("--constraint", ROOT / "requirements_dev.txt", *requirements),
        ],
        check=True,
        capture_output=True,
        cwd="/",
    )
    return python


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository's files that a wheel is built of."""
    copy = tmp_path_factory.mktemp("wheel") / "source"
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in (ENGINES, ROOT / "apps"):
        shutil.copytree(folder, copy / folder.relative_to(ROOT), ignore=ignored)
    shutil.copy(
        ENGINES.with_name("manifest.json"), copy / ENGINES.parent.relative_to(ROOT)
    )
    for name in ("pyproject.toml", "setup.py", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    """Return the wheel."""
    return _build(source)


async def _run(python: Path, *arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        python,
        *("-m", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd="/",
        env={},
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def _modules(wheel: Path) -> set[str]:
    names = ZipFile(wheel).namelist()
    return {name for name in names if ".dist-info/" not in name}


def test_every_module_of_all_commands_is_in_the_wheel(wheel: Path) -> None:
    """The modules of each engine at their places, and nothing else."""
    assert _modules(wheel) == {
        f"{name}/{file.relative_to(folder)}"
        for name, folder in COMMANDS.items()
        for file in folder.rglob("*.py")
    }


def test_a_new_folder_is_found(source: Path, tmp_path: Path) -> None:
    """Also one that is nested, and that has no `__init__.py`."""
    changed = tmp_path / "source"
    shutil.copytree(source, changed, ignore=shutil.ignore_patterns("build", "dist"))
    folder = changed / COMMANDS["edge_collector"].relative_to(ROOT) / "drivers" / "new"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "protocol.py").touch()
    assert "edge_collector/drivers/new/inner/protocol.py" in _modules(_build(changed))


def test_the_version_is_the_manifests_and_requirements_are_the_engines(
    wheel: Path,
) -> None:
    """The wheel repeats them, pins and all."""
    manifest = json.loads(ENGINES.with_name("manifest.json").read_text())
    listed = [
        requirement
        for folder in (COMMANDS["auction_miner"], COMMANDS["site_collector"])
        for requirement in (folder / "requirements.txt").read_text("utf-8").split()
    ]
    with ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(name).decode()
    assert f"\nVersion: {manifest['version']}\n" in metadata
    required = {
        frozenset(line.split(":")[1].split(";")[0].strip().split(","))
        for line in metadata.splitlines()
        if line.startswith("Requires-Dist")
    }
    assert {name for names in required for name in names if "==" in name} == {
        requirement for requirement in listed if "==" in requirement
    }
    assert len(required) == len(listed)


async def test_edge_collector_reads_a_miner_from_an_empty_environment(
    wheel: Path, tmp_path: Path, loopback: None
) -> None:
    """The wheel alone is enough: nothing but the standard library is needed."""
    python = _installed(tmp_path / "environment", "--no-deps", wheel)
    assert (await _run(python, "edge_collector.main", "--help"))[0] == 0
    async with AntminerSimulator("s19jpro") as miner:
        code, out, _ = await _run(
            *(python, "edge_collector.main", "--host", miner.host),
            *("--port", str(miner.port), "--timeout", "60"),
        )
    assert code == 0
    assert [board["id"] for board in json.loads(out)["boards"]] == [1, 2, 3]


async def test_auction_miner_runs_from_an_empty_environment(
    wheel: Path, tmp_path: Path
) -> None:
    """The wheel with the extra that it declares is enough."""
    extra = f"mining-farm[auction] @ {wheel.as_uri()}"
    python = _installed(tmp_path / "environment", extra)
    code, out, err = await _run(python, "auction_miner.main", "--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: auction_miner")


async def test_site_collector_runs_from_an_empty_environment(
    wheel: Path, tmp_path: Path
) -> None:
    """The wheel with the extra that it declares is enough."""
    extra = f"mining-farm[site] @ {wheel.as_uri()}"
    python = _installed(tmp_path / "environment", extra)
    config = tmp_path / "site.toml"
    config.write_text('[site]\nname = "n"\n[[miners]]\naddresses = "10.0.0.1-9"\n')
    done = await _run(python, "site_collector", "--config", str(config), "--check")
    assert done == (0, f"{config}: 9 addresses, no mistake found\n", "")
