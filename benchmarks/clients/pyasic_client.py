"""pyasic, the library that most others use; runs in an environment of its own."""

import asyncio
from collections.abc import Sequence
from importlib import metadata
from typing import Any, cast

import pyasic  # type: ignore[import-not-found]

from . import Poll

_SELDOM_READ = ("config", "mac", "fw_ver")


async def prepare(hosts: Sequence[str]) -> Poll:
    """Let it find out which miners these are; RuntimeError when it cannot."""
    passwords, _, addresses = zip(
        *(host.rpartition("@") for host in hosts), strict=True
    )
    for name in pyasic.settings.Settings.model_fields:
        if name.endswith("_web_password") and passwords[0]:
            pyasic.settings.update(name, passwords[0])
    miners = await asyncio.gather(*map(pyasic.get_miner, addresses))
    if any(miner is None for miner in miners):
        raise RuntimeError("pyasic does not know these miners")
    excluded: list[str] = []

    async def poll(_interval_s: float) -> object:
        polls = (miner.get_data(exclude=excluded) for miner in miners)
        return await asyncio.gather(*polls)

    try:
        await poll(0)
    except pyasic.errors.APIError:
        # One part that fails costs it all others.
        excluded += _SELDOM_READ
        await poll(0)
    return poll


def count_rates(readings: object) -> int:
    """Return how many readings have one."""
    return sum(data.hashrate is not None for data in cast(list[Any], readings))


def version() -> str:
    """Return its version."""
    return metadata.version("pyasic")
