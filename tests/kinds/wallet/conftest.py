"""A simulated chain on loopback, a hotkey on disk, and the wallet's entry between them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import freezegun
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.auction import miner
from custom_components.mining_farm.kinds.wallet import const
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State
from homeassistant.util import dt as dt_util
from simulators.clock import ManualClock
from simulators.subtensor import ALICE, START_BLOCK, SubtensorSimulator
from simulators.subtensor.wallet import HOTKEY, NAME, write_hotkey

NETUID = 89
WINDOW = 7_500_045
"""The first block of the window after the one that the simulation begins in."""
NEXT_WINDOW = WINDOW + 60
POLL = timedelta(seconds=61)
GRACE = timedelta(seconds=155)
HELD_BID: dict[str, Any] = {
    const.CONF_PRICE: "0.97",
    const.CONF_SIZES: {"0.1": 2, "0.2": 3},
}
"""What the simulated chain holds for the wallet from the beginning."""
CEILINGS: dict[str, Any] = {
    const.CONF_PRICE_CEILING: "1.05",
    const.CONF_WORKER_CEILING: 20,
}
ARMED: dict[str, Any] = {**CEILINGS, const.CONF_ARMED: True}


@dataclass
class Site:
    """A chain, the entry of a wallet that bids on it, and Home Assistant's time."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    simulator: SubtensorSimulator
    wallets: Path
    events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    """Events of the event entity, with attributes."""
    _times: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Listen to the event entity."""
        self.hass.bus.async_listen("state_changed", self._changed)

    def _changed(self, event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is None or new.domain != "event":
            return
        # After a restart, the entity shows its last event again.
        if new.state not in ("unknown", "unavailable", *self._times):
            self._times.add(new.state)
            self.events.append((new.attributes["event_type"], new.attributes))

    @property
    def names(self) -> list[str]:
        """Types of the events, in order."""
        return [name for name, _ in self.events]

    def entry(
        self,
        *,
        key: bool = True,
        entry_id: str = "wallet",
        hotkey: str = ALICE.address,
        **options: Any,
    ) -> MockConfigEntry:
        """Add a wallet's entry and do not load it."""
        data: dict[str, Any] = {
            "kind": "wallet",
            const.CONF_ENDPOINTS: list(self.simulator.urls),
            const.CONF_NETUID: NETUID,
            const.CONF_HOTKEY: hotkey,
        }
        if key:
            data |= {
                const.CONF_DIRECTORY: str(self.wallets),
                const.CONF_WALLET: NAME,
                const.CONF_HOTKEY_NAME: HOTKEY,
            }
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Wallet",
            unique_id=f"{NETUID}_{hotkey}",
            data=data,
            options={const.CONF_PROXY: const.PROXY_NONE, **options},
            entry_id=entry_id,
        )
        entry.add_to_hass(self.hass)
        return entry

    async def load(self, entry: MockConfigEntry) -> None:
        """Load an entry as Home Assistant does, and let it check everything once."""
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED

    async def add(self, *, key: bool = True, **options: Any) -> MockConfigEntry:
        """Add a wallet's entry, load it, and wait until all of it is known."""
        entry = self.entry(key=key, **options)
        await self.load(entry)
        await self.until(lambda: self.wallet(entry).data is not None)
        await self.until(lambda: self.wallet(entry).data.result is not None)
        await self.until(lambda: self.wallet(entry).data.commitment is not None)
        return entry

    @staticmethod
    def wallet(entry: ConfigEntry) -> Any:
        """Return what follows the wallet."""
        return entry.runtime_data

    async def until(self, happened: Callable[[], object], seconds: float = 60) -> None:
        """Wait for something that real sockets and processes bring about."""
        for _ in range(round(seconds / 0.02)):
            if happened():
                await self.hass.async_block_till_done()
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"did not happen within {seconds} s")

    async def until_events(self, *names: str) -> None:
        """Wait for events; those before count as well."""
        await self.until(lambda: len(self.events) >= len(names))
        assert self.names == list(names)

    async def to_block(self, number: int) -> None:
        """Let the chain grow up to a block."""
        while self.simulator.chain.head.number < number:
            self.simulator.chain.produce()
            await asyncio.sleep(0)
        await self.simulator.settle()

    async def after(self, time: timedelta) -> None:
        """Let Home Assistant's time pass in one go; that of sockets is the real one."""
        self.freezer.tick(time)
        # Timers are the loop's own, which has not moved: fire what is due within `time`.
        async_fire_time_changed(self.hass, dt_util.utcnow() + time)
        await self.hass.async_block_till_done()

    async def poll(self, entry: ConfigEntry) -> None:
        """Let one poll pass."""
        await self.wallet(entry).async_refresh()
        await self.hass.async_block_till_done()

    def get(self, entity_id: str) -> State:
        """Return an entity that must exist."""
        found = self.hass.states.get(entity_id)
        assert found is not None, f"{entity_id} does not exist"
        return found

    def state(self, entity_id: str) -> str:
        """Return the state of an entity that must exist."""
        return self.get(entity_id).state

    async def act(self, action: str, **data: Any) -> Any:
        """Do an action on the wallet; return its answer where it has one."""
        answers = action != "publish_commitment"
        answer = await self.hass.services.async_call(
            DOMAIN,
            action,
            {"entity_id": "sensor.wallet_commitment", **data},
            blocking=True,
            return_response=answers,
        )
        return answer["wallet"] if answer is not None else None

    @property
    def sent(self) -> int:
        """How many extrinsics were sent to any node, whatever became of them."""
        counts = self.simulator.chain.counts
        return counts.accepted + counts.refused

    @property
    def succeeded(self) -> int:
        """How many extrinsics the chain has taken into blocks."""
        return self.simulator.chain.counts.succeeded


@pytest.fixture
def nodes() -> int:
    """Return how many nodes serve the chain."""
    return 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check the commitment all the time instead of every five minutes."""
    monkeypatch.setattr(miner, "INTERVAL", 0.1)
    monkeypatch.setattr(miner, "LOOK_AGAIN", 0.1)


@pytest.fixture
async def site(
    hass: HomeAssistant,
    loopback: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    nodes: int,
) -> AsyncIterator[Site]:
    """Return a chain whose blocks come on command; entries are unloaded at the end."""
    assert START_BLOCK < WINDOW
    write_hotkey(tmp_path)
    # What is written to disk there is read by the next test.
    hass.config.config_dir = str(tmp_path / "config")
    (tmp_path / "config").mkdir()
    async with AsyncExitStack() as stack:
        freezer = stack.enter_context(freezegun.freeze_time(real_asyncio=True))
        assert isinstance(freezer, FrozenDateTimeFactory)
        # Home Assistant's loop in tests has a clock of its own, which freezes as well.
        monkeypatch.setattr(hass.loop, "time", freezegun.api.real_monotonic)
        simulator = await stack.enter_async_context(
            SubtensorSimulator(clock=ManualClock(), block_time=None, nodes=nodes)
        )
        site = Site(hass, freezer, simulator, tmp_path)
        yield site
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()


@asynccontextmanager
async def blocks(site: Site) -> AsyncIterator[None]:
    """Let blocks come fast for a while."""

    async def produce() -> None:
        while True:
            await asyncio.sleep(0.1)
            await site.simulator.produce()

    task = asyncio.create_task(produce())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def written(site: Site) -> dict[str, str]:
    """Return the files of ours in Home Assistant's storage that no `Store` wrote."""
    storage = Path(site.hass.config.path(".storage"))
    return {each.name: each.read_text() for each in storage.glob(f"{DOMAIN}*")}
