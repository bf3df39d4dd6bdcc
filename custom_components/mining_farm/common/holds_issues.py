"""Repair issues about holds, which belong to no entry."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from .holds import Holds
from .issues import HOLDS_NOT_STORED, update_shared_disk

HOLDS_LOST: Final = "holds_lost"
HOLDS_OLD: Final = "holds_old"
FIXABLE: Final = frozenset({HOLDS_LOST, HOLDS_OLD})


@callback
def update_issues(hass: HomeAssistant, holds: Holds) -> None:
    """Raise and withdraw the issues that follow from what was read at the start."""
    update_shared_disk(hass, HOLDS_NOT_STORED, holds.not_stored)
    _set(hass, HOLDS_LOST, on=holds.lost, file=holds.set_aside or "")
    names = sorted(
        entry.title
        for machine_id in holds.doubted
        if (entry := hass.config_entries.async_get_entry(machine_id)) is not None
    )
    _set(hass, HOLDS_OLD, on=bool(names), machines=", ".join(names))


def _set(hass: HomeAssistant, key: str, *, on: bool, **placeholders: str) -> None:
    if not on:
        ir.async_delete_issue(hass, DOMAIN, key)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        key,
        is_fixable=True,
        severity=ir.IssueSeverity.CRITICAL,
        translation_key=key,
        translation_placeholders=placeholders,
    )
