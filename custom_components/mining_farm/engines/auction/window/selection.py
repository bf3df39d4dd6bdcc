"""The knapsack of a window: what each bid costs and brings, and the winners' order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..errors import NumberError
from ..models import FP, Bid
from ..wire.numbers import format_fp18, parse_fp18

UNITS_PER_PH = 1_000_000
MAX_PRICE_FP18 = 1_050_000_000_000_000_000
"""A higher price takes no part; this one does."""
_ROUND_UP = 1e-7
"""Lets what is a half but for its last bit count as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Equal workers of one bid: all have one price, one cost and one value."""

    hotkey: str
    size: str
    """PH/s, as the bid spells it."""
    price_fp18: int
    count: int
    name: str
    """Hotkey and minimal size: the last of what winners are sorted by."""
    raw_ph: float
    cost_ph: float
    """Size times price: what one worker takes from the budget."""

    @property
    def value(self) -> int:
        """What one worker brings, in millionths of a PH/s."""
        return _to_units(self.raw_ph)

    @property
    def cost(self) -> int:
        """What one worker takes, in millionths of a PH/s."""
        return _to_units(self.cost_ph)


@dataclass(frozen=True)
class Knapsack:
    """All that a solver needs to know; costs and capacity in the same units."""

    capacity: int
    lots: tuple[Lot, ...]
    """Only those of which at least one worker could win, in the chain's order."""

    @cached_property
    def costs(self) -> tuple[int, ...]:
        """By lot."""
        return tuple(lot.cost for lot in self.lots)

    @cached_property
    def values(self) -> tuple[int, ...]:
        """By lot."""
        return tuple(lot.value for lot in self.lots)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """By lot."""
        return tuple(lot.count for lot in self.lots)

    @property
    def contested(self) -> bool:
        """Whether not everybody can win."""
        return self.cost_of(self.counts) > self.capacity

    def cost_of(self, taken: Sequence[int]) -> int:
        """Return what so many of each lot take."""
        return dot(self.costs, taken)

    def value_of(self, taken: Sequence[int]) -> int:
        """Return what so many of each lot bring."""
        return dot(self.values, taken)

    def own_of(self, taken: Sequence[int], hotkey: str | None) -> int | None:
        """Return how many of them a hotkey's are; None for no hotkey."""
        if hotkey is None:
            return None
        return dot([lot.hotkey == hotkey for lot in self.lots], taken)


def read_lots(bids: Mapping[str, Iterable[Bid]]) -> tuple[Lot, ...]:
    """Return the bids that take part, in their order."""
    lots = []
    for hotkey, offered in bids.items():
        for bid in offered:
            try:
                size_fp18 = parse_fp18(bid.size)
            except NumberError:
                continue
            if size_fp18 <= 0 or bid.count <= 0 or bid.price_fp18 > MAX_PRICE_FP18:
                continue
            # Doubles from here on, as in the reference: an exact product could round
            # differently.
            raw_ph = float(size_fp18) / FP
            lots.append(
                Lot(
                    hotkey=hotkey,
                    size=bid.size,
                    price_fp18=bid.price_fp18,
                    count=bid.count,
                    name=f"{hotkey}:{format_fp18(size_fp18)}",
                    raw_ph=raw_ph,
                    cost_ph=raw_ph * max(0.0, float(bid.price_fp18) / FP),
                )
            )
    return tuple(lots)


def pack(bids: Mapping[str, Iterable[Bid]], budget_ph: float) -> Knapsack:
    """Return the knapsack of these bids and a budget in PH/s; free bids never win."""
    capacity = int((budget_ph * UNITS_PER_PH) // 1)
    if capacity <= 0:
        return Knapsack(capacity, ())
    lots = read_lots(bids)
    return Knapsack(
        capacity,
        tuple(lot for lot in lots if 0 < lot.cost <= capacity and lot.value > 0),
    )


def list_winners(
    knapsack: Knapsack, taken: Sequence[int]
) -> list[tuple[str, str, int, int]]:
    """Return hotkey, size, price and number of the winners, in the documented order."""
    won = [
        (lot, count) for lot, count in zip(knapsack.lots, taken, strict=True) if count
    ]
    # The reference sorts sizes as texts, not as numbers.
    won.sort(key=lambda win: (win[0].price_fp18, win[0].size, win[0].name))
    return [(lot.hotkey, lot.size, lot.price_fp18, count) for lot, count in won]


def dot(factors: Iterable[int], counts: Iterable[int]) -> int:
    """Return the sum of factor times count."""
    return sum(factor * count for factor, count in zip(factors, counts, strict=True))


def _to_units(hashrate_ph: float) -> int:
    return max(0, round(hashrate_ph * UNITS_PER_PH + _ROUND_UP))
