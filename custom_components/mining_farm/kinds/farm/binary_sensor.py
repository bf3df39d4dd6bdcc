"""Whether a site is stopped."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import FarmConfigEntry
from .entity import GroupEntity, SiteEntity

STOPPED = BinarySensorEntityDescription(
    key="emergency_stop",
    translation_key="farm_emergency_stop",
    device_class=BinarySensorDeviceClass.SAFETY,
)
LATCHED = BinarySensorEntityDescription(
    key="latched",
    translation_key="farm_latched",
    device_class=BinarySensorDeviceClass.SAFETY,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FarmConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the state of the emergency stop."""
    site = entry.runtime_data
    async_add_entities([EmergencyStopSensor(site, STOPPED)])
    for group in site.groups.values():
        async_add_entities(
            [LatchedSensor(site, group, LATCHED)], config_subentry_id=group.shape.id
        )


class EmergencyStopSensor(SiteEntity, BinarySensorEntity):
    """On from the press until the release."""

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.data.stop is not None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        if (stop := self.coordinator.data.stop) is None:
            return None
        return {
            "since": stop.since.isoformat(),
            "by": stop.by,
            "machines": stop.machines,
            "confirmed": stop.confirmed,
            "unconfirmed": list(stop.unconfirmed[:20]),
        }


class LatchedSensor(GroupEntity, BinarySensorEntity):
    """Whether the group's machines are kept down."""

    @property
    @override
    def is_on(self) -> bool:
        return self.cooling.memory.holds
