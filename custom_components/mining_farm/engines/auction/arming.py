"""What a human allowed to be published."""

from collections.abc import Callable
from dataclasses import dataclass

from .models import WorkerSet
from .numbers import format_fp18


@dataclass(frozen=True, slots=True, kw_only=True)
class Arming:
    """The leave to publish, and how far it goes."""

    price_ceiling_fp18: int
    """The highest price multiplier."""
    worker_ceiling: int
    """The most workers: each promises 0.45 PH/s at most."""

    def find_objection(self, workers: WorkerSet) -> str | None:
        """Return why workers may not be published; None where they may."""
        if workers.price_fp18 > self.price_ceiling_fp18:
            return (
                f"the price {format_fp18(workers.price_fp18)} is above the ceiling of "
                f"{format_fp18(self.price_ceiling_fp18)}"
            )
        if (count := sum(workers.sizes.values())) > self.worker_ceiling:
            return f"{count} workers are above the ceiling of {self.worker_ceiling}"
        return None


type ReadArming = Callable[[], Arming | None]
"""Tells what is allowed right now; None: nothing is, only rehearse."""


def rehearse() -> None:
    """Allow nothing."""
