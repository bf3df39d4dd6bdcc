"""Hands out what other entries currently know, by entry id: how kinds join."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

type Shared[KnownT] = HassKey[dict[str, Callable[[], KnownT]]]
"""Where entries hand out one sort of knowledge; each is asked for it anew."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HashrateKnowledge:
    """What a machine's entry knows about the work it does at the moment."""

    heard: bool
    """Whether anything was heard of it since Home Assistant started."""
    hashrate_hs: float | None
    """H/s; None while it is silent or does not tell."""


DATA_KNOWLEDGE: Shared[MinerKnowledge] = HassKey(f"{DOMAIN}_knowledge")
DATA_HASHRATES: Shared[HashrateKnowledge] = HassKey(f"{DOMAIN}_hashrates")
DATA_MINER_HOSTS: Shared[Collection[str]] = HassKey(f"{DOMAIN}_miner_hosts")


@callback
def async_share(
    hass: HomeAssistant, entry: ConfigEntry[Any], read: Callable[[], MinerKnowledge]
) -> None:
    """Let others ask what an entry knows, for as long as it is loaded."""
    _share(hass, entry, DATA_KNOWLEDGE, read)


@callback
def async_ask(hass: HomeAssistant, entry_id: str) -> MinerKnowledge | None:
    """Return what a miner's entry knows; None while it is not loaded."""
    return _ask(hass, entry_id, DATA_KNOWLEDGE)


@callback
def async_share_hashrate(
    hass: HomeAssistant, entry: ConfigEntry[Any], read: Callable[[], HashrateKnowledge]
) -> None:
    """Let others ask what an entry's machine delivers, for as long as it is loaded."""
    _share(hass, entry, DATA_HASHRATES, read)


@callback
def async_ask_hashrate(hass: HomeAssistant, entry_id: str) -> HashrateKnowledge | None:
    """Return what a machine delivers; None while its entry is not loaded."""
    return _ask(hass, entry_id, DATA_HASHRATES)


@callback
def async_share_miner_hosts(
    hass: HomeAssistant, entry: ConfigEntry[Any], read: Callable[[], Collection[str]]
) -> None:
    """Let others ask for the addresses of miners that an entry's device lists."""
    _share(hass, entry, DATA_MINER_HOSTS, read)


@callback
def async_ask_miner_hosts(hass: HomeAssistant) -> Mapping[str, Collection[str]]:
    """Return the addresses of miners that loaded entries know of, by entry id."""
    return {
        entry_id: read()
        for entry_id, read in hass.data.get(DATA_MINER_HOSTS, {}).items()
    }


def _share[KnownT](
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    where: Shared[KnownT],
    read: Callable[[], KnownT],
) -> None:
    known = hass.data.setdefault(where, {})
    known[entry.entry_id] = read

    @callback
    def forget() -> None:
        known.pop(entry.entry_id, None)

    entry.async_on_unload(forget)


def _ask[KnownT](
    hass: HomeAssistant, entry_id: str, where: Shared[KnownT]
) -> KnownT | None:
    read = hass.data.get(where, {}).get(entry_id)
    return None if read is None else read()
