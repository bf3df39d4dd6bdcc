"""Miners on loopback, and time that a test drives."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from custom_components.mining_farm.engines.edge_collector import CGMinerClient

from .fake_miner import Answer, FakeMiner

type StartMiner = Callable[[Answer], Awaitable[FakeMiner]]


@dataclass
class DrivenSleep:
    """A sleep that returns at once and remembers for how long it was meant."""

    slept: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Take note."""
        self.slept.append(seconds)


@dataclass
class DrivenClock:
    """A clock in s that stands still until a test moves it."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def sleep() -> DrivenSleep:
    """Return a sleep that takes no time."""
    return DrivenSleep()


@pytest.fixture
def clock() -> DrivenClock:
    """Return a clock that stands still."""
    return DrivenClock()


@pytest.fixture
async def start_miner(socket_enabled: None) -> AsyncGenerator[StartMiner]:
    """Return what starts a miner with a given firmware; all are stopped at the end."""
    async with AsyncExitStack() as stack:

        async def start(answer: Answer) -> FakeMiner:
            return await stack.enter_async_context(FakeMiner(answer))

        yield start


def client_of(
    miner: FakeMiner, sleep: DrivenSleep, *, timeout: float = 3.0, retries: int = 3
) -> CGMinerClient:
    """Return a client of a fake miner."""
    return CGMinerClient("127.0.0.1", miner.port, timeout, retries=retries, sleep=sleep)
