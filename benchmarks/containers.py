"""Containers: one poll, how soon an alarm becomes an event, and Home Assistant with fifty."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import median
import time
from typing import NamedTuple

import aiohttp

from custom_components.mining_farm.const import Kind
from custom_components.mining_farm.engines.containers import (
    connect,
    find,
    take_snapshot,
)

from .core import Core
from .core_process import Phase, Start
from .home_assistant import PHASE_ROWS
from .machine import load
from .plants import Plants, Raised
from .table import figure, table

_WARM_UP_POLLS = 20
_POLL_S = 10.0
_HEARING_S = _POLL_S + 10.0
"""After the last alarm bit was set, until its event."""


class _Poll(NamedTuple):
    """What polls of one container took, in ms."""

    wall: list[float]
    cpu: float
    """Of the client's process, on average."""
    miners: int


def measure(*, quick: bool) -> Iterator[str]:
    """Yield the tables."""
    yield _poll_table(100 if quick else 1000)
    count, seconds = (10, 35.0) if quick else (50, 122.0)
    with Core((), 0) as core:
        bare = core.run(seconds)
    with (
        Plants(count) as plants,
        Core(plants.hosts, plants.port, Kind.CONTAINER) as core,
    ):
        quiet = core.run(seconds)
        plants.raise_alarms(seconds)
        noted = core.run(seconds + _HEARING_S)
        yield _alarm_table(plants.raised(), noted)
        yield _core_table(count, core.start, bare, quiet)


def _poll_table(polls: int) -> str:
    with Plants(2) as plants:
        results = {
            model: asyncio.run(_poll(host, plants.port, polls))
            for model, host in zip(plants.models, plants.hosts, strict=True)
        }
    return table(
        "One poll of a container over loopback",
        ("", *results),
        [
            ("median, ms", *(figure(median(each.wall)) for each in results.values())),
            ("worst, ms", *(figure(max(each.wall)) for each in results.values())),
            ("client's CPU, ms", *(figure(each.cpu) for each in results.values())),
            ("miners listed", *(str(each.miners) for each in results.values())),
        ],
        [
            f"{polls} polls of both operations, one after the other, parsed",
            "the container runs in another process on the same machine",
            load(),
        ],
    )


async def _poll(host: str, port: int, polls: int) -> _Poll:
    async with aiohttp.ClientSession() as session:
        table = (await find(session, host, port)).table
        driver = connect(session, host, port, model=table.model)
        wall: list[float] = []
        cpu, miners = 0.0, 0
        for number in range(-_WARM_UP_POLLS, polls):
            if number == 0:
                cpu = time.process_time()
            start = time.perf_counter()
            snapshot = await take_snapshot(table, driver, datetime.now(UTC))
            if number >= 0:
                wall.append((time.perf_counter() - start) * 1000)
            if snapshot.plant is None or snapshot.miners is None:
                raise RuntimeError(f"a poll failed: {snapshot.failure}")
            miners = len(snapshot.miners.miners or ())
        return _Poll(
            wall=wall,
            cpu=(time.process_time() - cpu) * 1000 / polls,
            miners=miners,
        )


def _alarm_table(raised: Sequence[Raised], phase: Phase) -> str:
    """Return how long each alarm took from its bit to its event."""
    heard = {
        (noted.entity_id, noted.about): noted.at for noted in reversed(phase.noted)
    }
    waits = [
        at - each.at
        for each in raised
        if (at := heard.get((_event_entity(each.container), each.alarm))) is not None
    ]
    return table(
        "From an alarm bit in the container to the event in Home Assistant, in s",
        ("alarms", "least", "median", "worst", "never seen"),
        [
            (
                str(len(raised)),
                *map(figure, (min(waits), median(waits), max(waits))),
                str(len(raised) - len(waits)),
            )
        ],
        [
            "bits are set at random moments; every container is polled every 10 s",
            "measured in real time, from another process to the state of the event",
        ],
    )


def _event_entity(container: int) -> str:
    return f"event.container_{container + 1}_alarms"


def _core_table(count: int, start: Start, bare: Phase, quiet: Phase) -> str:
    phases = {"no containers": bare, f"{count} containers": quiet}
    return table(
        f"Home Assistant core with recorder and {count} containers, each polled "
        "every 10 s",
        ("", *phases),
        ((name, *map(cell, phases.values())) for name, cell in PHASE_ROWS.items()),
        [
            f"each column {figure(quiet.seconds, 0)} s, after a warm-up",
            f"{start.loaded} loaded {figure(start.seconds, 1)} s after the start",
            f"{start.states} states",
            "HK3 and Immersion in turn, living plants that have settled",
            load(),
        ],
    )
