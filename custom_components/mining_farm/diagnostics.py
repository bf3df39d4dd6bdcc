"""Diagnostics of every kind."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .kinds import async_get_diagnostics


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ConfigEntry
) -> dict[str, Any]:
    """Return what the entry knows, without secrets."""
    diagnostics = await async_get_diagnostics(hass, entry)
    return await diagnostics.async_get_config_entry_diagnostics(hass, entry)
