"""A container's alarms as they come and go."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import ALARM_CLEARED, ALARM_RAISED, ContainerConfigEntry
from .entity import ContainerEntity

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


class AlarmEvent(ContainerEntity, EventEntity):
    """The last alarm that was raised or cleared."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.teller.async_listen(self._happened))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write nothing: an event is no part of a reading."""

    @callback
    def _happened(self, event: str, attributes: Mapping[str, Any]) -> None:
        self._trigger_event(event, dict(attributes))
        self.async_write_ha_state()
