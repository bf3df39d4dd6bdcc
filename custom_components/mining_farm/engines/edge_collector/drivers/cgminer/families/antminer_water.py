"""Water of the hydro Antminers, in the new shape of `stats`.

Also where the old shape is read for the boards, as the shapes number them differently.
"""

from typing import NamedTuple

from ....values import hottest, number
from ..replies import MAX_PARTS, Row


class Water(NamedTuple):
    """Temperatures of the water in °C."""

    inlet: float
    outlet: float


def is_apart(model: str | None) -> bool:
    """Return whether a model may state its water in the new shape of `stats` only."""
    return "Hyd" in (model or "")


def read_water(
    model: str | None, entry: Row
) -> tuple[float, float] | tuple[None, None]:
    """Return inlet and outlet temperature in °C, the warmest of all chains.

    Builds of one model differ, so every chain has to show the same.
    """
    listed = entry.get("chain")
    if not is_apart(model) or not isinstance(listed, list):
        return None, None
    chains = [chain for chain in listed[:MAX_PARTS] if isinstance(chain, dict)]
    found = [water_of(chain) for chain in chains if chain.get("temp_chip")]
    known = [water for water in found if water is not None]
    if not known or len(known) < len(found):
        return None, None
    return max(w.inlet for w in known), max(w.outlet for w in known)


def water_of(chain: Row) -> Water | None:
    """Return the water where the chip sensors are [inlet, outlet, 0, 0].

    An S21 Hyd prints that. With four readings they are chips, as on the S21 XP Hyd.
    """
    match chain.get("temp_chip"):
        case [inlet, outlet, third, fourth] if not any(map(number, (third, fourth))):
            pair = hottest(inlet), hottest(outlet)
        case _:
            return None
    if pair[0] is None or pair[1] is None or pair[0] > pair[1]:
        return None
    return Water(pair[0], pair[1])
