"""Takes over the entity ids, and so the history, of another integration's miner.

The other one is hass-miner: its unique ids are `MAC-key` and `MAC-number-key` (its source).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ...const import DOMAIN
from ...engines.edge_collector import MinerProfile
from .const import CONF_MAC, CONF_TAKE_OVER
from .stored import stored_profile

OTHER: Final = "miner"
"""Domain of hass-miner."""

# Its temperature is a mean of the boards, ours is the hottest chip: not the same curve.
_OF_MINER: Final = {
    (Platform.SENSOR, "hashrate"): "hashrate",
    (Platform.SENSOR, "ideal_hashrate"): "ideal_hashrate",
    (Platform.SENSOR, "miner_consumption"): "power",
    (Platform.SENSOR, "efficiency"): "efficiency",
    (Platform.SWITCH, "active"): "mining",
    (Platform.NUMBER, "power_limit"): "power_target",
}
_OF_BOARD: Final = {
    "board_hashrate": "hashrate",
    "board_temperature": "temp_pcb",
    "chip_temperature": "temp_chip",
}
_FAN_SPEED: Final = "fan_speed"


@callback
def takeable(hass: HomeAssistant, entry: ConfigEntry[Any]) -> dict[str, str]:
    """Return the entity ids that ours could have: the other's by our present one.

    Only of what is measured alike, in the same unit.
    """
    registry = er.async_get(hass)
    found: dict[str, str] = {}
    for other, key in _others(registry, entry):
        ours_id = registry.async_get_entity_id(
            other.domain, DOMAIN, f"{entry.entry_id}_{key}"
        )
        ours = None if ours_id is None else registry.async_get(ours_id)
        if ours is not None and other.unit_of_measurement in (
            None,
            ours.unit_of_measurement,
        ):
            found[ours.entity_id] = other.entity_id
    return found


def _others(
    registry: er.EntityRegistry, entry: ConfigEntry[Any]
) -> Iterator[tuple[er.RegistryEntry, str]]:
    """Yield the other's entities of the same MAC, each with the key of ours."""
    mac = entry.data.get(CONF_MAC)
    profile = stored_profile(entry.data)
    if mac is None or profile is None:
        return
    for other in registry.entities.values():
        if other.platform != OTHER or not other.unique_id.lower().startswith(f"{mac}-"):
            continue
        match other.unique_id[len(mac) + 1 :].split("-"):
            case [key] if name := _OF_MINER.get((Platform(other.domain), key)):
                yield other, name
            case [number, key] if name := _part(number, key, profile):
                yield other, name


def _part(number: str, key: str, profile: MinerProfile) -> str | None:
    """Return the key of ours for a board or fan, which the other counts from 0."""
    parts: Sequence[object] = profile.fans if key == _FAN_SPEED else profile.boards
    if not number.isdecimal() or int(number) >= len(parts):
        return None
    part = parts[int(number)]
    if key == _FAN_SPEED:
        return f"fan_{part}"
    return f"board_{part}_{_OF_BOARD[key]}" if key in _OF_BOARD else None


@callback
def async_take_over(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Give our entities the ids that the user wants, as soon as they are free."""
    if not entry.data.get(CONF_TAKE_OVER):
        return
    _take_what_is_free(hass, entry)

    @callback
    def changed(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        if event.data["action"] == "remove":
            _take_what_is_free(hass, entry)

    entry.async_on_unload(
        hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, changed)
    )


def _take_what_is_free(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    registry = er.async_get(hass)
    wanted: Mapping[str, str] = entry.data.get(CONF_TAKE_OVER) or {}
    left = dict(wanted)
    for ours, theirs in wanted.items():
        if (known := registry.async_get(ours)) is None:
            del left[ours]
        elif registry.async_get(theirs) is None and hass.states.get(theirs) is None:
            registry.async_update_entity(
                ours,
                new_entity_id=theirs,
                disabled_by=None
                if known.disabled_by is er.RegistryEntryDisabler.INTEGRATION
                else known.disabled_by,
            )
            del left[ours]
    if left != wanted:
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, CONF_TAKE_OVER: left}
        )
