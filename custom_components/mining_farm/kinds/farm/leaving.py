"""What a farm or a cooling group that is gone keeps down is left to the user, and listed."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ...common.entries import entries_of
from ...common.holds import async_holds
from ...const import Kind
from ...engines.farm import LEFT, Owner
from . import curtailment_record, issues
from .membership import described


async def async_leave_groups(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Leave to the user what groups hold that no farm has any more.

    They are known by the holds: what a farm remembers of a group may be lost.
    """
    if await _async_leave_groups(hass):
        _list(hass, entry)


async def async_leave_farm(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Leave to the user all that a farm holds which is removed."""
    holds = async_holds(hass)
    held = await holds.async_hand_over(Owner.EMERGENCY_STOP, entry.entry_id)
    held |= await curtailment_record.async_hand_over(hass, entry)
    # Its entry is none of Home Assistant's any more.
    if held | await _async_leave_groups(hass):
        _list(hass, entry)


async def _async_leave_groups(hass: HomeAssistant) -> frozenset[str]:
    """Hand over what no farm's groups hold; return the machines."""
    holds = async_holds(hass)
    left = {
        hold.source
        for machine_id in holds
        for hold in holds.of(machine_id).holds
        if hold.owner is Owner.INTERLOCK
    }
    for farm in entries_of(hass, Kind.FARM):
        left -= farm.subentries.keys()
    held: frozenset[str] = frozenset()
    for group_id in sorted(left):
        held |= await holds.async_hand_over(Owner.INTERLOCK, group_id)
    return held


def _list(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """List all that was ever left and not started since: one list replaces another."""
    left = async_holds(hass).held_by(Owner.USER, LEFT)
    issues.create_left_to_user(
        hass, entry, sorted(described(hass, one) for one in left)
    )
