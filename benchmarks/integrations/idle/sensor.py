"""Sensors of which one changes for each device, as often as states of a miner do."""

from datetime import datetime, timedelta
from random import random
from typing import Any, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later

_SENSORS = 6
_CHANGES_EVERY = timedelta(seconds=86)
"""At farm detail 0.35 states of a miner change for each poll, of which each 30 s has one."""


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
    _attr_native_value = 0.0
    _attr_should_poll = False

    def __init__(self, entry: ConfigEntry[Any], number: int) -> None:
        """Take its number."""
        self._attr_name = f"Reading {number}"
        self._attr_unique_id = f"{entry.entry_id}_{number}"
        self._attr_device_info = DeviceInfo(
            identifiers={(entry.domain, entry.entry_id)}, name=entry.title
        )
        self._is_moving = not number

    @override
    async def async_added_to_hass(self) -> None:
        if self._is_moving:
            self._change_after(_CHANGES_EVERY * random())  # noqa: S311

    @callback
    def _change_after(self, pause: timedelta) -> None:
        self.async_on_remove(async_call_later(self.hass, pause, self._change))

    @callback
    def _change(self, _now: datetime) -> None:
        self._attr_native_value = random()  # noqa: S311
        self.async_write_ha_state()
        self._change_after(_CHANGES_EVERY)
