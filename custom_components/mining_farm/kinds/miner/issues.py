"""Repairs that follow from what a miner reports."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ...common.issues import raise_issue, withdraw_issues

ANOTHER_MINER = "another_miner"
"""Another miner took over the address."""

ISSUES = (ANOTHER_MINER,)


@callback
def async_update_issues(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, another_miner: bool
) -> None:
    """Raise the issue of another miner, or withdraw it."""
    if another_miner:
        raise_issue(hass, entry, ANOTHER_MINER)
    else:
        async_withdraw_issues(hass, entry)


@callback
def async_withdraw_issues(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Withdraw every issue of a miner."""
    withdraw_issues(hass, entry.entry_id, ISSUES)
