"""A house pays for what it uses: what other kinds need is not loaded, nor even there."""

import ast
from collections.abc import Iterable
from importlib import import_module
import json
from pathlib import Path
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
