"""What happened to a wallet: its windows, its commitment, its standing."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import WalletConfigEntry
from .entity import WalletEntity

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
    ],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WalletConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the wallet's event entity."""
    async_add_entities([AuctionEvent(entry.runtime_data, AUCTION)])


class AuctionEvent(WalletEntity, EventEntity):
    """The last thing that happened."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.news.teller.async_listen(self._happened))

    @callback
    def _happened(self, event: str, attributes: Mapping[str, Any]) -> None:
        self._trigger_event(event, dict(attributes))
        self.async_write_ha_state()
