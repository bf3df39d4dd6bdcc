"""One process of Home Assistant after another: each starts from the disk, and is killed."""

import asyncio
from typing import Final

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.holds import DATA_HOLDS
from custom_components.mining_farm.common.keeping import DATA_KEEPER, async_load_holds
from custom_components.mining_farm.common.machines import DATA_MACHINES
from custom_components.mining_farm.common.members import DATA_MEMBERS, async_members
from custom_components.mining_farm.common.power_ups import DATA_POWER_UPS
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds import farm as farm_kind
from custom_components.mining_farm.kinds.farm.coordinator import SiteCoordinator
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.util.async_ import get_scheduled_timer_handles

from .judge import Judge
from .machine import Machine
from .world import COOLED, SMOKE, World

READ_EVERY: Final = 10.0


class Process:
    """What runs of Home Assistant: the farm, and who reads machines and the container."""

    def __init__(self, world: World, judge: Judge) -> None:
        """Run nothing yet."""
        self.world = world
        self.judge = judge
        self.hass = world.hass
        self.random = world.random
        self.number = 0
        """Changes as a process begins, and as it ends: what is of another one is over."""
        self.site: SiteCoordinator | None = None
        """The farm; None while nothing runs."""

    async def boot(self) -> None:
        """Start with what is on disk."""
        hass = self.hass
        self._count()
        self.world.container.forget()
        for key in (
            DATA_HOLDS,
            DATA_KEEPER,
            DATA_MACHINES,
            DATA_MEMBERS,
            DATA_POWER_UPS,
        ):
            hass.data.pop(key, None)
        await async_load_holds(hass)
        self.judge.listen()
        entry = self.entry = self._site_entry()
        coordinator = self.site = SiteCoordinator(hass, entry)
        entry.runtime_data = coordinator
        for machine in self.world.machines.values():
            machine.process, machine.seen = self.number, None
            self.world.later(
                self.random.uniform(0, 20), self._join, machine, self.number
            )
        self.world.later(self.random.uniform(0, 20), self._join_container, self.number)
        await coordinator.async_refresh()
        farm_kind.async_join(hass, entry)

    def _count(self) -> None:
        self.number += 1
        self.world.disk.process = self.number

    def _site_entry(self) -> MockConfigEntry:
        entries = self.hass.config_entries
        if (before := entries.async_get_entry("site")) is not None:
            # Like a new process: nothing of the last one is left of it.
            del entries._entries["site"]  # noqa: SLF001
            del before
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Site",
            entry_id="site",
            data={"kind": "farm"},
            options={"armed": True, "starts": 2, "start_seconds": 20},
            subentries_data=[
                ConfigSubentryData(
                    subentry_id="loop",
                    subentry_type="cooling_group",
                    title="Loop",
                    unique_id=None,
                    data={
                        "containers": [self.world.container.name],
                        "machines": [f"axe{n}" for n in range(COOLED)],
                        "sensors": [{"entity_id": SMOKE, "cause": "leak"}],
                        "return": "automatic"
                        if self.random.random() < 0.3
                        else "by_hand",
                    },
                )
            ],
        )
        entry.add_to_hass(self.hass)
        entry.mock_state(self.hass, ConfigEntryState.LOADED)
        return entry

    async def kill(self) -> None:
        """End the process in the middle of whatever it does."""
        self._count()
        for machine in self.world.machines.values():
            # What ends orders nothing in its last moment.
            machine.process = self.number
        self.site = None
        while self.entry._on_unload:  # noqa: SLF001
            # Listeners end; what would be awaited at an unload does not happen.
            if (rest := self.entry._on_unload.pop()()) is not None:  # noqa: SLF001
                rest.close()
        for _ in range(5):
            for timer in get_scheduled_timer_handles(self.world.loop):
                if timer not in self.world.kept:
                    timer.cancel()
            tasks = [*self.hass._background_tasks, *self.hass._tasks]  # noqa: SLF001
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _join(self, machine: Machine, process: int) -> None:
        if process != self.number:
            return
        machine.read()
        for member in machine.members():
            async_members(self.hass).add(member)
        self.world.later(self.random.uniform(1, 30), self._poll, machine, process)

    def _poll(self, machine: Machine, process: int) -> None:
        if process != self.number:
            return
        machine.read()
        members = async_members(self.hass)
        members.signal(machine.name)
        if machine.outlet:
            members.signal(machine.rig)
        self.world.later(self.random.uniform(15, 30), self._poll, machine, process)

    def _join_container(self, process: int) -> None:
        if process != self.number:
            return
        async_members(self.hass).add(self.world.container.member(self._async_read))
        self._read(process)

    def _read(self, process: int) -> None:
        if process != self.number:
            return
        self._read_container()
        self.world.later(READ_EVERY, self._read, process)

    async def _async_read(self) -> None:
        self._read_container()

    def _read_container(self) -> None:
        container = self.world.container
        container.read()
        async_members(self.hass).signal(container.name)
