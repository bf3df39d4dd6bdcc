"""A chain's client without its process, so that a test can see inside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import override

from custom_components.mining_farm.engines.auction.chain.keeper import Listener
from custom_components.mining_farm.engines.auction.chain.pace import Pace
from custom_components.mining_farm.engines.auction.chain.service import ChainService
from custom_components.mining_farm.engines.auction.models import (
    BlockRef,
    ChainFacts,
    EndpointState,
)

BLOCK_TIME = 1.0
"""So that what is done once in some blocks is soon seen."""
ANSWER_S = 62.0
"""Until an answer is given up: no other timeout has this length."""


@dataclass(frozen=True, slots=True)
class Unhurried(Pace):
    """Gives a busy machine the time that it takes, and looks again at once."""

    @property
    @override
    def connect(self) -> float:
        """Enough to connect."""
        return 60

    @property
    @override
    def answer(self) -> float:
        """Enough to answer."""
        return ANSWER_S

    @property
    @override
    def pause(self) -> float:
        """Next to nothing."""
        return 0.02

    @property
    @override
    def poll(self) -> float:
        """Next to nothing."""
        return 0.02


class RunningService(ChainService):
    """A chain service, and what it has reported."""

    def __init__(
        self, urls: tuple[str, ...], pace: Pace, tempo: int | None = None
    ) -> None:
        """Listen to everything."""
        self.heads: list[BlockRef] = []
        self.states: tuple[EndpointState, ...] = ()
        super().__init__(
            urls,
            netuid=89,
            pace=pace,
            listener=Listener(
                head=self.heads.append,
                endpoints=self._take,
            ),
            read_within=60,
            known=ChainFacts(tempo=tempo),
        )

    @property
    def in_use(self) -> list[bool]:
        """Which endpoint is in use."""
        return [state.in_use for state in self.states]

    def _take(self, states: tuple[EndpointState, ...]) -> None:
        self.states = states


@asynccontextmanager
async def serving(
    *urls: str, pace: Pace | None = None, tempo: int | None = None
) -> AsyncIterator[RunningService]:
    """Run a service for these endpoints; without a pace, none of them is too slow."""
    service = RunningService(urls, pace or Unhurried(), tempo)
    task = asyncio.create_task(service.run())
    try:
        yield service
    finally:
        task.cancel()
        await asyncio.wait([task])
