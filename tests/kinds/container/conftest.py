"""Simulated containers on real sockets, entries that poll them, and their common time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.containers import ReadBack, registry
from custom_components.mining_farm.engines.containers.antspace import ANTSPACE
from custom_components.mining_farm.kinds.container import controls
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, State
from simulators.antspace import AntspaceSimulator, Model
from simulators.clock import ManualClock

NORTH, SOUTH = "north", "south"
"""The two containers of most tests; entity ids begin with these."""
POLL = 31
"""Seconds after which every container was polled again."""


@pytest.fixture(autouse=True)
def antspace_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an address be tried by one maker, however many there are."""
    monkeypatch.setattr(registry, "MAKERS", (ANTSPACE,))


@dataclass
class Site:
    """Containers, the entries that watch them, and the time that passes for both."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    stack: AsyncExitStack
    clock: ManualClock = field(default_factory=ManualClock)

    async def container(
        self, model: Model = Model.HK3, *, faithful: bool = False, **settings: Any
    ) -> AntspaceSimulator:
        """Start a container: a plant that lives, or the documented mock."""
        simulator = AntspaceSimulator(
            model, clock=self.clock, faithful=faithful, **settings
        )
        return await self.stack.enter_async_context(simulator)

    def entry(
        self, simulator: AntspaceSimulator, name: str = NORTH, **options: Any
    ) -> MockConfigEntry:
        """Add a container's entry, named and numbered alike, and do not load it."""
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=name.title(),
            data={
                "kind": "container",
                "host": simulator.host,
                "port": simulator.port,
                "model": simulator.model.lower(),
            },
            options={"controls": False, **options},
            entry_id=name,
        )
        entry.add_to_hass(self.hass)
        return entry

    async def add(
        self, simulator: AntspaceSimulator, name: str = NORTH, **options: Any
    ) -> MockConfigEntry:
        """Add a container's entry and load it."""
        entry = self.entry(simulator, name, **options)
        await self.load(entry)
        return entry

    async def load(self, entry: MockConfigEntry) -> None:
        """Load an entry as Home Assistant does."""
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()
        assert entry.state is ConfigEntryState.LOADED

    async def after(self, seconds: float) -> None:
        """Let time pass in one go."""
        self.clock.advance(seconds)
        self.freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(self.hass)
        await self.settle()

    async def polls(self, number: int = 1) -> None:
        """Let so many polls pass."""
        for _ in range(number):
            await self.after(POLL)

    async def settle(self) -> None:
        """Let everything that was begun come to its end."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    def get(self, entity_id: str) -> State:
        """Return an entity that must exist."""
        found = self.hass.states.get(entity_id)
        assert found is not None, f"{entity_id} does not exist"
        return found

    def state(self, entity_id: str) -> str:
        """Return the state of an entity that must exist."""
        return self.get(entity_id).state


@pytest.fixture
async def site(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    loopback: None,
) -> AsyncIterator[Site]:
    """Return an empty site; what is added to it is unloaded and stopped at the end."""
    async with AsyncExitStack() as stack:
        site = Site(hass, freezer, stack)
        yield site
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await site.settle()


@pytest.fixture
def read_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the seconds in which a command waits for its effect be the site's own."""

    async def sleep(seconds: float) -> None:
        site.clock.advance(seconds)
        await asyncio.sleep(0)

    monkeypatch.setattr(
        controls, "READ_BACK", ReadBack(sleep=sleep, monotonic=site.clock.now)
    )


@pytest.fixture
async def north(site: Site) -> AntspaceSimulator:
    """Return an HK3 that cools, not yet added."""
    return await site.container(Model.HK3)


@pytest.fixture
async def south(site: Site) -> AntspaceSimulator:
    """Return an Immersion that cools, not yet added."""
    return await site.container(Model.IMMERSION)
