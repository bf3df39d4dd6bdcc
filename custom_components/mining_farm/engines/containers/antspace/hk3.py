"""The HK3 plant: water through the miners, cooling tower.

Names are the wire's own, misspelt ones too; meanings and units come from public clients
of such plants (MiningOS, miner-monitor), as sure as each row says.
"""

from ..models import Nature, Severity
from ..rows import (
    AIR,
    AlarmKind,
    Below,
    Confidence,
    Field,
    Flag,
    PlantTable,
    Quantity,
    SetPointBounds,
    Values,
    Write,
)
from .both_models import (
    COORDINATES,
    DISCONNECTED,
    LEAK,
    MANUFACTURER,
    MODES,
    SET_POINT,
    SUPPLY_HIGH,
    SUPPLY_TOO_HIGH,
)
from .models import Model

COLD_LIMIT = 20.0
"""Coolant colder than this, °C, lets water condense on it (MiningOS)."""
_WATER = 1.163
"""Heat in kWh that a cubic metre of water takes per kelvin."""


def _total_power(values: Values) -> float | None:
    box1, box2 = values["distribution_box1_power"], values["distribution_box2_power"]
    return None if box1 is None or box2 is None else round(box1 + box2, 6)


def _liquid_delta_t(values: Values) -> float | None:
    out, back = values["supply_liquid_temp"], values["return_liquid_temp"]
    return None if out is None or back is None else round(back - out, 6)


def _thermal_power(values: Values) -> float | None:
    flow, delta = values["supply_liquid_flow"], values["liquid_delta_t"]
    return None if flow is None or delta is None else round(flow * _WATER * delta, 3)


