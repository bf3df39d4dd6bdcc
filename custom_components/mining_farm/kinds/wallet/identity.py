"""Which wallet is which: one hotkey of one subnet, and a proxy's pool of its own."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ...common.entries import entries_of
from ...const import Kind
from .const import (
    CONF_HOTKEY,
    CONF_HOTKEY_NAME,
    CONF_NETUID,
    CONF_PROXY,
    CONF_PROXY_FILE,
    CONF_PROXY_POOL,
    CONF_WALLET,
    DEFAULT_NETUID,
    PROXY_IHP,
    PROXY_NONE,
)


def wallet_unique_id(data: Mapping[str, Any]) -> str:
    """Return what a hotkey has to itself on a subnet."""
    return f"{data[CONF_NETUID]}_{data[CONF_HOTKEY]}"


def short_address(address: str) -> str:
    """Return both ends of an address, as people compare them."""
    return f"{address[:6]}…{address[-4:]}"


def wallet_title(data: Mapping[str, Any]) -> str:
    """Return the names of wallet and hotkey, or the address of one that is watched."""
    if CONF_HOTKEY_NAME in data:
        title = f"{data[CONF_WALLET]} {data[CONF_HOTKEY_NAME]}"
    else:
        title = short_address(data[CONF_HOTKEY])
    netuid = data[CONF_NETUID]
    return title if netuid == DEFAULT_NETUID else f"{title} SN{netuid}"


def find_proxy_user(
    hass: HomeAssistant, options: Mapping[str, Any], but: str | None = None
) -> ConfigEntry[Any] | None:
    """Return the wallet that routes by the same pool of the same file."""
    if (ours := _proxy_key(options)) is None:
        return None
    for entry in entries_of(hass, Kind.WALLET, excluding=but):
        if _proxy_key(entry.options) == ours:
            return entry
    return None


def _proxy_key(options: Mapping[str, Any]) -> tuple[str, ...] | None:
    proxy = options.get(CONF_PROXY, PROXY_NONE)
    if proxy == PROXY_NONE:
        return None
    # Of Braiins' profile, each wallet weighs the same two goals.
    pool = str(options.get(CONF_PROXY_POOL)).casefold() if proxy == PROXY_IHP else ""
    return str(options.get(CONF_PROXY_FILE)), pool
