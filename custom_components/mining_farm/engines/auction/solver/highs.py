"""HiGHS, where the network's solver does not run: most hashrate, then least cost.

An estimate: where several answers are equally good, which one the validators take is
not known, and in about 2 % of all auctions they do not take a best one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import time

import highspy
from highspy import HighsModelStatus, HighsVarType, ObjSense

from ..errors import SolverError
from ..window.selection import Knapsack, dot

_OPTIONS: dict[str, bool | float] = {
    "output_flag": False,
    "threads": 1,
    # The tolerances stay HiGHS's own: narrower ones made it miss a best answer.
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
}
_FEASIBLE = 2
"""`primal_solution_status` of an answer that keeps to all limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A best answer, and what all best answers have in common."""

    taken: tuple[int, ...]
    """How many of each lot win."""
    own_least: int | None = None
    """None: not found out in time."""
    own_most: int | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    wins: tuple[int, ...]
    best: bool
    """Proved within the time."""


class _Model:
    """One integer variable for all that a hotkey offers of one size at one price."""

    def __init__(self, knapsack: Knapsack, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self._knapsack = knapsack
        self._members: dict[tuple[str, int], list[int]] = {}
        for number, lot in enumerate(knapsack.lots):
            self._members.setdefault((lot.name, lot.price_fp18), []).append(number)
        members = self._members.values()
        self.values = [knapsack.values[first] for first, *_ in members]
        self.costs = [knapsack.costs[first] for first, *_ in members]
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in _OPTIONS.items():
            self._highs.setOptionValue(name, value)
        for lots in members:
            count = sum(knapsack.counts[number] for number in lots)
            self._highs.addVar(0, count)
        self._columns = list(range(len(members)))
        for column in self._columns:
            self._highs.changeColIntegrality(column, HighsVarType.kInteger)
        self.limit(self.costs, most=knapsack.capacity)

    def limit(
        self,
        factors: Sequence[int],
        *,
        least: int | None = None,
        most: int | None = None,
    ) -> None:
        """Keep a sum between two bounds."""
        self._highs.addRow(
            -highspy.kHighsInf if least is None else least,
            highspy.kHighsInf if most is None else most,
            len(self._columns),
            self._columns,
            [float(factor) for factor in factors],
        )

    def optimise(self, factors: Sequence[int], sense: ObjSense) -> _Found | None:
        """Make a sum as large or small as can be; None where time was too short."""
        seconds = self._ends_at - time.monotonic()
        if seconds <= 0:
            return None
        # HiGHS counts the time of all runs.
        limit = self._highs.getRunTime() + seconds
        self._highs.setOptionValue("time_limit", limit)
        self._highs.changeObjectiveSense(sense)
        for column, factor in zip(self._columns, factors, strict=True):
            self._highs.changeColCost(column, factor)
        self._highs.run()
        if self._highs.getInfo().primal_solution_status != _FEASIBLE:
            return None
        return _Found(
            tuple(round(value) for value in self._highs.getSolution().col_value),
            self._highs.getModelStatus() == HighsModelStatus.kOptimal,
        )

    def own(self, hotkey: str | None) -> list[int]:
        """Return 1 for each variable of a hotkey, 0 for the others."""
        lots = self._knapsack.lots
        return [
            int(lots[first].hotkey == hotkey) for first, *_ in self._members.values()
        ]

    def share_out(self, wins: Sequence[int]) -> tuple[int, ...]:
        """Return the wins by lot: among equal lots the first ones take them."""
        taken = [0] * len(self._knapsack.lots)
        for lots, left in zip(self._members.values(), wins, strict=True):
            for number in lots:
                taken[number] = min(left, self._knapsack.counts[number])
                left -= taken[number]
        return tuple(taken)


def estimate(knapsack: Knapsack, own_hotkey: str | None, seconds: float) -> Estimate:
    """Return an answer; as good as time allows, SolverError where there was none."""
    model = _Model(knapsack, seconds)
    most = model.optimise(model.values, ObjSense.kMaximize)
    if most is None:
        raise SolverError(f"HiGHS found no winners within {seconds:.0f} s")
    # HiGHS keeps to a limit within its tolerance; the budget has none.
    if dot(model.costs, most.wins) > knapsack.capacity:
        raise SolverError("HiGHS spent more than the budget")
    found = Estimate(taken=model.share_out(most.wins))
    if not most.best:
        return found
    value = dot(model.values, most.wins)
    model.limit(model.values, least=value)
    least = model.optimise(model.costs, ObjSense.kMinimize)
    if least is None or dot(model.values, least.wins) < value:
        return found
    cost = dot(model.costs, least.wins)
    if cost > knapsack.capacity:
        return found
    found = replace(found, taken=model.share_out(least.wins))
    own = model.own(own_hotkey)
    if not least.best or own_hotkey is None:
        return found
    model.limit(model.costs, most=cost)
    fewest = model.optimise(own, ObjSense.kMinimize)
    greatest = model.optimise(own, ObjSense.kMaximize)
    return replace(
        found, own_least=_proved(own, fewest), own_most=_proved(own, greatest)
    )


def _proved(own: Sequence[int], found: _Found | None) -> int | None:
    return dot(own, found.wins) if found is not None and found.best else None
