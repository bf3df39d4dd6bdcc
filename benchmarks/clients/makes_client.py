"""Our engine on miners of any make, each given as driver@host:port, or with + beside 4028."""

import asyncio
from collections.abc import Sequence

from custom_components.mining_farm.engines.edge_collector import (
    Credentials,
    Reader,
    Way,
    create_reader,
)

from . import Poll

_ACCOUNT = Credentials(password="correct-horse")  # noqa: S106 (of a simulator)
_POLLS_TO_LEARN = 4


async def prepare(hosts: Sequence[str]) -> Poll:
    """Sign in, and learn what each miner may be asked."""
    readers = [_reader(host) for host in hosts]

    async def poll(_interval_s: float) -> None:
        await asyncio.gather(*(reader.async_poll() for reader in readers))

    for _ in range(_POLLS_TO_LEARN):
        await poll(0)
    return poll


def _reader(described: str) -> Reader:
    driver, _, place = described.partition("@")
    host, _, number = place.partition(":")
    port, name = int(number), driver.removesuffix("+")
    if name == driver:
        return create_reader(host, port, driver=name, credentials=_ACCOUNT)
    way = Way(name, port)
    return create_reader(host, port, second=way, credentials=_ACCOUNT)


def version() -> str:
    """Return nothing: it is this tree's."""
    return ""
