"""Simulated containers on loopback, and a client that shows every byte."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
import json
from typing import Any, NamedTuple, Protocol

import aiohttp
import pytest

from simulators.antspace import AntspaceSimulator
from simulators.clock import ManualClock


class StartContainer(Protocol):
    """Starts a simulated container that lives as long as the test."""

    def __call__(self, model: str, **options: Any) -> Awaitable[AntspaceSimulator]:
        """Start the documented mock, or what the options say."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    content_type: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Ask(Protocol):
    """Asks a container over a real socket."""

    def __call__(
        self,
        container: AntspaceSimulator,
        query: str,
        *,
        method: str = "GET",
        path: str = "/cooler",
    ) -> Awaitable[Answer]:
        """Ask for a query."""


@pytest.fixture
async def start_container(
    loopback: None, clock: ManualClock
) -> AsyncIterator[StartContainer]:
    """Start simulated containers that share the test's clock."""
    async with AsyncExitStack() as running:

        async def _start(model: str, **options: Any) -> AntspaceSimulator:
            container = AntspaceSimulator(model, **{"clock": clock, **options})
            return await running.enter_async_context(container)

        yield _start


@pytest.fixture
async def ask(loopback: None) -> AsyncIterator[Ask]:
    """Ask once, following nothing, on a connection of its own."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True)
    ) as http:

        async def _ask(
            container: AntspaceSimulator,
            query: str,
            *,
            method: str = "GET",
            path: str = "/cooler",
        ) -> Answer:
            url = f"{container.url}{path}{query and '?'}{query}"
            async with http.request(method, url, allow_redirects=False) as response:
                return Answer(
                    response.status, response.content_type, await response.read()
                )

        yield _ask
