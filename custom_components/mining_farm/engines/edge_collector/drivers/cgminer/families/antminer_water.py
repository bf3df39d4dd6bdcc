"""Water of the hydro Antminers: sensors of the new shape of `stats`, by model.

Also where the old shape is read for the boards, as the shapes number them differently.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ....values import hottest
from ..replies import MAX_PARTS, Row


class Water(NamedTuple):
    """The list whose sensors sit in the water, and which of them are in and out."""

    key: str
    inlet: int
    outlet: int


# Roles differ by model; on any other model these lists are chip and board sensors.
_WATER = {
    "Antminer S21 Hyd": Water("temp_chip", 0, 1),
    "Antminer S21 XP Hyd": Water("temp_chip", 0, 1),
    "Antminer S21+ Hyd": Water("temp_pcb", 0, 2),
}


def is_apart(model: str | None) -> bool:
    """Return whether this shape, and no other, has a model's water temperatures."""
    return water_of(model) is not None


def read_water(model: str | None, entry: Row) -> tuple[float | None, float | None]:
    """Return inlet and outlet temperature in °C, where the model has such sensors."""
    chains, water = entry.get("chain"), water_of(model)
    if water is None or not isinstance(chains, list):
        return None, None
    rows = [chain for chain in chains[:MAX_PARTS] if isinstance(chain, dict)]
    return (
        _sensor(rows, water.key, water.inlet),
        _sensor(rows, water.key, water.outlet),
    )


def water_of(model: str | None) -> Water | None:
    """Return where a model has its water sensors."""
    return _WATER.get((model or "").rstrip("."))


def _sensor(chains: Sequence[Row], key: str, position: int) -> float | None:
    """Return the warmest of one sensor over all chains, in °C."""
    lists = [chain.get(key) for chain in chains]
    return hottest(
        [
            each[position]
            for each in lists
            if isinstance(each, list) and len(each) > position
        ]
    )
