"""What became of commands that take minutes."""

from typing import override

from homeassistant.components.event import EventEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.events import EventQueue, FarmEventEntity
from .controls import EVENT_CONFIRMED, EVENT_REFUSED, EVENT_UNCONFIRMED
from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import MinerEntity

COMMAND = EventEntityDescription(
    key="command",
    translation_key="miner_command",
    event_types=[EVENT_CONFIRMED, EVENT_UNCONFIRMED, EVENT_REFUSED],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the miner's event entity, where control is allowed."""
    if entry.runtime_data.controls:
        async_add_entities([CommandEvent(entry.runtime_data, COMMAND)])


class CommandEvent(MinerEntity, FarmEventEntity[MinerCoordinator]):
    """The end of the last command whose caller did not wait for it."""

    @property
    @override
    def events(self) -> EventQueue:
        return self.coordinator.events
