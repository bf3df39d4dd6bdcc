"""A bid of no more than the machines that are alive deliver: pure."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from .offer import Offer

SHORT: Final = 0.9
"""Validators ban who delivers less than nine tenths of what was won."""
MUCH_MORE: Final = 1.25
"""A bid is raised again once so much more is alive, and not with each share of luck."""


def offered(offer: Offer) -> float:
    """Return what all workers of an offer promise together, PH/s."""
    return float(
        sum(
            Decimal(size) * count
            for workers in offer.sets
            for size, count in workers.sizes.items()
        )
    )


def limit_after(
    limit: float | None, wanted: float, alive: float | None
) -> float | None:
    """Return what may be bid at most from now on, PH/s; None: all that is wanted.

    `limit` is the one of before. Where it is unknown what is alive it stays: each change
    is a commitment that costs.
    """
    if alive is None:
        return limit
    if alive >= wanted:
        return None
    if limit is None:
        return alive if alive < SHORT * wanted else None
    return alive if alive < SHORT * limit or alive > MUCH_MORE * limit else limit


def lowered(offer: Offer, limit: float) -> Offer | None:
    """Return as much of an offer as a limit in PH/s leaves; None where that is nothing.

    Sets keep their order and prices, so nothing is ever above what was allowed; of a set
    the largest workers stay.
    """
    left = Decimal(str(limit))
    sets = []
    for workers in offer.sets:
        sizes: dict[str, int] = {}
        for size in sorted(workers.sizes, key=Decimal, reverse=True):
            count = min(workers.sizes[size], int(left / Decimal(size)))
            if count > 0:
                sizes[size] = count
                left -= count * Decimal(size)
        if sizes:
            kept = {size: sizes[size] for size in workers.sizes if size in sizes}
            sets.append(replace(workers, sizes=kept))
    return Offer.of(*sets) if sets else None
