"""Sensors of a rig."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from ...common.units import MEGAHASHES_PER_SECOND
from ...engines.restart import Reason, RigState
from .coordinator import RigConfigEntry
from .data import RigData
from .entity import RigEntity


@dataclass(frozen=True, kw_only=True)
class RigSensorDescription(SensorEntityDescription):
    """A sensor that reads the rig's data."""

    value_fn: Callable[[RigData], StateType | datetime]


SENSORS = (
    RigSensorDescription(
        key="state",
        translation_key="rig_state",
        device_class=SensorDeviceClass.ENUM,
        options=[*RigState],
        value_fn=lambda rig: rig.state,
    ),
    RigSensorDescription(
        key="reason",
        translation_key="rig_reason",
        device_class=SensorDeviceClass.ENUM,
        options=[*Reason],
        value_fn=lambda rig: rig.reason,
    ),
    RigSensorDescription(
        key="last_share",
        translation_key="last_share",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        value_fn=lambda rig: rig.last_share,
    ),
    RigSensorDescription(
        key="pool_hashrate",
        translation_key="pool_hashrate",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=MEGAHASHES_PER_SECOND,
        suggested_display_precision=2,
        value_fn=lambda rig: (
            None if rig.pool_hashrate_hs is None else rig.pool_hashrate_hs / 1e6
        ),
    ),
    RigSensorDescription(
        key="restarts_in_row",
        translation_key="restarts_in_row",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda rig: rig.memory.restarts_in_row,
    ),
    RigSensorDescription(
        key="restarts_total",
        translation_key="restarts_total",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda rig: rig.memory.restarts_total,
    ),
    RigSensorDescription(
        key="next_check",
        translation_key="next_check",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda rig: rig.next_check,
    ),
)
OUTLET_SENSORS = (
    RigSensorDescription(
        key="power",
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        value_fn=lambda rig: None if rig.outlet is None else rig.outlet.watts,
    ),
    RigSensorDescription(
        key="energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        value_fn=lambda rig: None if rig.outlet is None else rig.outlet.energy_kwh,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RigConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the rig's sensors, and the outlet's where it measures."""
    coordinator = entry.runtime_data
    async_add_entities(RigSensor(coordinator, each) for each in SENSORS)
    if coordinator.measures:
        async_add_entities(RigSensor(coordinator, each) for each in OUTLET_SENSORS)


class RigSensor(RigEntity, SensorEntity):
    """A reading of the rig."""

    entity_description: RigSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.coordinator.data)
