"""A farm's safety: random histories of alarms, silence, users, disks, restarts and lies."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
import logging
import os
from tempfile import TemporaryDirectory

from pytest_homeassistant_custom_component.common import async_test_home_assistant

from tests.kinds.farm.storm.driven import DrivenLoop
from tests.kinds.farm.storm.history import async_live_all
from tests.kinds.farm.storm.profiles import PROFILES, Profile
from tests.kinds.farm.storm.tally import Tally

from .machine import load
from .table import table

HISTORIES = 20_000
QUICK = 5
"""Histories of each profile, when there is little time."""
BATCH = 50


def measure(*, quick: bool) -> Iterator[str]:
    """Yield the table."""
    count = QUICK if quick else HISTORIES // len(PROFILES)
    rows, total = [], Tally()
    with ProcessPoolExecutor(max_workers=os.process_cpu_count()) as pool:
        for profile in PROFILES:
            batches = [
                range(start, min(start + BATCH, count))
                for start in range(0, count, BATCH)
            ]
            tally = Tally()
            for part in pool.map(partial(live_all, profile), batches):
                tally.add(part)
            total.add(tally)
            rows.append(_row(profile, tally))
    rows.append(_row("together", total))
    yield table(
        "Random histories of a cooling group of four machines, and one beside it",
        (
            "what goes wrong",
            "histories",
            "kills",
            "stops ordered",
            "starts ordered",
            "targets ordered",
            "listed as not stopped",
            "faults",
        ),
        rows,
        [
            "leaks, repairs and releases come in every history; half an hour each",
            "a fault: a start while a cause stands, a machine is held, or its user wants it off,",
            "a second start or order, more under way than the limit, an order before its hold",
            "is on disk, an order lost, or a machine left down",
            *(f"{number:,} x {fault}" for fault, number in total.faults.most_common()),
            *(f"in history {seed}" for seed in total.seeds[:20]),
            load(),
        ],
    )


def live_all(profile: Profile, seeds: range) -> Tally:
    """Return what came of some histories."""
    logging.disable(logging.CRITICAL)

    async def live() -> Tally:
        with TemporaryDirectory(prefix="storm", ignore_cleanup_errors=True) as folder:
            async with async_test_home_assistant(config_dir=folder) as hass:
                tally = await async_live_all(hass, profile, seeds)
                await hass.async_stop(force=True)
                return tally

    with asyncio.Runner(loop_factory=DrivenLoop) as runner:
        return runner.run(live())


def _row(profile: str, tally: Tally) -> tuple[str, ...]:
    numbers = (
        tally.histories,
        tally.kills,
        tally.stops,
        tally.starts,
        tally.settings,
        tally.listed,
        tally.faults.total(),
    )
    return (profile, *map("{:,}".format, numbers))
