"""Repair flows of every kind."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import CONF_KIND, DOMAIN, Kind
from .kinds.container.repairs import create_fix_flow as create_container_fix_flow
from .kinds.rig.repairs import create_fix_flow as create_rig_fix_flow

FIX_FLOWS: dict[str, Callable[[ConfigEntry], RepairsFlow]] = {
    Kind.CONTAINER: create_container_fix_flow,
    Kind.RIG: create_rig_fix_flow,
}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow of the entry that the issue is about."""
    entry = hass.config_entries.async_get_entry((data or {}).get("entry_id", ""))
    if entry is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="entry_is_gone"
        )
    return FIX_FLOWS[entry.data[CONF_KIND]](entry)