HK3 = PlantTable(
    model=Model.HK3,
    name="Antspace HK3",
    manufacturer=MANUFACTURER,
    running_flags=("circulating_pump",),
    supply_temperatures=("supply_liquid_temp",),
    # MiningOS alerts below 20 and calls 40 critical, but a site holds 40 (miner-monitor),
    # and sister plants alarm at 45.
    bounds=SetPointBounds(low=20, high=45),
    writes=frozenset(Write),
    # The circulating pump is seen to run on after a stop.
    stop_is_shown=False,
    fields=(
        Field(
            key="supply_liquid_temp",
            wire="supply_liquid_temp",
            unit="°C",
            quantity=Quantity.TEMPERATURE,
            confidence=Confidence.HIGH,
        ),
        Field(
            key="return_liquid_temp",
            wire="return_liquid_temp",
            unit="°C",
            quantity=Quantity.TEMPERATURE,
            confidence=Confidence.HIGH,
        ),
        SET_POINT,
        # MPa on the wire (vendor document, MiningOS's UI). Home Assistant has no such unit:
        # its mPa is milli.
        Field(
            key="supply_liquid_pressure",
            wire="supply_liquid_pressure",
            unit="bar",
            quantity=Quantity.PRESSURE,
            confidence=Confidence.HIGH,
        ),
        Field(
            key="return_liquid_pressure",
            wire="return_liquid_pressure",
            unit="bar",
            quantity=Quantity.PRESSURE,
            confidence=Confidence.HIGH,
        ),
        Field(
            key="supply_liquid_flow",
            wire="supply_liquid_flow",
            unit="m³/h",
            quantity=Quantity.FLOW,
            confidence=Confidence.HIGH,
        ),
        Field(
            key="cooling_tower_inlet_temp",
            wire="colding_tower_inlet_temp",
            aliases=("cooling_tower_inlet_temp",),
            unit="°C",
            quantity=Quantity.TEMPERATURE,
            confidence=Confidence.HIGH,
        ),
        Field(
            key="container_temp",
            wire="antbox_internal_temp",
            unit="°C",
            quantity=Quantity.TEMPERATURE,
            confidence=Confidence.HIGH,
            range=AIR,
        ),
        Field(
            key="container_humidity",
            wire="antbox_internal_humidity",
            unit="%",
            quantity=Quantity.HUMIDITY,
            confidence=Confidence.HIGH,
        ),
        # One chart of MiningOS's UI takes these for kW; its worker and the samples of
        # miner-monitor say W.
        Field(
            key="distribution_box1_power",
            wire="distribution_box1_power",
            unit="W",
            quantity=Quantity.POWER,
            confidence=Confidence.HIGH,
        ),
        Field(
            key="distribution_box2_power",
            wire="distribution_box2_power",
            unit="W",
            quantity=Quantity.POWER,
            confidence=Confidence.HIGH,
        ),
        Field(
            key="total_power",
            wire=None,
            derive=_total_power,
            unit="W",
            quantity=Quantity.POWER,
            confidence=Confidence.HIGH,
        ),
        Field(
            key="liquid_delta_t",
            wire=None,
            derive=_liquid_delta_t,
            unit="°C",
            quantity=Quantity.TEMPERATURE_DELTA,
            confidence=Confidence.HIGH,
        ),
        Field(
            key="thermal_power",
            wire=None,
            derive=_thermal_power,
            unit="kW",
            quantity=Quantity.POWER,
            # Water with glycol carries 5 to 10 % less.
            confidence=Confidence.MEDIUM,
            diagnostic=True,
            enabled=False,
        ),
        *COORDINATES,
    ),
    flags=(
        Flag(
            key="circulating_pump", wire="circulating_pump", confidence=Confidence.HIGH
        ),
        Flag(
            key="fluid_infusion_pump",
            wire="fluid_infusion_pump",
            confidence=Confidence.HIGH,
        ),
        Flag(key="spray_pump", wire="spray_pump", confidence=Confidence.HIGH),
        Flag(key="fan1", wire="fan1", confidence=Confidence.HIGH),
        Flag(key="fan2", wire="fan2", confidence=Confidence.HIGH),
        Flag(
            key="cooling_tower_fan1",
            wire="cooling_tower_fan1",
            confidence=Confidence.HIGH,
        ),
        Flag(
            key="cooling_tower_fan2",
            wire="cooling_tower_fan2",
            confidence=Confidence.HIGH,
        ),
        Flag(
            key="cooling_tower_fan3",
            wire="cooling_tower_fan3",
            confidence=Confidence.HIGH,
        ),
        *MODES,
    ),
    # Severities are those of MiningOS's worker. miner-monitor calls power_fault,
    # liquid_level_low and freezing_alarm critical.
    alarms=(
        AlarmKind(
            key="power_fault",
            wire="power_fault",
            name="power_fault",
            severity=Severity.MEDIUM,
        ),
        AlarmKind(
            key="liquid_level_low",
            wire="liquid_level_low",
            name="liquid_level_low",
            severity=Severity.MEDIUM,
        ),
        AlarmKind(
            key="circulating_pump_fault",
            wire="circulating_pump_fault",
            name="circulating_pump_fault",
            severity=Severity.CRITICAL,
        ),
        AlarmKind(
            key="fan1_fault",
            wire="fan1_fault",
            name="fan_fault",
            severity=Severity.HIGH,
            number=1,
        ),
        AlarmKind(
            key="fan2_fault",
            wire="fan2_fault",
            name="fan_fault",
            severity=Severity.HIGH,
            number=2,
        ),
        AlarmKind(
            key="fluid_infusion_pump_fault",
            wire="fluid_infusion_pump_fault",
            name="fluid_infusion_pump_fault",
            severity=Severity.HIGH,
        ),
        AlarmKind(
            key="spray_pump_fault",
            wire="spray_pump_fault",
            name="spray_pump_fault",
            severity=Severity.HIGH,
        ),
        AlarmKind(
            key="cooling_tower_fan1_fault",
            wire="cooling_tower_fan1_fault",
            name="cooling_tower_fan_fault",
            severity=Severity.HIGH,
            number=1,
        ),
        AlarmKind(
            key="cooling_tower_fan2_fault",
            wire="cooling_tower_fan2_fault",
            name="cooling_tower_fan_fault",
            severity=Severity.HIGH,
            number=2,
        ),
        AlarmKind(
            key="cooling_tower_fan3_fault",
            wire="cooling_tower_fan3_fault",
            name="cooling_tower_fan_fault",
            severity=Severity.HIGH,
            number=3,
        ),
        LEAK,
        SUPPLY_HIGH,
        SUPPLY_TOO_HIGH,
        AlarmKind(
            key="supply_liquid_pressure_high",
            wire="supply_liquid_pressure_high",
            name="supply_liquid_pressure_high",
            severity=Severity.CRITICAL,
        ),
        AlarmKind(
            key="return_liquid_pressure_low",
            wire="return_liquid_pressure_low",
            name="return_liquid_pressure_low",
            severity=Severity.CRITICAL,
        ),
        AlarmKind(
            key="supply_liquid_flow_low",
            wire="supply_liquid_flow_low",
            name="supply_liquid_flow_low",
            severity=Severity.CRITICAL,
        ),
        AlarmKind(
            key="freezing_alarm",
            wire="freezing_alarm",
            name="freezing_alarm",
            severity=Severity.MEDIUM,
            nature=Nature.COLD,
        ),
        AlarmKind(
            key="cooling_tower_liquid_level_low",
            wire="cooling_tower_liquid_level_low",
            name="cooling_tower_liquid_level_low",
            severity=Severity.HIGH,
        ),
        AlarmKind(
            key="supply_liquid_temp_low",
            wire=None,
            below=Below(field="supply_liquid_temp", limit=COLD_LIMIT),
            name="supply_liquid_temp_low",
            severity=Severity.HIGH,
            nature=Nature.COLD,
            # MiningOS computes this alert itself and leaves the status as it is.
            is_fault=False,
        ),
        DISCONNECTED,
    ),
)
