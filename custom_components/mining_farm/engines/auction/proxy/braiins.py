"""The active profile of Braiins Farm Proxy."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import RoutingError
from .tables import WonByPool, tables

if TYPE_CHECKING:
    import tomlkit
    from tomlkit.items import AbstractTable

WON_GOAL = "InfiniteHashLuxorGoal"
LOST_GOAL = "MinerDefaultGoal"
ALL_WEIGHT = 2**32
"""What all weights add up to."""


def set_weights(
    document: tomlkit.TOMLDocument, won: WonByPool, lost: Sequence[float]
) -> bool:
    """Weigh the goals as won for each to lost (PH/s); return whether that changed them.

    What has no goal of its own goes to the usual one, which may be missing where nothing
    does. Without any bid there is no share to set, and the weights stay as they are.
    """
    rates: dict[str, float] = {}
    for goal, part in won.items():
        name = WON_GOAL if goal is None else goal.strip()
        rates[name] = rates.get(name, 0) + sum(part)
    needed = [name for name, rate in rates.items() if rate or name != WON_GOAL]
    goals = _find_goals(document, [*(needed or [WON_GOAL]), LOST_GOAL])
    total = sum(rates.values()) + sum(lost)
    if total <= 0:
        return False
    changed = False
    so_far, filled = 0.0, 0
    for name, rate in rates.items():
        so_far += rate
        # Doubles and their rounding are the reference's; the parts add up to all.
        upto = min(max(round(ALL_WEIGHT * (so_far / total)), filled), ALL_WEIGHT)
        changed |= _set_weight(goals.get(name), upto - filled)
        filled = upto
    return _set_weight(goals[LOST_GOAL], ALL_WEIGHT - filled) or changed


def _set_weight(goal: AbstractTable | None, weight: int) -> bool:
    if goal is None or goal.get("hr_weight") == weight:
        return False
    goal["hr_weight"] = weight
    return True


def _find_goals(
    document: tomlkit.TOMLDocument, needed: Sequence[str]
) -> dict[str, AbstractTable]:
    """Return the goals of the first routing by name."""
    routing = tables(document.get("routing"))
    if not routing:
        raise RoutingError("has no [[routing]]")
    goals: dict[str, AbstractTable] = {}
    for goal in tables(routing[0].get("goal")):
        if isinstance(name := goal.get("name"), str):
            goals.setdefault(str(name), goal)
    for name in needed:
        if name not in goals:
            raise RoutingError(f"has no goal named {name} in its first [[routing]]")
    return goals
