"""Miners on loopback, and time that a test drives."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest

from .axes import Axes
from .fake_miner import Answer, FakeMiner
from .harness import DrivenClock, DrivenSleep, MakePoller, Poller, StartMiner
from .makes import Makes


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


@pytest.fixture
def poller(sleep: DrivenSleep, clock: DrivenClock) -> MakePoller:
    """Return what makes a poller of a fake miner."""
    return lambda miner: Poller(miner, sleep, clock)


@pytest.fixture
async def axes(loopback: None) -> AsyncGenerator[Axes]:
    """Return what starts AxeOS devices; all are stopped at the end."""
    async with AsyncExitStack() as stack:
        yield Axes(stack)


@pytest.fixture
async def makes(loopback: None) -> AsyncGenerator[Makes]:
    """Return what starts miners that take orders; all are stopped at the end."""
    async with AsyncExitStack() as stack:
        yield Makes(stack)
