"""Finds the model by an answer's keys: no key names it, and the sets overlap."""

from collections.abc import Mapping

from ..rows import AlarmKind, Field, Flag, PlantTable
from .models import Model
from .tables import TABLES

_MARKS: Mapping[Model, frozenset[str]] = {
    # First, as an immersion controller may gain all keys of the other once it is started.
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
    marked = [model for model, marks in _MARKS.items() if not marks.isdisjoint(params)]
    # Keys of one model appear in answers of the other: the more complete one is meant.
    return max(marked, key=lambda model: _share(model, params), default=None)


def fits(model: Model, params: Mapping[str, object]) -> bool:
    """Return whether a state can be of a known model."""
    if (found := detect(params)) is not None:
        return found is model
    return _share(model, params) > 0


def _share(model: Model, params: Mapping[str, object]) -> float:
    """Return how much of what a model sends is there, 0 to 1."""
    keys = _KEYS[model]
    return len(keys.intersection(params)) / len(keys)


def _keys(table: PlantTable) -> frozenset[str]:
    rows: tuple[Field | Flag | AlarmKind, ...] = (
        *table.fields,
        *table.flags,
        *table.alarms,
    )
    return frozenset(row.wire for row in rows if row.wire is not None)


_KEYS: Mapping[Model, frozenset[str]] = {
    model: _keys(table) for model, table in TABLES.items()
}
