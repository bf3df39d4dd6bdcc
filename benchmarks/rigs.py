"""Rigs: how soon a hung one is off, and a day of a farm; all in simulated time."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
import time
from typing import Any, Literal

from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.mining_farm.common.members import (
    Member,
    MinerFacts,
    async_members,
)
from homeassistant.core import HomeAssistant
from tests.kinds.rig.day import DEAD_PLUGS, HANGS, Day, async_live_through
from tests.kinds.rig.site import START, SimulatedRig, Site

from .storm import measure_storm
from .table import figure, table

MINER_POLL = timedelta(seconds=30)
MINER_GRACE = timedelta(seconds=90)
SPACING = timedelta(minutes=3)
"""Between two rigs that hang, so that none waits for the power-up of another."""
type Fault = Literal["api silent", "api answers, no hashing"]


class LinkedMiner:
    """What the entry of a rig's miner knows: polled every 30 s, silent after 90 s."""

    def __init__(self, rig: SimulatedRig, phase: timedelta, fault: Fault) -> None:
        """Take the rig, when its polls are due, and how it hangs."""
        self._rig = rig
        self._phase = phase
        self._fault = fault
        self.hung_at: datetime | None = None

    def read(self) -> MinerFacts:
        """Return what it knows now."""
        now = self._rig.clock.now
        since = (now - START - self._phase) % MINER_POLL
        polled = now - since
        hung = self.hung_at is not None and polled >= self.hung_at
        last_seen = polled
        if hung and self._fault == "api silent" and self.hung_at is not None:
            last_seen = self.hung_at - (self.hung_at - START - self._phase) % MINER_POLL
        return MinerFacts(
            fresh=now - last_seen <= MINER_GRACE,
            last_seen=last_seen,
            hashing=not hung,
            sleeping=False,
            starting=False,
            pool_lost=False,
            seen=True,
            hashrate=None,
        )


async def async_detect(
    hass: HomeAssistant, count: int, fault: Fault | None, seed: int = 1
) -> list[float]:
    """Return the s from hang to power off of rigs that hang at random moments."""
    random, site = Random(seed), Site(hass)  # noqa: S311
    hung: dict[str, datetime] = {}
    for number in range(count):
        name = f"rig{number}"
        rig = SimulatedRig(
            clock=site.clock,
            random=random,
            name=name,
            account=f"0x{name}",
            # A pool of its own: asked at its own moments, and no rig excuses another.
            pool=f"http://{name}",
        )
        miner = None
        if fault is not None:
            phase = MINER_POLL * random.random()
            miner = LinkedMiner(rig, phase, fault)
            async_members(hass).add(
                Member(entry_id=f"miner of {name}", name=name, facts=miner.read)
            )
            site.add(rig, miner_entry=f"miner of {name}")
        else:
            site.add(rig)
        at = START + timedelta(minutes=20) + SPACING * (number + random.random() / 2)
        hung[name] = at
        site.clock.at(at, _hang(rig, miner))
    with site.simulated():
        site.start()
        await site.clock.async_run(max(hung.values()) + timedelta(minutes=30))
        await site.async_stop()
    return [
        (rig.switched_off[0] - hung[name]).total_seconds()
        for name, rig in site.rigs.items()
    ]


def _hang(rig: SimulatedRig, miner: LinkedMiner | None) -> Callable[[], None]:
    def hang() -> None:
        rig.hang()
        if miner is not None:
            miner.hung_at = rig.clock.now

    return hang


def measure(*, quick: bool) -> Iterator[str]:
    """Yield the tables."""
    count = 20 if quick else 100
    cases: tuple[tuple[str, Fault | None], ...] = (
        ("pool only", None),
        ("linked miner, its API silent", "api silent"),
        ("linked miner, answers and does not hash", "api answers, no hashing"),
    )
    rows = []
    for name, fault in cases:
        waits = _run(partial(async_detect, count=count, fault=fault))
        minutes = [wait / 60 for wait in waits]
        rows.append((name, *map(figure, (min(minutes), median(minutes), max(minutes)))))
    rows.append(("the original, for comparison", "10.00", "-", "15.00"))
    yield table(
        "From the moment a rig hangs to power off, in minutes, with defaults",
        ("witness", "least", "median", "worst"),
        rows,
        [
            f"{count} rigs, each with a pool of its own, hang at random moments",
            "shares come 1 to 60 s apart, polls are spread over their interval",
            "the original: a check every 5 minutes, offline after 10",
        ],
    )
    rigs = 20 if quick else 100
    started = time.monotonic()
    day = _run(partial(async_live_through, count=rigs))
    yield _day_table(day, rigs, time.monotonic() - started)
    yield from measure_storm(quick=quick)


def _run[T](simulation: Callable[[HomeAssistant], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        with TemporaryDirectory(prefix="benchmark") as folder:
            async with async_test_home_assistant(config_dir=folder) as hass:
                result = await simulation(hass)
                await hass.async_stop(force=True)
                return result

    return asyncio.run(run())


def _day_table(day: Day, rigs: int, seconds: float) -> str:
    return table(
        f"A day of {rigs} rigs, polled every 30 s",
        ("what", "expected", "found"),
        [
            ("rigs cycled", str(len(HANGS)), str(len(day.cycles))),
            ("power cuts", str(len(HANGS)), str(sum(day.cycles.values()))),
            ("cuts of a rig that worked", "0", str(day.cut_while_mining)),
            (
                "restarts counted on disk",
                str(len(HANGS)),
                str(sum(day.counted.values())),
            ),
            ("outlets off at the end", "0", str(len(day.off))),
            ("rigs idle at the end", str(len(DEAD_PLUGS)), str(len(day.idle))),
        ],
        [
            f"{day.polls:,} polls and {day.requests:,} pool requests in {seconds:.0f} s",
            "pool down for 2 h and stale for 1 h, 5 rigs hung, 2 more behind dead plugs,",
            "three restarts of Home Assistant, one of them while a rig was off,",
            "and the mains gone for 18 minutes, all rigs booting after",
        ],
    )
