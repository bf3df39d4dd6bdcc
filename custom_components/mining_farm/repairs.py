"""Repair flows of every kind."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .kinds.rig.repairs import create_fix_flow


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow of the entry that the issue is about."""
    entry = hass.config_entries.async_get_entry((data or {}).get("entry_id", ""))
    if entry is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="entry_is_gone"
        )
    return create_fix_flow(entry)
