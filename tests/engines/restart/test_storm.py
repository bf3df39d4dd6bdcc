"""Some of the random histories that the benchmark lives through by the thousand."""

import pytest

from .storm.history import Tally, live
from .storm.profiles import Profile

SEEDS = range(12)
SAFE: tuple[Profile, ...] = (
    "hangs and crashes only",
    "internet",
    "mains",
    "clock",
    "user",
    "storage",
)
OTHERS: tuple[Profile, ...] = (
    "pool",
    "worker",
    "plug",
    "own switch, button",
    "mixed",
)


def lived(profile: Profile) -> Tally:
    """Return what came of some histories."""
    tally = Tally()
    for seed in SEEDS:
        tally.add(live(profile, seed))
    return tally


@pytest.mark.parametrize("profile", SAFE)
def test_no_rig_is_cut_without_cause(profile: Profile) -> None:
    """Whatever goes away and comes back, and however often the process dies."""
    tally = lived(profile)
    assert tally.cuts
    assert (tally.without_cause, tally.left_off) == (0, 0), tally.seeds


@pytest.mark.parametrize("profile", OTHERS)
def test_no_rig_is_left_off(profile: Profile) -> None:
    """Also where a cut without cause is possible."""
    tally = lived(profile)
    assert tally.cuts
    assert tally.left_off == 0, tally.seeds
