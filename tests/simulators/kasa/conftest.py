"""Simulated plugs on loopback addresses of their own."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
import itertools
import os
from typing import Any, Protocol

import pytest

from simulators.clock import ManualClock
from simulators.kasa import KasaSimulator

_NUMBERS = itertools.count(1)


def free_host() -> str:
    """Return a loopback address that no other test of this or another run uses."""
    number, pid = next(_NUMBERS), os.getpid()
    return f"127.{50 + pid // 256 % 50}.{pid % 256}.{number % 254 + 1}"


class StartPlug(Protocol):
    """Starts a simulated device that lives as long as the test."""

    def __call__(self, model: str, **options: Any) -> Awaitable[KasaSimulator]:
        """Start it, at a free address by default."""


@pytest.fixture
async def start_plug(loopback: None, clock: ManualClock) -> AsyncIterator[StartPlug]:
    """Start simulated devices that share the test's clock."""
    async with AsyncExitStack() as running:

        async def _start(model: str, **options: Any) -> KasaSimulator:
            settings = {"host": free_host(), "clock": clock, **options}
            return await running.enter_async_context(KasaSimulator(model, **settings))

        yield _start
