"""Rigs: random histories of a hostile world, beside what the first version made of them."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
import os
from typing import NamedTuple

from tests.engines.restart.storm.history import Tally, live
from tests.engines.restart.storm.profiles import EXPLAINED, Profile

from .table import table


class First(NamedTuple):
    """What the first version made of a profile, in 1,900 histories of its own."""

    cuts: int
    without_cause: int
    second: int


FIRST: dict[Profile, First | None] = {
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
    "second account": None,
    "gone in mid-cut": None,
    "mixed": First(2922, 2458, 709),
}
"""None: a profile that it was not tried in."""
HISTORIES = 20_000
QUICK = 20
"""Histories of each profile, when there is little time."""
BATCH = 25


def measure_storm(*, quick: bool) -> Iterator[str]:
    """Yield a tally as each profile ends, and the table of all."""
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
            yield "\n".join((_summary(profile, tally), *_explanations(tally)))
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
            f"{total.handed_over:,} rigs still hang after a cut and were left to a human",
            *_explanations(total),
        ],
    )


def live_all(profile: Profile, seeds: range) -> Tally:
    """Return what came of some histories."""
    tally = Tally()
    for seed in seeds:
        tally.add(live(profile, seed))
    return tally


def _summary(profile: Profile, tally: Tally) -> str:
    """Return a profile's tally in a line, with the histories to look into."""
    told = (
        f"{profile}: {tally.histories:,} histories, {tally.cuts:,} cuts, "
        f"{tally.without_cause:,} without cause, {tally.second:,} of these second, "
        f"{tally.left_off:,} left off"
    )
    if not (seeds := tally.to_look_into):
        return told
    return f"{told}; to look into: {', '.join(map(str, seeds))}"


def _explanations(total: Tally) -> Iterator[str]:
    """Yield why rigs that did not hang were cut, and how often."""
    for start, reason in EXPLAINED.items():
        if count := sum(n for why, n in total.why.items() if why.startswith(start)):
            yield f"{count:,} x {start}: {reason}"
    for why, count in total.why.items():
        if not why.startswith(tuple(EXPLAINED)):
            yield f"{count:,} x NOT EXPLAINED: {why}"
    yield from (f"of these {n:,} x {why}" for why, n in total.why.items() if ":" in why)


def _row(profile: Profile, tally: Tally, first: First | None) -> tuple[str, ...]:
    numbers = (
        tally.histories,
        tally.rigs,
        tally.cuts,
        tally.without_cause,
        tally.second,
        tally.left_off,
    )
    before = ("-", "-", "-") if first is None else map("{:,}".format, first)
    return (profile, *map("{:,}".format, numbers), *before)
