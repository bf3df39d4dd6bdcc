"""Finds the model by an answer's keys: no key names it, and the sets overlap."""

from collections.abc import Mapping

from .models import Model
from .tables import TABLES

_MARKS: Mapping[Model, frozenset[str]] = {
    # First, as an immersion controller may gain keys of the other once it is started.
    Model.IMMERSION: frozenset(
        {"second_pump1", "tank_a_level", "primary_supply_temp", "pump_ready"}
    ),
    Model.HK3: frozenset(
        {"circulating_pump", "cooling_tower_fan1", "colding_tower_inlet_temp"}
    ),
}


def detect(params: object) -> Model | None:
    """Return the model that a `coolerState` is of; None where it is of neither."""
    if not isinstance(params, Mapping):
        return None
    for model, marks in _MARKS.items():
        if not marks.isdisjoint(params):
            return model
    return None


def fits(model: Model, params: Mapping[str, object]) -> bool:
    """Return whether a state can be of a known model."""
    if (found := detect(params)) is not None:
        return found is model
    table = TABLES[model]
    known = {row.wire for row in table.fields}
    known |= {row.wire for row in table.flags} | {kind.wire for kind in table.alarms}
    return not known.isdisjoint(params)
