"""CPU of a poll beside bare asyncio in one process, in turns: equally warm, same miner.

What a processor needs for one and the same poll grows threefold with the pause before it:
its caches are cold then, for whoever polls. So both are measured after the same pause.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import median
import time

from .clients import Poll, bare, edge_collector
from .contest import POLL_INTERVAL_S
from .fleet import Fleet
from .machine import load
from .table import figure, table

_PAUSES = {
    "back to back": (0.0, 2000),
    "30 ms apart, as with a thousand miners": (0.03, 400),
    "0.2 s apart": (0.2, 60),
}
"""Seconds before each poll, and how many there are."""


def compare_warmth(model: str, *, share: float = 1.0) -> str:
    """Return a table of polls of one miner, after pauses; a share of the usual number."""
    with (
        Fleet([model]) as fleet,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process,
    ):
        rows = []
        for name, (pause_s, polls) in _PAUSES.items():
            count = max(20, int(polls * share))
            ours, least = process.submit(_run, fleet.hosts, pause_s, count).result()
            rows.append((name, figure(ours), figure(least), figure(ours / least)))
    return table(
        "The same poll in one process, in turns with bare asyncio: CPU ms, median",
        ("", "edge_collector", "bare asyncio", "ratio"),
        rows,
        [
            "polls that ask the slow commands from time to time, as if 30 s apart",
            load(),
        ],
    )


def _run(hosts: Sequence[str], pause_s: float, polls: int) -> tuple[float, float]:
    return asyncio.run(_measure(hosts, pause_s, polls))


async def _measure(
    hosts: Sequence[str], pause_s: float, polls: int
) -> tuple[float, float]:
    """Return the median CPU time in ms of our polls, and of bare ones."""
    clients = [await edge_collector.prepare(hosts), await bare.prepare(hosts)]
    took: list[list[float]] = [[], []]
    for _ in range(polls):
        for client, times in zip(clients, took, strict=True):
            times.append(await _poll(client, pause_s))
    ours, least = map(median, took)
    return ours, least


async def _poll(client: Poll, pause_s: float) -> float:
    await asyncio.sleep(pause_s)
    begin = time.process_time()
    await client(POLL_INTERVAL_S)
    return (time.process_time() - begin) * 1000
