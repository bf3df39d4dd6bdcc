"""Repairs that follow from what a miner reports."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ...common.issues import raise_issue, withdraw_issues

ANOTHER_MINER = "another_miner"
"""Another miner took over the address."""

LOCKED = "miner_locked"
"""The miner takes no commands from here, or not without more."""

ISSUES = (ANOTHER_MINER, LOCKED)


@callback
def async_update_issues(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, another_miner: bool
) -> None:
    """Raise the issue of another miner, or withdraw it."""
    if another_miner:
        raise_issue(hass, entry, ANOTHER_MINER)
    else:
        withdraw_issues(hass, entry.entry_id, (ANOTHER_MINER,))


@callback
def async_update_locked(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, locked: bool
) -> None:
    """Raise the issue of a locked miner, or withdraw it."""
    if locked:
        raise_issue(hass, entry, LOCKED)
    else:
        withdraw_issues(hass, entry.entry_id, (LOCKED,))


@callback
def async_withdraw_issues(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Withdraw every issue of a miner."""
    withdraw_issues(hass, entry.entry_id, ISSUES)
