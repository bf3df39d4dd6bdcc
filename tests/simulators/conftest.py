"""Simulators on loopback, with time that stands still until a test moves it."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from typing import Any, Protocol

import pytest

from simulators.antminer import AntminerSimulator
from simulators.clock import ManualClock


class Start(Protocol):
    """Starts a simulated miner that lives as long as the test."""

    def __call__(self, model: str, **options: Any) -> Awaitable[AntminerSimulator]:
        """Start it, warm and a day old by default."""


@pytest.fixture
def clock() -> ManualClock:
    """Time, starting on 17 March 2030."""
    return ManualClock(1_900_000_000.0)


@pytest.fixture
async def start(socket_enabled: None, clock: ManualClock) -> AsyncIterator[Start]:
    """Start simulated miners that share the test's clock."""
    async with AsyncExitStack() as running:

        async def _start(model: str, **options: Any) -> AntminerSimulator:
            settings = {"clock": clock, "uptime": 86_400.0, **options}
            return await running.enter_async_context(
                AntminerSimulator(model, **settings)
            )

        yield _start
