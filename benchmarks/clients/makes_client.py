"""Our engine on miners of any make, each as password@host:port/driver, + beside 4028."""

import asyncio
from collections.abc import Sequence

from custom_components.mining_farm.engines.edge_collector import (
    Credentials,
    Reader,
    Way,
    create_reader,
)

from . import Poll
from .edge_collector import count_rates, version

__all__ = ["count_rates", "prepare", "version"]

_POLLS_TO_LEARN = 4


async def prepare(hosts: Sequence[str]) -> Poll:
    """Sign in, and learn what each miner may be asked."""
    readers = [_reader(host) for host in hosts]

    async def poll(_interval_s: float) -> object:
        return await asyncio.gather(*(reader.async_poll() for reader in readers))

    for _ in range(_POLLS_TO_LEARN):
        await poll(0)
    return poll


def _reader(described: str) -> Reader:
    password, _, place = described.partition("@")
    address, _, driver = place.partition("/")
    host, _, number = address.partition(":")
    port, name = int(number), driver.removesuffix("+")
    account = Credentials(password=password)
    if name == driver:
        return create_reader(host, port, driver=name, credentials=account)
    return create_reader(host, second=Way(name, port), credentials=account)
