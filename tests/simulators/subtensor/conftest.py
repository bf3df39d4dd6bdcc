"""A simulated chain whose blocks come on command, and a client of it."""

from collections.abc import AsyncIterator

import pytest

from simulators.clock import ManualClock
from simulators.subtensor import SubtensorSimulator

from .client import Client, connected


@pytest.fixture
async def simulator(
    socket_enabled: None, clock: ManualClock
) -> AsyncIterator[SubtensorSimulator]:
    """A chain with two nodes."""
    async with SubtensorSimulator(clock=clock, block_time=None, nodes=2) as simulator:
        yield simulator


@pytest.fixture
async def client(simulator: SubtensorSimulator) -> AsyncIterator[Client]:
    """A client of the first node."""
    async with connected(simulator.node.url) as client:
        yield client
