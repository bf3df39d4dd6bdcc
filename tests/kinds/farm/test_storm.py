"""A small part of the random histories of `scripts/benchmark farm_storm`."""

import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

from .storm.profiles import PROFILES

HISTORIES = 6
LIVE = """
import json, sys
from benchmarks.farm_storm import live_all
tally = live_all(sys.argv[1], range(int(sys.argv[2]), int(sys.argv[3])))
print(json.dumps([tally.stops, tally.starts, tally.faults, tally.seeds]))
"""


def _tally(profile: str, first: int, end: int) -> list[Any]:
    """Return stops, starts and faults of these histories, and in which they are.

    They are the same in each run: a process of its own puts sets in the same order.
    """
    lived = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LIVE, profile, str(first), str(end)],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    tally: list[Any] = json.loads(lived.stdout.splitlines()[-1])
    return tally


@pytest.mark.parametrize("profile", PROFILES)
def test_random_histories(profile: str) -> None:
    """Nothing is started that must not, ordered twice, lost or left down."""
    stops, starts, faults, seeds = _tally(profile, 0, HISTORIES)
    assert stops
    assert starts
    assert not faults, seeds


def test_a_cut_whose_turn_comes_after_the_release_is_not_sent() -> None:
    """A stop is released while some of its outlets wait for others."""
    _, _, faults, _ = _tally("alarms", 857, 858)
    assert not faults
