"""A small part of the random histories of `scripts/benchmark farm_storm`."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

from .storm.profiles import PROFILES

HISTORIES = 20
LIVE = """
import json, sys
from benchmarks.farm_storm import live_all
for profile in sys.argv[2:]:
    tally = live_all(profile, range(int(sys.argv[1])))
    print(json.dumps([profile, vars(tally)]))
"""


@pytest.fixture(scope="module")
def tallies() -> Mapping[str, Mapping[str, Any]]:
    """Return what came of the first histories of each profile.

    They are the same in each run: a process of its own puts sets in the same order.
    """
    lived = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LIVE, str(HISTORIES), *PROFILES],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return dict(map(json.loads, lived.stdout.splitlines()[-len(PROFILES) :]))


@pytest.mark.parametrize("profile", PROFILES)
def test_random_histories(
    tallies: Mapping[str, Mapping[str, Any]], profile: str
) -> None:
    """Nothing is started that must not, ordered twice, lost or left down."""
    tally = tallies[profile]
    assert tally["histories"] == HISTORIES
    assert tally["stops"]
    assert tally["starts"]
    assert bool(tally["settings"]) == ("limit" in PROFILES[profile])
    assert not tally["faults"], tally["seeds"]
