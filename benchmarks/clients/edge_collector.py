"""Our engine, polling as the integration does."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import cast

from custom_components.mining_farm.engines.edge_collector import (
    CGMinerClient,
    MinerCollector,
    MinerSnapshot,
)

from . import Poll

_POLLS_TO_LEARN = 2


async def prepare(hosts: Sequence[str]) -> Poll:
    """Learn what each miner may be asked."""
    now = 0.0
    collectors = [
        MinerCollector(CGMinerClient(host), clock=lambda: now) for host in hosts
    ]

    def poll(interval_s: float) -> Awaitable[object]:
        nonlocal now
        now += interval_s
        return asyncio.gather(*(collector.async_poll() for collector in collectors))

    for _ in range(_POLLS_TO_LEARN):
        await poll(0)
    return poll


def count_rates(readings: object) -> int:
    """Return how many snapshots have one."""
    snapshots = cast(list[MinerSnapshot], readings)
    return sum(snapshot.hashrate_ghs is not None for snapshot in snapshots)


def version() -> str:
    """Return nothing: it is this tree's."""
    return ""
