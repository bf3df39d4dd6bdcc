"""Some of the random histories that the benchmark lives through by the thousand."""

from typing import get_args

import pytest

from .storm.history import Tally, live
from .storm.profiles import Profile

SEEDS = range(20)
PROFILES: tuple[Profile, ...] = get_args(Profile.__value__)


@pytest.mark.parametrize("profile", PROFILES)
def test_power_is_cut_once_per_cause_and_comes_back(profile: Profile) -> None:
    """Whatever goes away and comes back, and however often the process dies."""
    tally = Tally()
    for seed in SEEDS:
        tally.add(live(profile, seed))
    assert tally.cuts
    assert (tally.second, tally.left_off) == (0, 0), tally.seeds
    assert not tally.to_look_into
