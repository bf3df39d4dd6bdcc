"""Some of the random histories that the benchmark lives through by the thousand."""

from typing import get_args

import pytest

from .storm.history import Tally, live
from .storm.profiles import EXPLAINED, Profile

SEEDS = range(20)
SAFE: tuple[Profile, ...] = (
    "hangs and crashes only",
    "internet",
    "mains",
    "clock",
    "user",
    "storage",
)
PROFILES: tuple[Profile, ...] = get_args(Profile.__value__)


@pytest.mark.parametrize("profile", PROFILES)
def test_power_is_cut_once_per_cause_and_comes_back(profile: Profile) -> None:
    """Whatever goes away and comes back, and however often the process dies."""
    tally = Tally()
    for seed in SEEDS:
        tally.add(live(profile, seed))
    assert tally.cuts
    assert (tally.second, tally.left_off) == (0, 0), tally.seeds
    if profile in SAFE:
        assert tally.without_cause == 0, tally.seeds
    for why in tally.why:
        assert any(why.startswith(each) for each in EXPLAINED), tally.seeds
