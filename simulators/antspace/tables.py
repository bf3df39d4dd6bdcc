"""The wire keys of both models, in the order in which the documented mock sends them."""

from enum import StrEnum
from typing import Any


class Model(StrEnum):
    """Which container it is; no answer says it."""

    HK3 = "HK3"
    """Hydro: coolant, and a cooling tower."""
    IMMERSION = "IMMERSION"
    """Oil tanks, and a dry cooler."""

    @classmethod
    def of(cls, name: str) -> Model:
        """Return a model by its name in any spelling; ValueError when there is none."""
        try:
            return cls(name.upper())
        except ValueError:
            known = ", ".join(cls)
            raise ValueError(f"no container type {name!r}; types: {known}") from None


CLEARED_BY_HK3 = (
    "cooling_tower_fan1_fault",
    "cooling_tower_fan2_fault",
    "cooling_tower_fan3_fault",
    "supply_liquid_temp_high",
    "supply_liquid_temp_too_high",
    "supply_liquid_pressure_high",
    "return_liquid_pressure_low",
    "supply_liquid_flow_low",
    "freezing_alarm",
    "cooling_tower_liquid_level_low",
)
"""Faults that the mock's HK3 clears on `open` and on `close`."""
TOWER_FANS = ("cooling_tower_fan1", "cooling_tower_fan2", "cooling_tower_fan3")

FAULTS = {
    Model.HK3: (
        "power_fault",
        "liquid_level_low",
        "circulating_pump_fault",
        "fan1_fault",
        "fan2_fault",
        "fluid_infusion_pump_fault",
        "spray_pump_fault",
        "cooling_tower_fan1_fault",
        "cooling_tower_fan2_fault",
        "cooling_tower_fan3_fault",
        "leakage_fault",
        "supply_liquid_temp_high",
        "supply_liquid_temp_too_high",
        "supply_liquid_pressure_high",
        "return_liquid_pressure_low",
        "supply_liquid_flow_low",
        "freezing_alarm",
        "cooling_tower_liquid_level_low",
    ),
    Model.IMMERSION: (
        "leakage_fault",
        "supply_liquid_temp_too_high",
        "supply_liquid_temp_high",
        "pump_alarm",
        "dry_cooler_power_fre_fault",
        "dry_cooler_fre_conv",
        "second_pump1_fault",
        "second_pump2_fault",
        "fan_fault",
        "phasefailure",
        "supply_liquid_temp_fault",
        "return_liquid_temp_fault",
        "power_distribution_Fault",
        "lever_sensor_fault",
        "smoke_sensor_fault",
        "return_liquid_temp_high",
        "return_liquid_temp_too_high",
        "power_distribution_temp_high",
        "lever_high",
        "lever_low",
    ),
}
"""Fault bits that `--error` sets."""
ALARMS = {
    Model.HK3: FAULTS[Model.HK3],
    Model.IMMERSION: (*FAULTS[Model.IMMERSION], "primary_circulating_pump"),
}
"""Every bit that means a fault, also the one that `--error` forgets; no `disconnect`."""

PLACE = {
    "longitude_direction": 0,
    "longitude": 0,
    "latitude_direction": 0,
    "latitude": 0,
}


def _hk3(*, error: bool) -> dict[str, Any]:
    return {
        "disconnect": False,
        "circulating_pump": False,
        "fan1": False,
        "fan2": True,
        "spray_pump": True,
        "fluid_infusion_pump": False,
        **dict.fromkeys(TOWER_FANS, True),
        **dict.fromkeys(FAULTS[Model.HK3], error),
        "running_mode": False,
        "supply_liquid_temp": 43,
        "return_liquid_temp": 49,
        "supply_liquid_pressure": 35,
        "return_liquid_pressure": 28,
        "colding_tower_inlet_temp": 26,
        "antbox_internal_temp": 39,
        "supply_liquid_flow": 29,
        "antbox_internal_humidity": 54,
        "distribution_box1_power": 0,
        "distribution_box2_power": 0,
        **PLACE,
        "supply_liquid_set_temp": 35,
        "pid_mode": False,
    }


STARTED_BY_IMMERSION = (
    "pump_ready",
    "pump_operation",
    "one_pump",
    "second_pump1",
    "second_pump2",
    "dry_cooler_freq_run",
    "dry_cooler_power_freq_run",
    "container_fan",
)
"""Flags that the mock's Immersion sets on `open` and clears on `close`."""


_IMMERSION_OFF = (
    "pump_ready",
    "pump_operation",
    "pump_run",
    "pump_start",
    "server_on",
    "one_pump",
    "second_pump1",
    "second_pump2",
    "dry_cooler_freq_run",
    "dry_cooler_power_freq_run",
    "container_fan",
    "valve1_open",
    "valve1_close",
    "valve2_open",
    "valve2_close",
    "primary_circulating_pump",
)
_IMMERSION_ZERO = (
    "second_return_temp1",
    "second_supply_temp1",
    "second_return_temp2",
    "second_supply_temp2",
    "primary_supply_temp",
    "primary_return_temp",
    "out_temp",
    "container_temp",
    "container_humidity",
    "power_distribution_temp",
    "power_distribution_humidity",
    "tank_a_level",
    "tank_b_level",
    "tank_c_level",
    "tank_d_level",
    "drycooler_freq",
    "feedback_fre",
)


def _immersion(*, error: bool) -> dict[str, Any]:
    return {
        "protocol_version": 5,
        "disconnect": False,
        "pid_mode": False,
        "running_mode": False,
        **dict.fromkeys(FAULTS[Model.IMMERSION], error),
        "supply_liquid_set_temp": 0,
        **PLACE,
        **dict.fromkeys(_IMMERSION_OFF, False),
        **dict.fromkeys(_IMMERSION_ZERO, 0),
        "vol_a_distribution": 2233,
        "vol_b_distribution": 2263,
        "vol_c_distribution": 2263,
        **dict.fromkeys((f"cur_{phase}_distribution" for phase in "abc"), 0),
        "distribution_box_power": 0,
        "open1": 0,
        "open2": 0,
        "power_distribution": 7.6733,
    }


def fresh(model: Model, *, error: bool) -> dict[str, Any]:
    """Return the mock's state at its start, before it makes up its powers."""
    return _hk3(error=error) if model is Model.HK3 else _immersion(error=error)
