"""What happened to a rig, with the evidence."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import RigConfigEntry
from .entity import RigEntity

RESTARTS = EventEntityDescription(
    key="restarts",
    translation_key="restarts",
    event_types=[
        "restarted",
        "would_restart",
        "recovered",
        "gave_up",
        "held",
        "plug_unreachable",
    ],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RigConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the rig's event entity."""
    async_add_entities([RigEvent(entry.runtime_data, RESTARTS)])


class RigEvent(RigEntity, EventEntity):
    """The last thing that happened to the rig."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.teller.async_listen(self._happened))

    @callback
    def _happened(self, event: str, attributes: Mapping[str, Any]) -> None:
        self._trigger_event(event, dict(attributes))
        self.async_write_ha_state()
