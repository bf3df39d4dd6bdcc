"""Repairs that follow from what a miner reports."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from ...common.issues import raise_issue, withdraw_issues
from .stored import ordering_way

ANOTHER_MINER = "another_miner"
"""Another miner took over the address."""

LOCKED = "miner_locked"
"""The miner takes no commands from here, or not without more."""
LOCKED_TEXTS = {
    "axeos": "miner_locked_axeos",
    "vnish": "miner_locked_vnish",
    "whatsminer": "miner_locked_whatsminer",
    "whatsminer_v2": "miner_locked_whatsminer",
}
"""By driver, the steps that unlock it; LOCKED has those that fit any make."""

MOVED = "miner_moved"
"""What may be the miner answers at another address."""

NEW_POOL = "miner_new_pool"
"""It works for a pool or a worker that it was not seen with."""

ISSUES = (ANOTHER_MINER, LOCKED, MOVED, NEW_POOL)


@callback
def async_update_issues(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, another: str | None
) -> None:
    """Raise the issue of another miner, which is named, or withdraw it."""
    if another is None:
        withdraw_issues(hass, entry.entry_id, (ANOTHER_MINER,))
    else:
        host = entry.data[CONF_HOST]
        raise_issue(hass, entry, ANOTHER_MINER, host=host, another=another)


@callback
def async_update_moved(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, host: str | None
) -> None:
    """Ask whether what answers at an address is the miner, or ask no more."""
    if host is None:
        withdraw_issues(hass, entry.entry_id, (MOVED,))
    else:
        raise_issue(hass, entry, MOVED, fixable=True, host=host)


@callback
def async_update_new_pool(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, pool: str | None
) -> None:
    """Ask whether a new pool or worker is the user's own, or ask no more."""
    if pool is None:
        withdraw_issues(hass, entry.entry_id, (NEW_POOL,))
    else:
        raise_issue(hass, entry, NEW_POOL, fixable=True, pool=pool)


@callback
def async_update_locked(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, locked: bool
) -> None:
    """Raise the issue of a locked miner, or withdraw it."""
    if locked:
        driver = ordering_way(entry.data).driver
        raise_issue(hass, entry, LOCKED, text=LOCKED_TEXTS.get(driver))
    else:
        withdraw_issues(hass, entry.entry_id, (LOCKED,))


@callback
def async_withdraw_issues(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Withdraw every issue of a miner."""
    withdraw_issues(hass, entry.entry_id, ISSUES)
