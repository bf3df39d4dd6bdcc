"""Hands out what other entries currently know, by entry id: how kinds join."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class MinerKnowledge:
    """What a miner's entry knows about its machine at the moment."""

    fresh: bool
    """Whether it answered within the grace."""
    last_seen: datetime | None
    hashing: bool | None
    sleeping: bool
    starting: bool
    """Started too short a time ago to hash."""
    pool_lost: bool
    """None of its pools answers it."""
    hashrate_ghs: float | None


DATA_KNOWLEDGE: HassKey[dict[str, Callable[[], MinerKnowledge]]] = HassKey(
    f"{DOMAIN}_knowledge"
)


@callback
def async_share(
    hass: HomeAssistant, entry: ConfigEntry[Any], read: Callable[[], MinerKnowledge]
) -> None:
    """Let others ask what an entry knows, for as long as it is loaded."""
    known = hass.data.setdefault(DATA_KNOWLEDGE, {})
    known[entry.entry_id] = read
    entry.async_on_unload(lambda: known.pop(entry.entry_id, None) and None)


@callback
def async_ask(hass: HomeAssistant, entry_id: str) -> MinerKnowledge | None:
    """Return what a miner's entry knows; None while it is not loaded."""
    read = hass.data.get(DATA_KNOWLEDGE, {}).get(entry_id)
    return None if read is None else read()
