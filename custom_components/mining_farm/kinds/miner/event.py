"""What became of commands that take minutes, and pools that were not seen before."""

from typing import override

from homeassistant.components.event import EventEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.events import EventQueue, FarmEventEntity
from .controls import EVENT_CONFIRMED, EVENT_REFUSED, EVENT_UNCONFIRMED
from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import MinerEntity, entity_adder
from .paused_again import EVENT_PAUSED_AGAIN
from .pool_watch import EVENT_POOL, EVENT_WORKER

COMMAND = EventEntityDescription(
    key="command",
    translation_key="miner_command",
    event_types=[
        EVENT_CONFIRMED,
        EVENT_UNCONFIRMED,
        EVENT_REFUSED,
        EVENT_PAUSED_AGAIN,
    ],
)


POOL = EventEntityDescription(
    key="pool_change",
    translation_key="miner_pool_change",
    entity_category=EntityCategory.DIAGNOSTIC,
    event_types=[EVENT_POOL, EVENT_WORKER],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event of pools, and that of commands where control is allowed."""
    miner = entry.runtime_data
    add = entity_adder(miner, async_add_entities)
    add([PoolEvent(miner, POOL)])
    if miner.controls:
        add([CommandEvent(miner, COMMAND)])


class CommandEvent(MinerEntity, FarmEventEntity[MinerCoordinator]):
    """The end of the last command whose caller did not wait, or one that was none of his."""

    @property
    @override
    def events(self) -> EventQueue:
        return self.coordinator.events


class PoolEvent(MinerEntity, FarmEventEntity[MinerCoordinator]):
    """The last change to a pool or a worker that the miner was not seen with."""

    @property
    @override
    def events(self) -> EventQueue:
        return self.coordinator.pool_watch.events
