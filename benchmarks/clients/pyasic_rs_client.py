"""pyasic-rs, the same idea in Rust; runs in an environment of its own."""

import asyncio
from collections.abc import Sequence
from importlib import metadata
from typing import Any, cast

from pyasic_rs.factory import MinerFactory  # type: ignore[import-not-found]

from . import Poll


async def prepare(hosts: Sequence[str]) -> Poll:
    """Let it find out which miners these are; RuntimeError when it cannot."""
    miners = []
    for host in hosts:
        password, _, address = host.rpartition("@")
        miner = await MinerFactory().get_miner(address)
        if miner is None:
            raise RuntimeError("pyasic-rs does not know these miners")
        miner.set_auth("root", password)
        miners.append(miner)

    async def poll(_interval_s: float) -> object:
        return await asyncio.gather(*(miner.get_data() for miner in miners))

    return poll


def count_rates(readings: object) -> int:
    """Return how many readings have one."""
    return sum(data.hashrate is not None for data in cast(list[Any], readings))


def version() -> str:
    """Return its version."""
    return metadata.version("pyasic-rs")
