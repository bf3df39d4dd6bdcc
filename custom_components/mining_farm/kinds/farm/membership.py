"""Which entries belong to a farm: by area, by label, or picked; new ones join by themselves."""

from collections.abc import Iterator, Sequence
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import area_registry as ar, device_registry as dr

from ...common.entries import entries_of
from ...common.machines import async_machines
from ...const import Kind
from .stored import Selection


@callback
def async_entries(hass: HomeAssistant, entry: ConfigEntry[Any]) -> frozenset[str]:
    """Return the ids of the entries that belong to a farm, loaded or not.

    What is picked comes before what is found by its place, and of several farms that find
    it the oldest has it: a machine belongs to one.
    """
    farms = list(entries_of(hass, Kind.FARM))
    found = {each.entry_id: Selection.of(each.options) for each in farms}
    machines, parts = async_machines(hass), dict[str, list[str]]()
    for each in entries_of(hass, Kind.MINER, Kind.RIG, Kind.CONTAINER, Kind.WALLET):
        # A rig and the miner that it is linked to go together.
        parts.setdefault(machines.id_of(each), []).append(each.entry_id)
    return frozenset(
        entry_id
        for together in parts.values()
        if _owner(hass, found, together) == entry.entry_id
        for entry_id in together
    )


def _owner(
    hass: HomeAssistant, farms: dict[str, Selection], entry_ids: list[str]
) -> str | None:
    """Return the farm that the entries of a machine belong to."""
    for farm_id, selection in farms.items():
        if selection.entries.intersection(entry_ids):
            return farm_id
    places = [place for each in entry_ids for place in _places(hass, each)]
    for farm_id, selection in farms.items():
        if any(area in selection.areas for area, _ in places) or any(
            selection.labels & labels for _, labels in places
        ):
            return farm_id
    for farm_id, selection in farms.items():
        if selection.everything:
            return farm_id
    return None


def _places(
    hass: HomeAssistant, entry_id: str
) -> Iterator[tuple[str | None, set[str]]]:
    """Yield area and labels of the devices of an entry; an area's labels count."""
    areas = ar.async_get(hass)
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry_id):
        area = None if device.area_id is None else areas.async_get_area(device.area_id)
        yield device.area_id, device.labels | (set() if area is None else area.labels)


@callback
def rank_of(
    hass: HomeAssistant, entry_id: str, *, labels: Sequence[str], areas: Sequence[str]
) -> int | None:
    """Return an entry's place among labels and then areas; None where it has none of them."""
    for area, own in _places(hass, entry_id):
        ranks = [rank for rank, label in enumerate(labels) if label in own]
        ranks += [len(labels) + rank for rank, one in enumerate(areas) if one == area]
        if ranks:
            return min(ranks)
    return None


@callback
def place_of(hass: HomeAssistant, entry_id: str) -> str | None:
    """Return the name of the area that an entry's device is in."""
    areas = ar.async_get(hass)
    for area_id, _ in _places(hass, entry_id):
        if area_id is not None and (area := areas.async_get_area(area_id)) is not None:
            return area.name
    return None


@callback
def described(hass: HomeAssistant, entry_id: str) -> str:
    """Return the name of an entry, with its place where it has one."""
    entry = hass.config_entries.async_get_entry(entry_id)
    name = entry_id if entry is None else entry.title
    place = place_of(hass, entry_id)
    return name if place is None else f"{name} ({place})"
