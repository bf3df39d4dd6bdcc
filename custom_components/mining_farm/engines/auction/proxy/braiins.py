"""The active profile of Braiins Farm Proxy."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import RoutingError
from .tables import tables

if TYPE_CHECKING:
    import tomlkit
    from tomlkit.items import AbstractTable

WON_GOAL = "InfiniteHashLuxorGoal"
LOST_GOAL = "MinerDefaultGoal"
ALL_WEIGHT = 2**32
"""What the two weights add up to."""


def set_weights(
    document: tomlkit.TOMLDocument, won: Sequence[float], lost: Sequence[float]
) -> bool:
    """Weigh the two goals as won to lost (PH/s); return whether that changed them.

    Without any bid there is no share to set, and the weights stay as they are.
    """
    goals = _find_goals(document)
    won_rate, lost_rate = sum(won), sum(lost)
    if won_rate + lost_rate <= 0:
        return False
    # Doubles and their rounding are the reference's.
    weight = round(ALL_WEIGHT * (won_rate / (won_rate + lost_rate)))
    weight = min(max(weight, 0), ALL_WEIGHT)
    changed = False
    for name, value in ((WON_GOAL, weight), (LOST_GOAL, ALL_WEIGHT - weight)):
        if goals[name].get("hr_weight") != value:
            goals[name]["hr_weight"] = value
            changed = True
    return changed


def _find_goals(document: tomlkit.TOMLDocument) -> dict[str, AbstractTable]:
    """Return the two goals of the first routing."""
    routing = tables(document.get("routing"))
    if not routing:
        raise RoutingError("has no [[routing]]")
    goals: dict[str, AbstractTable] = {}
    for goal in tables(routing[0].get("goal")):
        if (name := goal.get("name")) in {WON_GOAL, LOST_GOAL}:
            goals.setdefault(str(name), goal)
    for name in (WON_GOAL, LOST_GOAL):
        if name not in goals:
            raise RoutingError(f"has no goal named {name} in its first [[routing]]")
    return goals
