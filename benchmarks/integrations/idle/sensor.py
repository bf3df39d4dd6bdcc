"""Sensors that never change."""

from typing import Any

from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

_SENSORS = 6


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: ConfigEntry[Any],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add them."""
    async_add_entities(IdleSensor(entry, number) for number in range(_SENSORS))


class IdleSensor(SensorEntity):
    """One of a device's sensors."""

    _attr_has_entity_name = True
    _attr_native_value = 0
    _attr_should_poll = False

    def __init__(self, entry: ConfigEntry[Any], number: int) -> None:
        """Take its number."""
        self._attr_name = f"Reading {number}"
        self._attr_unique_id = f"{entry.entry_id}_{number}"
        self._attr_device_info = DeviceInfo(
            identifiers={(entry.domain, entry.entry_id)}, name=entry.title
        )
