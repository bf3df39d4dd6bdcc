"""pyasic, the library that most others use; runs in an environment of its own."""

import asyncio
from collections.abc import Sequence
from importlib import metadata

import pyasic  # type: ignore[import-not-found]

from . import Poll


async def prepare(hosts: Sequence[str]) -> Poll:
    """Let it find out which miners these are; RuntimeError when it cannot."""
    miners = await asyncio.gather(*map(pyasic.get_miner, hosts))
    if any(miner is None for miner in miners):
        raise RuntimeError("pyasic does not know these miners")
    return lambda _: asyncio.gather(*(miner.get_data() for miner in miners))


def version() -> str:
    """Return its version."""
    return metadata.version("pyasic")
