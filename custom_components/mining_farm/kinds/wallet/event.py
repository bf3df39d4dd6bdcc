"""Events of a wallet: its windows, its commitment, its endpoints."""

from typing import override

from homeassistant.components.event import EventEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.events import EventQueue, FarmEventEntity
from .coordinator import WalletConfigEntry, WalletCoordinator

AUCTION = EventEntityDescription(
    key="auction",
    translation_key="auction",
    event_types=[
        "window_won",
        "window_partly_won",
        "window_lost",
        "commitment_published",
        "commitment_refused",
        "banned",
        "endpoint_lost",
        "under_delivery",
        "bid_lowered",
        "bid_restored",
    ],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WalletConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the wallet's event entity."""
    async_add_entities([AuctionEvent(entry.runtime_data, AUCTION)])


class AuctionEvent(FarmEventEntity[WalletCoordinator]):
    """The last event of the wallet."""

    @property
    @override
    def events(self) -> EventQueue:
        return self.coordinator.events.queue
