"""How much of a miner Home Assistant holds: of hundreds less than of one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity

from ...const import DOMAIN
from .const import CONF_DETAIL, CONF_DETAIL_SHOWN


class Detail(StrEnum):
    """Which entities a miner has."""

    FARM = "farm"
    """Those of FARM_KEYS: nothing else is created or registered."""
    STANDARD = "standard"
    """All; those that few need are off."""
    EVERYTHING = "everything"
    """All of them are on."""


FARM_KEYS: Final = frozenset(
    {
        "status",
        "hashrate",
        "temp_chip_max",
        "boards_healthy",
        "connectivity",
        "problem",
        "mining",
    }
)
FARM_PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.SENSOR)


def detail_of(options: Mapping[str, Any]) -> Detail:
    """Return the detail that the options of a miner choose."""
    return Detail(options.get(CONF_DETAIL, Detail.STANDARD))


def farm_unique_ids(entry: ConfigEntry[Any]) -> frozenset[str | None]:
    """Return the unique ids of what a miner has at farm detail."""
    return frozenset(f"{entry.entry_id}_{key}" for key in FARM_KEYS)


@callback
def async_remove_rest(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Take out what farm detail leaves out.

    Home Assistant remembers ids, names and areas of what is removed, should it return.
    """
    entities, devices = er.async_get(hass), dr.async_get(hass)
    kept = farm_unique_ids(entry)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        if entity.unique_id not in kept:
            entities.async_remove(entity.entity_id)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        if (DOMAIN, entry.entry_id) not in device.identifiers:
            devices.async_remove_device(device.id)


@callback
def async_settle(
    hass: HomeAssistant, entry: ConfigEntry[Any], domain: str, entity: Entity
) -> None:
    """Let an entity that was known before another detail be on or off as a new one is.

    It is not added yet: Home Assistant restores what is removed as it was then, and
    looks at the default of new entities alone. What the user has disabled stays so.
    """
    registry = er.async_get(hass)
    key = (domain, DOMAIN, str(entity.unique_id))
    entity_id = registry.async_get_entity_id(*key)
    if entity_id is None:
        removed = registry.deleted_entities.get(key)
        if removed is None or registry.async_is_registered(removed.entity_id):
            return
        known = registry.async_get_or_create(*key, config_entry=entry)
    else:
        known = registry.entities[entity_id]
    off = er.RegistryEntryDisabler.INTEGRATION
    wanted = None if entity.entity_registry_enabled_default else off
    if known.disabled_by in (None, off) and known.disabled_by is not wanted:
        registry.async_update_entity(known.entity_id, disabled_by=wanted)


@callback
def async_note_shown(
    hass: HomeAssistant, entry: ConfigEntry[Any], detail: Detail
) -> None:
    """Remember for which detail the registered entities were chosen."""
    if entry.data.get(CONF_DETAIL_SHOWN) != detail:
        data = {**entry.data, CONF_DETAIL_SHOWN: str(detail)}
        hass.config_entries.async_update_entry(entry, data=data)
