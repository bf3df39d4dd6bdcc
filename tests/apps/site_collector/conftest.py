"""What these tests share."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from simulators.antminer import AntminerSimulator
from tests.harness.mosquitto import Mosquitto, executable

from .authority import Authority


@pytest.fixture
async def miners(loopback: None) -> AsyncIterator[list[AntminerSimulator]]:
    """Return three miners."""
    async with AsyncExitStack() as running:
        yield [
            await running.enter_async_context(AntminerSimulator(model, seed=seed))
            for seed, model in enumerate(("s19jpro", "s21", "m30s"), 1)
        ]


@pytest.fixture
def needs_mosquitto() -> None:
    """Skip where there is no broker."""
    if executable() is None:
        pytest.skip("Mosquitto is not installed here")


@pytest.fixture
async def mosquitto(
    needs_mosquitto: None, tmp_path: Path, loopback: None
) -> AsyncIterator[Mosquitto]:
    """Return a broker that lets everyone in."""
    async with Mosquitto(tmp_path) as broker:
        yield broker


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Return whom everyone trusts."""
    return Authority(tmp_path, "authority")
