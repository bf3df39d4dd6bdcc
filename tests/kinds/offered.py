"""Which actions of the integration Home Assistant offers for a device."""

from custom_components.mining_farm.const import DOMAIN
from homeassistant.components.websocket_api.automation import (
    async_get_services_for_target,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr


async def offered_actions(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return the actions that are offered for the device of an entry."""
    (device,) = [
        each
        for each in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
        if (DOMAIN, entry.entry_id) in each.identifiers
    ]
    offered = await async_get_services_for_target(
        hass, {"device_id": [device.id]}, expand_group=True
    )
    return {
        name.removeprefix(f"{DOMAIN}.")
        for name in offered
        if name.startswith(f"{DOMAIN}.")
    }
