"""Event entity of a site: what was stopped and by whom, and what did not follow."""

from typing import override

from homeassistant.components.event import EventEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.events import EventQueue, FarmEventEntity
from .coordinator import FarmConfigEntry, SiteCoordinator

EVENTS = EventEntityDescription(
    key="events",
    translation_key="farm_events",
    event_types=[
        "emergency_stop",
        "joined",
        "released",
        "unconfirmed",
        "woke_by_itself",
        "woken",
        "not_started",
        "not_limited",
        "not_set_back",
        "changed_by_hand",
        "warned",
        "trip",
        "stopped",
        "returning",
        "returned",
        "would_have",
        "release_refused",
        "bypassed",
        "bypass_ended",
        "cooling_stopped",
        "cooling_not_stopped",
        "curtailed",
        "curtailment_ended",
    ],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FarmConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the site's event entity."""
    async_add_entities([SiteEvent(entry.runtime_data, EVENTS)])


class SiteEvent(FarmEventEntity[SiteCoordinator]):
    """The last thing that happened to the site."""

    @property
    @override
    def events(self) -> EventQueue:
        return self.coordinator.events
