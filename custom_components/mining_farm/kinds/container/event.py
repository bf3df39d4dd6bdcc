"""A container's alarms as they come and go."""

from typing import override

from homeassistant.components.event import EventEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.events import EventQueue, FarmEventEntity
from .alarms import ALARM_CLEARED, ALARM_RAISED
from .coordinator import ContainerConfigEntry, ContainerCoordinator

ALARMS = EventEntityDescription(
    key="alarms",
    translation_key="container_alarms",
    event_types=[ALARM_RAISED, ALARM_CLEARED],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ContainerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the container's event entity."""
    async_add_entities([AlarmEvent(entry.runtime_data, ALARMS)])


class AlarmEvent(FarmEventEntity[ContainerCoordinator]):
    """The last alarm that was raised or cleared."""

    @property
    @override
    def events(self) -> EventQueue:
        return self.coordinator.events
