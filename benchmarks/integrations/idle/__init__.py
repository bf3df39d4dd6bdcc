"""Entries with as many devices and entities as miners at farm detail, and no polls."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
    """Add the device."""
    await hass.config_entries.async_forward_entry_setups(entry, [Platform.SENSOR])
    return True
