"""Diagnostics of every kind."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant

from .kinds import async_get_diagnostics


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ConfigEntry
) -> dict[str, Any]:
    """Return what the entry knows, without secrets."""
    if entry.state is not ConfigEntryState.LOADED:
        return {"state": entry.state.value, "reason": entry.reason}
    diagnostics = await async_get_diagnostics(hass, entry)
    return await diagnostics.async_get_config_entry_diagnostics(hass, entry)
