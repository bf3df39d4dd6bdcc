"""Miners that answer as a test wants, and entries that poll them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    Algorithm,
    BoardHealth,
    BoardStatus,
    Failure,
    Fan,
    MinerCollector,
    MinerError,
    MinerSnapshot,
    MinerState,
    Pool,
    registry,
)
from custom_components.mining_farm.kinds.miner import controls
from homeassistant.core import HomeAssistant

from .axes import Axes

HOST = "192.168.1.100"
DRIVERS = registry.DRIVERS


@pytest.fixture(autouse=True)
def cgminer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an address be tried by the driver that the tests stand in for, and no other."""
    monkeypatch.setattr(registry, "DRIVERS", registry.DRIVERS[:1])


def board(board_id: int, **changes: Any) -> BoardStatus:
    """Return a healthy board of an S19j Pro."""
    healthy = BoardStatus(
        id=board_id,
        hashrate_ghs=34000.0,
        temp_chip=70.0 + board_id,
        temp_pcb=60.0 + board_id,
        chips_ok=126,
        chips_total=126,
        status=BoardHealth.HEALTHY,
        frequency_mhz=525.0,
    )
    return replace(healthy, **changes)


def snapshot(*boards: BoardStatus, **changes: Any) -> MinerSnapshot:
    """Return a reading of an S19j Pro that hashes, with three boards unless changed."""
    boards = boards or (board(1), board(2), board(3))
    reading = MinerSnapshot(
        boards=boards,
        boards_healthy=sum(b.status is BoardHealth.HEALTHY for b in boards),
        boards_total=len(boards),
        hashrate_ghs=102000.0,
        ideal_hashrate_ghs=104000.0,
        algorithm=Algorithm.SHA256,
        model="Antminer S19j Pro",
        firmware="49.0.1.3",
        hardware_id="806ce5282b10481c",
        fans=(Fan(id="1", rpm=5760), Fan(id="2", rpm=5880)),
        pools=(
            Pool(
                id=0,
                url="stratum+tcp://pool.example:3333",
                worker="wallet.rig01",
                alive=True,
                active=True,
            ),
        ),
        accepted=1000,
        rejected=3,
        hw_errors=628,
        error_rate=0.01,
        uptime_s=185806,
    )
    return replace(reading, **changes)


def sleeping_snapshot() -> MinerSnapshot:
    """Return a reading of the same miner while it was asleep."""
    dark = {"hashrate_ghs": 0.0, "chips_ok": 0, "status": BoardHealth.CRITICAL}
    return snapshot(
        *(board(number, **dark) for number in (1, 2, 3)),
        hashrate_ghs=0.0,
        reported_state=MinerState.PAUSED,
    )


def failure(kind: Failure = Failure.TIMEOUT) -> MinerError:
    """Return the error of a miner that cannot be read."""
    return MinerError(kind, f"{HOST}:4028 {kind}")


@dataclass
class FakeMiners:
    """What each address answers to a poll; other addresses do not listen."""

    answers: dict[str, MinerSnapshot | MinerError] = field(default_factory=dict)
    polls: list[str] = field(default_factory=list)

    def poll(self, host: str) -> MinerSnapshot:
        """Answer one poll of an address."""
        self.polls.append(host)
        match self.answers.get(host, failure(Failure.REFUSED)):
            case MinerError() as error:
                raise error
            case answer:
                return answer


@pytest.fixture
def miners() -> Iterator[FakeMiners]:
    """Replace the network by miners under the test's control; one hashes at HOST."""
    fake = FakeMiners({HOST: snapshot()})

    async def async_poll(self: MinerCollector) -> MinerSnapshot:
        return fake.poll(self._client.host)

    with patch.object(MinerCollector, "async_poll", async_poll):
        yield fake


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return the entry of a miner that was never seen."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Antminer S19j Pro rig01",
        data={"kind": "miner", "host": HOST, "port": 4028},
        options={"detail": "standard"},
        entry_id="entry1",
    )
    entry.add_to_hass(hass)
    return entry


type SetUp = Callable[[MockConfigEntry], Awaitable[None]]


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Load an entry as Home Assistant does."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def tick(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass in one go."""
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def axes(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loopback: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Axes]:
    """Return a place for Bitaxes; what is added is unloaded and stopped at the end."""
    async with AsyncExitStack() as stack:
        axes = Axes(hass, freezer, stack)
        monkeypatch.setattr(registry, "DRIVERS", DRIVERS)
        monkeypatch.setattr(controls, "WAITING", axes.waiting)
        # Home Assistant has been up for long: its gates are open.
        async_power_ups(hass)
        freezer.tick(timedelta(hours=1))
        yield axes
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
