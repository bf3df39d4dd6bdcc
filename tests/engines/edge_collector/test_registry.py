"""An address is tried by every driver, in order, until one reads it."""

import asyncio
import os
from pathlib import Path
import subprocess
import sys
from typing import ClassVar

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Failure,
    MinerError,
    MinerSnapshot,
    registry,
)
from custom_components.mining_farm.engines.edge_collector.controls import Turn
from custom_components.mining_farm.engines.edge_collector.driver import Driver, Reader
from custom_components.mining_farm.engines.edge_collector.prove import Waiting

from .fake_miner import Firmware
from .harness import StartMiner
from .replies import STOCK, stock_replies


class ScriptedDriver:
    """A driver that finds what a test put at an address."""

    ports = (80,)
    secrets: tuple[str, ...] = ()
    asked: ClassVar[list[str]] = []

    def __init__(self, name: str, answer: MinerSnapshot | MinerError) -> None:
        """Take the one answer."""
        self.name = name
        self._answer = answer

    async def async_identify(
        self, host: str, port: int, timeout_s: float
    ) -> MinerSnapshot:
        """Answer, and remember having been asked."""
        self.asked.append(self.name)
        if isinstance(self._answer, MinerError):
            raise self._answer
        return self._answer

    def reader(self, host: str, port: int, timeout_s: float = 1) -> Reader:
        """Return no reader: a test reads nothing."""
        raise NotImplementedError


@pytest.fixture(autouse=True)
def _nothing_asked() -> None:
    ScriptedDriver.asked.clear()


def use(monkeypatch: pytest.MonkeyPatch, *drivers: Driver) -> None:
    """Make these the drivers of the registry."""
    monkeypatch.setattr(registry, "DRIVERS", drivers)


async def test_the_first_driver_that_reads_an_address_wins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those after it are not asked."""
    use(
        monkeypatch,
        ScriptedDriver("first", MinerError(Failure.NOT_CGMINER, "HTTP")),
        ScriptedDriver("second", MinerSnapshot(model="Bitaxe")),
        ScriptedDriver("third", MinerSnapshot(model="never")),
    )
    assert (await registry.async_identify("192.0.2.1")).snapshot.model == "Bitaxe"
    assert ScriptedDriver.asked == ["first", "second"]


async def test_where_none_reads_an_address_the_first_failure_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It comes from the protocol that most miners speak."""
    use(
        monkeypatch,
        ScriptedDriver("first", MinerError(Failure.REFUSED, "no listener")),
        ScriptedDriver("second", MinerError(Failure.TIMEOUT, "silent")),
    )
    with pytest.raises(MinerError, match="no listener") as caught:
        await registry.async_identify("192.0.2.1")
    assert caught.value.failure is Failure.REFUSED
    assert ScriptedDriver.asked == ["first", "second"]


async def test_a_reader_reads_again_and_again(start_miner: StartMiner) -> None:
    """By the port that it was given, with what it learned in the first poll."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    reader = registry.create_reader("127.0.0.1", miner.port)
    first = await reader.async_poll()
    asked = len(miner.requests)
    second = await reader.async_poll()
    assert first.model == second.model == "Antminer S19 Pro"
    assert len(miner.requests) - asked <= 2


def test_the_first_driver_asks_for_no_secret_to_read_over_4028() -> None:
    """Port 4028 is the usual one, and reading it takes no password."""
    cgminer, axeos = registry.DRIVERS
    assert (cgminer.name, cgminer.ports, cgminer.secrets) == ("cgminer", (4028,), ())
    assert (axeos.name, axeos.ports, axeos.secrets) == ("axeos", (80,), ())
    assert registry.DEFAULT_PORT == 4028


def test_nothing_changes_a_miner_that_can_only_be_read() -> None:
    """The CGMiner driver has no writer."""
    turn = Turn(asyncio.Lock(), asyncio.Semaphore())
    writer = registry.create_writer("cgminer", "127.0.0.1", 4028, turn, Waiting())
    assert writer is None


def test_without_aiohttp_miners_of_the_cgminer_api_are_read() -> None:
    """The package alone needs the standard library only."""
    code = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from edge_collector.registry import DRIVERS\n"
        "print(*(driver.name for driver in DRIVERS))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(registry.__file__).parents[1])},
    )
    assert done.stdout.split() == ["cgminer"], done.stderr
