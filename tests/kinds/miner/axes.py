"""Simulated Bitaxes on real sockets, entries that control them, and their common time."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import Waiting, async_identify
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.core import HomeAssistant, State
from simulators import clock as simulated
from simulators.axeos import AxeOsSimulator
from simulators.clock import ManualClock


@dataclass
class Axes:
    """Bitaxes, the entries of them, and the time that passes for both."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    stack: AsyncExitStack
    clock: ManualClock = field(default_factory=ManualClock)
    patient: bool = False
    """Whether a command waits until the test lets time pass."""

    @property
    def waiting(self) -> Waiting:
        """By which time commands wait for their effect."""
        return Waiting(sleep=self._sleep, monotonic=self.clock.now)

    async def _sleep(self, seconds: float) -> None:
        if self.patient:
            await simulated.sleep(self.clock, seconds)
        else:
            self.clock.advance(seconds)
            await asyncio.sleep(0)

    async def start(self, model: str = "gamma", **settings: Any) -> AxeOsSimulator:
        """Start a device."""
        return await self.stack.enter_async_context(
            AxeOsSimulator(model, clock=self.clock, **settings)
        )

    async def add(
        self, device: AxeOsSimulator, name: str = "axe", **options: Any
    ) -> MockConfigEntry:
        """Add the entry of a device, named and numbered alike, and load it."""
        found = await async_identify(device.host, device.port)
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=name.title(),
            data=entry_data(device.host, found),
            options={"detail": "standard", "controls": True, **options},
            entry_id=name,
        )
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()
        device.requests.clear()
        return entry

    async def after(self, seconds: float) -> None:
        """Let time pass in one go."""
        self.clock.advance(seconds)
        self.freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(self.hass)
        await self.settle()

    async def settle(self) -> None:
        """Let everything that was begun come to its end."""
        await self.hass.async_block_till_done(wait_background_tasks=not self.patient)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let time pass by seconds until something is so."""
        async with asyncio.timeout(120):
            while not condition():
                self.clock.advance(1)
                for _ in range(20):
                    await asyncio.sleep(0)

    def state(self, entity_id: str) -> str:
        """Return the state of an entity that must exist."""
        return self.get(entity_id).state

    def get(self, entity_id: str) -> State:
        """Return an entity that must exist."""
        found = self.hass.states.get(entity_id)
        assert found is not None, f"{entity_id} does not exist"
        return found

    async def call(
        self, domain: str, service: str, entity_id: str, **data: Any
    ) -> None:
        """Call an action of Home Assistant and wait for it."""
        await self.hass.services.async_call(
            domain, service, {"entity_id": entity_id, **data}, blocking=True
        )
