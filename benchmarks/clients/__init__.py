"""Clients of the CGMiner API under comparison, each run in a process of its own.

A module here has what is in ClientModule. A host may be `password@address`.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

type Poll = Callable[[float], Awaitable[object]]
"""Polls every miner once, all at once, that many s after the last poll."""


class ClientModule(Protocol):
    """What a client's module offers."""

    async def prepare(self, hosts: Sequence[str]) -> Poll:
        """Get to know the miners, as a program that then polls them for days."""

    def version(self) -> str:
        """Return the client's version, empty where that says nothing."""

    def count_rates(self, readings: object) -> int:
        """Return how many miners' rates a poll has read."""
