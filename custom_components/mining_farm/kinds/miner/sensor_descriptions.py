"""Readings of a miner that are one field of its snapshot each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricPotential,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfRatio,
    UnitOfTemperature,
)
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ...engines.edge_collector import Algorithm, MinerProfile, MinerSnapshot


@dataclass(frozen=True, kw_only=True)
class MinerSensorDescription(SensorEntityDescription):
    """A sensor that reads the miner's snapshot."""

    value_fn: Callable[[MinerSnapshot], StateType | datetime]
    exists_fn: Callable[[MinerProfile], bool] = lambda _: True
    hashrate: bool = False
    """Whether the value is in GH/s, to be shown in the unit of the miner's algorithm."""
    attributes_fn: Callable[[MinerSnapshot], dict[str, Any] | None] = lambda _: None


MINER_SENSORS = (
    MinerSensorDescription(
        key="hashrate",
        translation_key="hashrate",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=lambda snapshot: snapshot.hashrate_ghs,
        hashrate=True,
    ),
    MinerSensorDescription(
        key="ideal_hashrate",
        translation_key="ideal_hashrate",
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=2,
        value_fn=lambda snapshot: snapshot.ideal_hashrate_ghs,
        exists_fn=lambda profile: "ideal_hashrate_ghs" in profile.readings,
        hashrate=True,
    ),
    MinerSensorDescription(
        key="temp_chip_max",
        translation_key="temp_chip_max",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.temp_chip_max,
    ),
    MinerSensorDescription(
        key="water_in",
        translation_key="water_in",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.temp_water_in,
        exists_fn=lambda profile: profile.water,
    ),
    MinerSensorDescription(
        key="water_out",
        translation_key="water_out",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.temp_water_out,
        exists_fn=lambda profile: profile.water,
    ),
    MinerSensorDescription(
        key="power",
        translation_key="miner_power",
        attributes_fn=lambda snapshot: {"source": snapshot.power_source},
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        value_fn=lambda snapshot: snapshot.power_w,
        exists_fn=lambda profile: profile.power,
    ),
    MinerSensorDescription(
        key="efficiency",
        translation_key="efficiency",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement="J/TH",
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.efficiency_j_th,
        exists_fn=lambda profile: (
            profile.power and profile.algorithm is Algorithm.SHA256
        ),
    ),
    MinerSensorDescription(
        key="boards_healthy",
        translation_key="boards_healthy",
        state_class=SensorStateClass.MEASUREMENT,
        # A miner that does not hash reports its chips as bad: no judgement.
        value_fn=lambda snapshot: (
            snapshot.boards_healthy
            if snapshot.hashing and snapshot.boards_read
            else None
        ),
        # A Bitaxe has none, which are not "0 healthy ones".
        exists_fn=lambda profile: bool(profile.boards),
    ),
    MinerSensorDescription(
        key="best_difficulty",
        translation_key="best_difficulty",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda snapshot: snapshot.best_difficulty,
        exists_fn=lambda profile: "best_difficulty" in profile.readings,
    ),
    MinerSensorDescription(
        key="blocks_found",
        translation_key="blocks_found",
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda snapshot: snapshot.blocks_found,
        exists_fn=lambda profile: "blocks_found" in profile.readings,
    ),
    MinerSensorDescription(
        key="frequency",
        device_class=SensorDeviceClass.FREQUENCY,
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfFrequency.MEGAHERTZ,
        suggested_display_precision=0,
        value_fn=lambda snapshot: snapshot.frequency_mhz,
        exists_fn=lambda profile: "frequency_mhz" in profile.readings,
    ),
    MinerSensorDescription(
        key="voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=2,
        value_fn=lambda snapshot: snapshot.voltage_v,
        exists_fn=lambda profile: "voltage_v" in profile.readings,
    ),
    MinerSensorDescription(
        key="core_voltage",
        translation_key="core_voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=3,
        value_fn=lambda snapshot: snapshot.core_voltage_v,
        exists_fn=lambda profile: "core_voltage_v" in profile.readings,
    ),
    MinerSensorDescription(
        key="temp_regulator",
        translation_key="temp_regulator",
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.temp_regulator,
        exists_fn=lambda profile: "temp_regulator" in profile.readings,
    ),
    MinerSensorDescription(
        key="error_rate",
        translation_key="error_rate",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=3,
        value_fn=lambda snapshot: snapshot.error_rate,
    ),
    MinerSensorDescription(
        key="hw_errors",
        translation_key="hw_errors",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        # It falls to 0 when mining restarts, which core's statistics take as a reset.
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda snapshot: snapshot.hw_errors,
    ),
    MinerSensorDescription(
        key="accepted",
        translation_key="accepted",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda snapshot: snapshot.accepted,
    ),
    MinerSensorDescription(
        key="rejected",
        translation_key="rejected",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda snapshot: snapshot.rejected,
    ),
    MinerSensorDescription(
        key="pool",
        translation_key="pool",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda snapshot: (
            pool.address if (pool := snapshot.active_pool) else None
        ),
    ),
    MinerSensorDescription(
        key="worker",
        translation_key="worker",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda snapshot: (
            pool.worker if (pool := snapshot.active_pool) else None
        ),
    ),
    MinerSensorDescription(
        key="uptime",
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda snapshot: (
            None
            if snapshot.uptime_s is None
            # Core keeps the state of an UPTIME sensor that drifts by less than 60 s.
            else dt_util.utcnow() - timedelta(seconds=snapshot.uptime_s)
        ),
    ),
)
