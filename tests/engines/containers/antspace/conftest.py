"""Controllers that listen, clients that ask them, and time that only tests move."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from custom_components.mining_farm.engines.containers.antspace import (
    AntspaceClient,
    Model,
)

from .fake_container import FakeContainer, Time

type Build = Callable[..., Awaitable[tuple[FakeContainer, AntspaceClient]]]


@pytest.fixture
def time() -> Time:
    """Time that only tests move."""
    return Time()


@pytest.fixture
async def build(loopback: None, time: Time) -> AsyncIterator[Build]:
    """Return a function that starts a controller and returns it with a client of it."""
    started: list[FakeContainer] = []
    async with aiohttp.ClientSession() as session:

        async def start(
            plant: Model, state: dict[str, Any] | None = None, **options: Any
        ) -> tuple[FakeContainer, AntspaceClient]:
            container = FakeContainer(plant, state)
            await container.start()
            started.append(container)
            client = AntspaceClient(
                session, "127.0.0.1", container.port, monotonic=time, **options
            )
            return container, client

        yield start
    for container in started:
        await container.stop()
