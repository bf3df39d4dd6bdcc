"""A house pays for what it uses: what other kinds need is not loaded, nor even there."""

from collections.abc import Iterable
import json
from pathlib import Path
import subprocess
import sys
from typing import Any

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


def _live(folder: Path, *kinds: str, without: Iterable[str] = ()) -> dict[str, Any]:
    """Return how entries of these kinds are in a Home Assistant of its own process."""
    missing = ["--without", *sorted(without)]
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
