"""An address is tried by every driver, in order, until one reads it."""

import asyncio
from dataclasses import replace
import os
from pathlib import Path
import subprocess
import sys
from typing import Any, ClassVar

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Capabilities,
    Command,
    Credentials,
    Failure,
    MinerError,
    MinerSnapshot,
    MinerState,
    SignIn,
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

    sign_in: SignIn | None = None
    asked: ClassVar[list[str]] = []

    def __init__(
        self,
        name: str,
        answer: MinerSnapshot | MinerError,
        port: int = 80,
        accompanies: tuple[str, ...] = (),
    ) -> None:
        """Take the one answer."""
        self.name = name
        self.ports = (port,)
        self.accompanies = accompanies
        self._answer = answer

    async def async_identify(
        self, host: str, port: int, timeout_s: float
    ) -> MinerSnapshot:
        """Answer, and remember having been asked."""
        self.asked.append(self.name)
        if isinstance(self._answer, MinerError):
            raise self._answer
        return self._answer

    def reader(
        self,
        host: str,
        port: int,
        timeout_s: float = 1,
        credentials: Credentials | None = None,
    ) -> Reader:
        """Return what gives the one answer to each poll."""
        return _Scripted(self._answer)


class _Scripted:
    """Reads one answer again and again."""

    memory: dict[str, Any] | None = None

    def __init__(self, answer: MinerSnapshot | MinerError) -> None:
        self._answer = answer

    def recall(self, memory: object) -> None:
        """Keep what was learned."""
        self.memory = {"learned": memory}

    async def async_poll(self) -> MinerSnapshot:
        """Give the answer."""
        if isinstance(self._answer, MinerError):
            raise self._answer
        return self._answer


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
        ScriptedDriver("second", MinerError(Failure.TIMEOUT, "silent"), port=8080),
    )
    with pytest.raises(MinerError, match="no listener") as caught:
        await registry.async_identify("192.0.2.1")
    assert caught.value.failure is Failure.REFUSED
    assert ScriptedDriver.asked == ["first", "second"]


async def test_a_port_that_is_closed_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other drivers of the same port would only wait for it, too."""
    use(
        monkeypatch,
        ScriptedDriver("first", MinerError(Failure.REFUSED, "no listener")),
        ScriptedDriver("second", MinerSnapshot(model="never")),
        ScriptedDriver("third", MinerSnapshot(model="found"), port=8080),
    )
    assert (await registry.async_identify("192.0.2.1")).driver == "third"
    assert ScriptedDriver.asked == ["first", "third"]


CAN_PAUSE = Capabilities(commands=(Command.PAUSE, Command.RESUME))


async def test_beside_the_cgminer_api_a_second_way_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first of those that accompany the family; what it adds is in the reading."""
    use(
        monkeypatch,
        ScriptedDriver("cgminer", MinerSnapshot(model="S19", family="antminer"), 4028),
        ScriptedDriver("other", MinerSnapshot(model="never"), 81, ("braiins",)),
        ScriptedDriver(
            "html", MinerError(Failure.NOT_CGMINER, "HTML"), 80, ("antminer",)
        ),
        ScriptedDriver(
            "web", MinerSnapshot(mac="m", capabilities=CAN_PAUSE), 80, ("antminer",)
        ),
    )
    found = await registry.async_identify("192.0.2.1")
    assert found.second == registry.Way("web", 80)
    assert (found.snapshot.model, found.snapshot.mac) == ("S19", "m")
    assert found.snapshot.capabilities == CAN_PAUSE
    assert ScriptedDriver.asked == ["cgminer", "html", "web"]


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.AUTH_FAILED])
async def test_a_miner_answers_while_either_of_its_ways_does(
    monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    """Which one fails, and why, is part of the reading."""
    broken = MinerError(failure, "broken")
    hashes = MinerSnapshot(model="S19", hashrate_ghs=1.0)
    paused = MinerSnapshot(reported_state=MinerState.PAUSED, power_w=20.0)
    second = registry.Way("web", 80)

    async def poll(
        first: MinerSnapshot | MinerError, beside: MinerSnapshot | MinerError
    ) -> MinerSnapshot:
        use(
            monkeypatch, ScriptedDriver("cgminer", first), ScriptedDriver("web", beside)
        )
        reader = registry.create_reader("192.0.2.1", second=second)
        reader.recall("ranks")
        assert reader.memory == {"learned": "ranks"}
        return await reader.async_poll()

    both = await poll(hashes, paused)
    assert (both.model, both.power_w, both.failing) == ("S19", 20.0, {})
    assert both.sleeping
    assert (await poll(hashes, broken)) == replace(hashes, failing={"web": failure})
    assert (await poll(broken, paused)).failing == {"cgminer": failure}
    with pytest.raises(MinerError, match="broken"):
        await poll(broken, MinerError(Failure.TIMEOUT, "late"))


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
    cgminer, *_ = registry.DRIVERS
    assert (cgminer.name, cgminer.ports, cgminer.sign_in) == ("cgminer", (4028,), None)
    assert registry.DEFAULT_PORT == 4028


def test_nothing_changes_a_miner_that_can_only_be_read() -> None:
    """The CGMiner driver has no writer."""
    turn = Turn(asyncio.Lock(), asyncio.Semaphore())
    writer = registry.create_writer(
        registry.Way("cgminer", 4028), "127.0.0.1", turn, Waiting()
    )
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
    assert done.stdout.split()[0] == "cgminer", done.stderr
    assert "axeos" not in done.stdout
