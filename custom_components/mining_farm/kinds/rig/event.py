"""Event entity of a rig: restarts and what became of them, with the evidence."""

from typing import override

from homeassistant.components.event import EventEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.events import EventQueue, FarmEventEntity
from .coordinator import RigConfigEntry, RigCoordinator

RESTARTS = EventEntityDescription(
    key="restarts",
    translation_key="restarts",
    event_types=[
        "restarted",
        "step_taken",
        "would_restart",
        "recovered",
        "gave_up",
        "held",
        "plug_unreachable",
        "hashes_elsewhere",
    ],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RigConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the rig's event entity."""
    async_add_entities([RigEvent(entry.runtime_data, RESTARTS)])


class RigEvent(FarmEventEntity[RigCoordinator]):
    """The last thing that happened to the rig."""

    @property
    @override
    def events(self) -> EventQueue:
        return self.coordinator.events
