"""Whether a site is stopped, and whether it draws less for a time."""

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

CURTAILED = BinarySensorEntityDescription(
    key="curtailed", translation_key="farm_curtailed"
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FarmConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the states of the emergency stop, of curtailments and of groups."""
    site = entry.runtime_data
    async_add_entities(
        [EmergencyStopSensor(site, STOPPED), CurtailedSensor(site, CURTAILED)]
    )
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


class CurtailedSensor(SiteEntity, BinarySensorEntity):
    """On while a curtailment keeps machines down, or waits for them to stop."""

    _unrecorded_attributes = frozenset({"signal"})

    @property
    @override
    def is_on(self) -> bool:
        return bool(self.coordinator.data.curtailments)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        data = self.coordinator.data
        attributes: dict[str, Any] = {}
        if (signal := data.signal) is not None:
            since = signal.unknown_since
            attributes["signal"] = {
                "entity_id": signal.entity_id,
                "watts_allowed": signal.allowed,
                "unknown_since": since and since.isoformat(),
            }
        if data.curtailments:
            attributes["curtailments"] = [
                {
                    "name": one.name,
                    "until": one.until and one.until.isoformat(),
                    "signal": one.signal,
                    "by": one.by,
                    "machines": one.machines,
                    "confirmed": one.confirmed,
                    "lowered": one.lowered,
                    "watts_wanted": None if one.need is None else round(one.need),
                    "watts_freed": round(one.freed),
                }
                for one in data.curtailments
            ]
        return attributes or None


class LatchedSensor(GroupEntity, BinarySensorEntity):
    """Whether the group's machines are kept down."""

    @property
    @override
    def is_on(self) -> bool:
        return self.cooling.memory.holds
