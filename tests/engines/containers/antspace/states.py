"""Made-up states of plants, with every key that the two models are known to send."""

from typing import Any

from custom_components.mining_farm.engines.containers import AlarmKind, Field, Flag
from custom_components.mining_farm.engines.containers.antspace import TABLES, Model

_NUMBERS: dict[Model, dict[str, float]] = {
    Model.HK3: {
        "supply_liquid_temp": 43,
        "return_liquid_temp": 49,
        "supply_liquid_set_temp": 35,
        "supply_liquid_pressure": 35,
        "return_liquid_pressure": 28,
        "supply_liquid_flow": 29,
        "colding_tower_inlet_temp": 26,
        "antbox_internal_temp": 39,
        "antbox_internal_humidity": 54,
        "distribution_box1_power": 410_000,
        "distribution_box2_power": 395_000,
    },
    Model.IMMERSION: {
        "supply_liquid_set_temp": 40,
        "distribution_box_power": 4.2,
        "power_distribution": 7.6733,
        "vol_a_distribution": 2233,
        "vol_b_distribution": 2241,
        "vol_c_distribution": 2229,
        "protocol_version": 5,
    },
}
_ON = frozenset({"fan2", "spray_pump", "cooling_tower_fan3"})
MINERS: dict[str, Any] = {
    "miner_num": 120,
    "total_hashrate": 12665,
    "pcb_max_temp": 58,
    "chip_max_temp": 71,
    "chip_temp_mean": 0,
    "miner_info": {
        f"10.99.0.{last}": {
            "miner_type": "ANTMINER S19 Hydro",
            "miner_version": "Fri Mar 3 2028",
            "elapsed": 3600 + last,
            "GHS_5s": 150.5,
            "GHS_avg": 149,
            "pcb_max_temp": 50 + last,
            "chip_max_temp": 60 + last,
        }
        for last in range(1, 6)
    },
}
IDLE = MINERS | {"total_hashrate": 0, "miner_info": {}}


def rows(model: Model) -> list[Field | Flag | AlarmKind]:
    """Return all that a model's table has."""
    table = TABLES[model]
    return [*table.fields, *table.flags, *table.alarms]


def fresh(model: Model, **changed: Any) -> dict[str, Any]:
    """Return the state of a stopped and healthy plant, with some keys set otherwise."""
    table = TABLES[model]
    state: dict[str, Any] = {row.wire: 0 for row in table.fields if row.wire}
    state |= {row.wire: row.key in _ON for row in table.flags}
    state |= {kind.wire: False for kind in table.alarms if kind.wire}
    return state | _NUMBERS[model] | changed


def faulty(model: Model) -> dict[str, Any]:
    """Return the state with every fault bit set, but the lost PLC and the water pump."""
    quiet = {"disconnect", "primary_circulating_pump"}
    bits = {kind.wire for kind in TABLES[model].alarms if kind.wire} - quiet
    return fresh(model, **dict.fromkeys(bits, True))
