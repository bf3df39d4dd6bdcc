"""Repair flows of every kind."""

from typing import Any

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .common.holds_issues import FIXABLE
from .common.holds_repairs import create_holds_flow
from .common.issues import is_notice
from .const import DOMAIN
from .kinds import async_get_repairs


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow of the entry that the issue is about, or of what belongs to none."""
    if issue_id in FIXABLE:
        return create_holds_flow(issue_id)
    if is_notice(hass, issue_id):
        return ConfirmRepairFlow()
    entry = hass.config_entries.async_get_entry((data or {}).get("entry_id", ""))
    if entry is None or (repairs := await async_get_repairs(hass, entry)) is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="entry_is_gone"
        )
    return repairs.create_fix_flow(entry)
