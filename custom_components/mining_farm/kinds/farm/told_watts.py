"""How many W an entity of Home Assistant says that may be drawn."""

from math import isfinite
from typing import Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, Platform, UnitOfPower
from homeassistant.core import State, split_entity_id
from homeassistant.util.unit_conversion import PowerConverter

NUMBERS: Final = (Platform.SENSOR, Platform.NUMBER, "input_number")
"""Domains of entities that say how many W; all others are on or off."""


def tells_watts(entity_id: str) -> bool:
    """Return whether an entity is one that says how many W may be drawn."""
    return split_entity_id(entity_id)[0] in NUMBERS


def is_power(state: State) -> bool:
    """Return whether the unit of an entity is one of power."""
    return state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) in PowerConverter.VALID_UNITS


def watts_of(state: State | None) -> float | None:
    """Return the W that an entity allows, none below 0; None where that is unknown."""
    if state is None or not is_power(state):
        return None
    try:
        told = float(state.state)
    except ValueError:
        return None
    unit = state.attributes[ATTR_UNIT_OF_MEASUREMENT]
    watts = PowerConverter.convert(told, unit, UnitOfPower.WATT)
    return max(0.0, watts) if isfinite(watts) else None
