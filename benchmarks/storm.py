"""Rigs: random histories of a hostile world, beside what the first version made of them."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
import os
from typing import NamedTuple

from tests.engines.restart.storm.history import Tally, live
from tests.engines.restart.storm.profiles import Profile

from .table import table


class First(NamedTuple):
    """What the first version made of a profile, in 1,900 histories of its own."""

    cuts: int
    without_cause: int
    second: int


FIRST: dict[Profile, First] = {
    "hangs and crashes only": First(3911, 49, 0),
    "internet": First(1832, 1043, 9),
    "pool": First(1568, 840, 3),
    "mains": First(1751, 1111, 4),
    "clock": First(723, 9, 1),
    "user": First(2151, 48, 0),
    "storage": First(3592, 54, 0),
    "worker": First(3064, 2446, 0),
    "plug": First(4141, 111, 0),
    "own switch, button": First(3410, 2759, 1842),
    "mixed": First(2922, 2458, 709),
}
HISTORIES = 20_000
QUICK = 20
"""Histories of each profile, when there is little time."""
BATCH = 25
REMAINING = {
    "pool": "the data of a lone rig's pool stand still while it answers",
    "worker": "a rig mines at an account that nobody named, and is neither linked nor "
    "measured",
    "own switch, button": "a rig was switched off at its own switch: one cut where its "
    "outlet measures, the limits in a row and a day where it does not",
    "mixed": "any of these",
}
"""What the remaining cuts without cause are, by profile."""


def measure_storm(*, quick: bool) -> Iterator[str]:
    """Yield the table."""
    count = QUICK if quick else -(-HISTORIES // len(FIRST))
    rows, total = [], Tally()
    with ProcessPoolExecutor(max_workers=os.process_cpu_count()) as pool:
        for profile, first in FIRST.items():
            batches = [
                range(start, min(start + BATCH, count))
                for start in range(0, count, BATCH)
            ]
            tally = Tally()
            for part in pool.map(partial(live_all, profile), batches):
                tally.add(part)
            total.add(tally)
            rows.append(_row(profile, tally, first))
    yield table(
        "Random histories of 130 minutes: cuts without cause, and what is left off",
        (
            "what goes wrong",
            "histories",
            "rigs",
            "cuts",
            "without cause",
            "of these second",
            "left off",
            "first version: cuts",
            "without cause",
            "of these second",
        ),
        rows,
        [
            f"{total.histories:,} histories, {total.stops:,} stops of Home Assistant",
            f"{total.kills_in_cut:,} of these were kills with the power cut",
            *(f"{profile}: {reason}" for profile, reason in REMAINING.items()),
        ],
    )


def live_all(profile: Profile, seeds: range) -> Tally:
    """Return what came of some histories."""
    tally = Tally()
    for seed in seeds:
        tally.add(live(profile, seed))
    return tally


def _row(profile: Profile, tally: Tally, first: First) -> tuple[str, ...]:
    numbers = (
        tally.histories,
        tally.rigs,
        tally.cuts,
        tally.without_cause,
        tally.second,
        tally.left_off,
        *first,
    )
    return (profile, *(f"{number:,}" for number in numbers))
