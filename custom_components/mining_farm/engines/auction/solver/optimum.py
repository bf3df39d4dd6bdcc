"""The proven optimum of a window: most hashrate, then least cost, by dynamic programming.

Over hashrates instead of winners: for each hashrate that can be bought, the least cost
of it. Which of several best answers the validators take, only their own solver knows;
what all best answers have in common is known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import gcd

import numpy as np
from numpy.typing import NDArray

from ..window.selection import Knapsack, dot

_MOST_STEPS = 30_000_000
"""Cells times choices, of some ten nanoseconds each; a larger market is not proven.

All searches of a proof share them: what comes after half a second is no early answer.
"""
_MOST_CELLS = 2_000_000
"""Of 17 bytes each, three times at once."""
_MOST_CHOICES = 10_000_000
"""Cells times groups, of two bytes each: of a larger market no winners are listed."""
_OWN = 1 << 20
"""Keys are costs times this, plus or minus own workers: their minimum minds both."""
_NEVER = 1 << 61


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """What is true of every best answer; own bounds are None without an own hotkey."""

    value: int
    cost: int
    unique: bool
    """By hotkey, size and price."""
    own_least: int | None
    own_most: int | None
    own_proven: bool
    """Of each own offer the same number wins in every best answer."""
    taken: tuple[int, ...] | None
    """How many of each lot win in one best answer; None where there is no room."""


@dataclass(slots=True)
class _Group:
    """All workers of one cost and one value, whoever offers them."""

    cost: int
    value: int
    count: int = 0
    own: int = 0
    offers: int = 0
    """Of a hotkey, a size and a price."""
    least: int = 0
    """In every best answer."""
    most: int = 0
    """In any best answer."""
    lots: list[int] = field(default_factory=list)

    def own_between(self, taken: int) -> tuple[int, int]:
        """Return how many own workers may be among so many that are taken."""
        return max(0, taken - self.count + self.own), min(taken, self.own)

    def ways(self, taken: int) -> int:
        """Return 1 where it is clear who wins, else 2 for several."""
        return 1 if self.offers == 1 or taken in {0, self.count} else 2


def prove(knapsack: Knapsack, own_hotkey: str | None) -> Optimum | None:
    """Return the optimum of a market; None where it is too large and its sizes too fine."""
    own = [
        number for number, lot in enumerate(knapsack.lots) if lot.hotkey == own_hotkey
    ]
    searched = _search(knapsack, own, _MOST_STEPS)
    if searched is None:
        return None
    found, left = searched
    if own_hotkey is None:
        return replace(found, own_least=None, own_most=None, own_proven=found.unique)
    return replace(found, own_proven=_offers_are_proven(knapsack, own, found, left))


def _offers_are_proven(
    knapsack: Knapsack, own: Sequence[int], found: Optimum, steps: int
) -> bool:
    """Return whether ties leave each own offer alone, not only their sum.

    False as well where that would take more than so many steps.
    """
    if found.unique:
        return True
    if found.own_least != found.own_most:
        return False
    offers: dict[tuple[str, int], list[int]] = {}
    for number in own:
        lot = knapsack.lots[number]
        offers.setdefault((lot.name, lot.price_fp18), []).append(number)
    if len(offers) < 2:
        return True
    for offer in offers.values():
        if (searched := _search(knapsack, offer, steps)) is None:
            return False
        one, steps = searched
        if one.own_least != one.own_most:
            return False
    return True


def _search(
    knapsack: Knapsack, own: Sequence[int], most: int
) -> tuple[Optimum, int] | None:
    """Return the optimum, and how many of some lots are in every best answer.

    With it, how many steps are left of so many at most; None where they do not suffice.

    The first tries leave open only what differs little from the relaxed problem. They
    are proof as soon as no answer that was left out could be as good as the one found.
    """
    groups = _group(knapsack, frozenset(own))
    grid = gcd(*(group.value for group in groups))
    relaxed = _relax(groups, knapsack.capacity)
    slack = grid * relaxed.price
    steps = 0
    while True:
        relaxed.narrow(groups, slack)
        spans = [group.most - group.least for group in groups]
        cells = 1 + dot([group.value for group in groups], spans) // grid
        steps += cells * sum(span + 1 for span in spans if span)
        if steps > most or cells > _MOST_CELLS:
            return None
        table = _Table(groups, cells, grid)
        found = table.optimum(knapsack)
        missing = relaxed.bound - found.value * relaxed.price
        if missing <= slack:
            return found, most - steps
        slack = min(4 * slack, missing)


def _group(knapsack: Knapsack, own: frozenset[int]) -> list[_Group]:
    groups: dict[tuple[int, int], _Group] = {}
    offers = set()
    for number, (lot, cost, value) in enumerate(
        zip(knapsack.lots, knapsack.costs, knapsack.values, strict=True)
    ):
        group = groups.setdefault((cost, value), _Group(cost, value))
        group.lots.append(number)
        group.count += lot.count
        group.own += lot.count * (number in own)
        group.offers += (lot.name, lot.price_fp18) not in offers
        offers.add((lot.name, lot.price_fp18))
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """The problem with workers that can be cut: Dantzig's bound, in whole numbers."""

    value: int
    price: int
    """Value and cost of the worker that is cut."""
    bound: int
    """Value times `price` that no answer exceeds."""

    def narrow(self, groups: Sequence[_Group], slack: int) -> None:
        """Leave open the answers that miss the bound by no more than `slack`.

        A worker that is left out although it is cheaper than the one that is cut, or
        taken although it is dearer, costs an answer the difference.
        """
        for group in groups:
            gain = group.value * self.price - self.value * group.cost
            differ = min(group.count, slack // abs(gain)) if gain else group.count
            group.least = group.count - differ if gain > 0 else 0
            group.most = group.count if gain >= 0 else differ


def _relax(groups: Sequence[_Group], capacity: int) -> _Relaxed:
    """Fill the budget with the cheapest hashrate, up to the worker that is cut."""
    left = capacity
    ordered = sorted(groups, key=lambda one: Fraction(one.cost, one.value))
    for group in ordered:
        left -= group.count * group.cost
        if left < 0:
            break
    value, price = (group.value, group.cost) if left < 0 else (0, 1)
    gains = [max(0, one.value * price - value * one.cost) for one in groups]
    bound = value * capacity + dot(gains, [one.count for one in groups])
    return _Relaxed(value=value, price=price, bound=bound)


class _Table:
    """The least cost of each hashrate, and what the answers of that cost have in common."""

    def __init__(self, groups: Sequence[_Group], cells: int, grid: int) -> None:
        self._groups = groups
        self._least = sum(group.least * group.value for group in groups)
        self._grid = grid
        self._fewest = np.full(cells, _NEVER, np.int64)
        self._greatest = np.full(cells, _NEVER, np.int64)
        self._ways = np.zeros(cells, np.int8)
        fixed = [group for group in groups if group.least == group.most]
        between = [group.own_between(group.least) for group in fixed]
        cost = sum(group.least * group.cost for group in fixed) * _OWN
        self._fewest[0] = cost + sum(least for least, _ in between)
        self._greatest[0] = cost - sum(most for _, most in between)
        self._ways[0] = max((group.ways(group.least) for group in fixed), default=1)
        self._open = [group for group in groups if group.least < group.most]
        self._choices: list[NDArray[np.int16]] | None = None
        if cells * len(self._open) <= _MOST_CHOICES:
            self._choices = [np.zeros(cells, np.int16) for _ in self._open]
        for place, group in enumerate(self._open):
            self._add(group, None if self._choices is None else self._choices[place])

    def _add(self, group: _Group, choices: NDArray[np.int16] | None) -> None:
        """Let so many of a group be taken as are left open."""
        before = self._fewest, self._greatest, self._ways
        self._fewest = np.full_like(self._fewest, _NEVER)
        self._greatest = np.full_like(self._greatest, _NEVER)
        self._ways = np.zeros_like(self._ways)
        for taken in range(group.least, group.most + 1):
            self._take(group, taken, before, choices)

    def _take(
        self,
        group: _Group,
        taken: int,
        before: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]],
        choices: NDArray[np.int16] | None,
    ) -> None:
        shift = (taken - group.least) * group.value // self._grid
        length = len(self._ways) - shift
        fewest, greatest, ways = (array[:length] for array in before)
        own_least, own_most = group.own_between(taken)
        cost = taken * group.cost * _OWN
        fewest, greatest = fewest + (cost + own_least), greatest + (cost - own_most)
        # Costs alone: keys of one cost differ by own workers.
        found, known = fewest // _OWN, self._fewest[shift:] // _OWN
        ways = np.minimum(ways * np.int8(group.ways(taken)), np.int8(2))
        both = np.where(found == known, self._ways[shift:] + ways, self._ways[shift:])
        self._ways[shift:] = np.minimum(np.where(found < known, ways, both), np.int8(2))
        if choices is not None:
            np.copyto(choices[shift:], taken, where=fewest < self._fewest[shift:])
        np.minimum(self._fewest[shift:], fewest, out=self._fewest[shift:])
        np.minimum(self._greatest[shift:], greatest, out=self._greatest[shift:])

    def optimum(self, knapsack: Knapsack) -> Optimum:
        """Return the most that can be bought within the capacity."""
        costs = self._fewest // _OWN
        best = int(np.flatnonzero(costs <= knapsack.capacity)[-1])
        cost = int(costs[best])
        own_least = int(self._fewest[best]) - cost * _OWN
        own_most = cost * _OWN - int(self._greatest[best])
        return Optimum(
            value=self._least + best * self._grid,
            cost=cost,
            unique=int(self._ways[best]) == 1,
            own_least=own_least,
            own_most=own_most,
            own_proven=own_least == own_most,
            taken=self._trace(best, knapsack),
        )

    def _trace(self, cell: int, knapsack: Knapsack) -> tuple[int, ...] | None:
        """Return by lot what the answer of a cell takes; of a group its first lots."""
        if self._choices is None:
            return None
        taken = [0] * len(knapsack.lots)
        left = {id(group): group.least for group in self._groups}
        for group, choices in zip(
            reversed(self._open), reversed(self._choices), strict=True
        ):
            left[id(group)] = chosen = int(choices[cell])
            cell -= (chosen - group.least) * group.value // self._grid
        for group in self._groups:
            for number in group.lots:
                taken[number] = min(left[id(group)], knapsack.counts[number])
                left[id(group)] -= taken[number]
        return tuple(taken)
