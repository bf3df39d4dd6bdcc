"""A farm's entry beside machines whose levers a test moves."""

from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import Any

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.mining_farm.common.members import (
    ContainerFacts,
    Facts,
    Member,
    async_members,
)
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.farm.coordinator import SiteCoordinator
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import ServiceResponse, State
from homeassistant.helpers import device_registry as dr
from tests.common.machinery import FakeMachine, House


@dataclass
class Site(House):
    """A house with a farm."""

    entry: MockConfigEntry | None = None

    async def add_farm(
        self,
        entry_id: str = "site",
        groups: dict[str, dict[str, Any]] | None = None,
        **options: Any,
    ) -> MockConfigEntry:
        """Add the farm with its cooling groups, and load it."""
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=entry_id.title(),
            entry_id=entry_id,
            data={"kind": "farm"},
            options={"armed": False, **options},
            subentries_data=[
                ConfigSubentryData(
                    subentry_id=name,
                    subentry_type="cooling_group",
                    title=name.title(),
                    unique_id=None,
                    data=data,
                )
                for name, data in (groups or {}).items()
            ],
        )
        entry.add_to_hass(self.hass)
        self.entry = entry
        await self.load(entry_id)
        return entry

    async def load(self, entry_id: str = "site") -> None:
        """Load the farm's entry."""
        assert await self.hass.config_entries.async_setup(entry_id)
        await self.later()

    @property
    def farm(self) -> SiteCoordinator:
        """Return the farm."""
        assert self.entry is not None
        coordinator: SiteCoordinator = self.entry.runtime_data
        return coordinator

    def add_machine(
        self,
        name: str,
        *,
        area: str | None = None,
        rig_area: str | None = None,
        **how: Any,
    ) -> FakeMachine:
        """Add a machine with its entries and devices; one with an outlet has a rig."""
        kind = MockConfigEntry(
            domain=DOMAIN, entry_id=name, title=name, data={"kind": "miner"}
        )
        self._add_entry(kind, area)
        if how.get("outlet"):
            rig = MockConfigEntry(
                domain=DOMAIN,
                entry_id=f"{name}-rig",
                title=f"{name}-rig",
                data={"kind": "rig", "miner_entry": name},
            )
            self._add_entry(rig, rig_area)
        machine = replace(FakeMachine(self.hass, name), **how)
        machine.join()
        return machine

    def add_member(
        self, name: str, kind: str, facts: Facts, *, title: str | None = None
    ) -> dict[str, Any]:
        """Add an entry of a kind that knows these facts."""
        title = title or name
        entry = MockConfigEntry(
            domain=DOMAIN, entry_id=name, title=title, data={"kind": kind}
        )
        self._add_entry(entry, None)
        known: dict[str, Any] = {"facts": facts}
        async_members(self.hass).add(
            Member(entry_id=name, name=title, facts=lambda: known["facts"])
        )
        return known

    def _add_entry(self, entry: MockConfigEntry, area: str | None) -> None:
        entry.add_to_hass(self.hass)
        # As if loaded: what it knows and does is in the test's hand.
        entry.mock_state(self.hass, ConfigEntryState.LOADED)
        devices = dr.async_get(self.hass)
        device = devices.async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={(DOMAIN, entry.entry_id)}
        )
        if area is not None:
            devices.async_update_device(device.id, area_id=area)

    async def read(self, known: dict[str, Any], name: str, **changes: Any) -> None:
        """Let a container be read."""
        known["facts"] = plant(**changes)
        async_members(self.hass).signal(name)
        await self.later(2)

    async def later(self, seconds: float = 11) -> None:
        """Let the sums be made anew."""
        self.freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(self.hass)
        await self.settle()

    def state(self, entity_id: str) -> str:
        """Return the state of an entity that must exist."""
        return self.get(entity_id).state

    def get(self, entity_id: str) -> State:
        """Return an entity that must exist."""
        found = self.hass.states.get(entity_id)
        assert found is not None, f"{entity_id} does not exist"
        return found

    async def call(
        self, service: str, *, response: bool = False, **data: Any
    ) -> ServiceResponse:
        """Call an action on the farm, and let what follows happen."""
        answer = await self.hass.services.async_call(
            DOMAIN,
            service,
            {"entity_id": "binary_sensor.site_emergency_stop_in_force", **data},
            blocking=True,
            return_response=response,
        )
        await self.settle()
        return answer


PLANT = ContainerFacts(fresh=True, miner_hosts=frozenset(), running=True, alarms=())
"""A container without any trouble."""


def plant(**changes: Any) -> ContainerFacts:
    """Return a container that was read just now."""
    changes = {"model": "hk3", "read_at": monotonic(), "connected": True, **changes}
    return replace(PLANT, **changes)
