"""What a wallet wants to have on the chain."""

from dataclasses import dataclass
from typing import Self

from ..errors import CommitmentError
from ..models import WorkerSet
from ..wire.bids import encode_workers
from ..wire.numbers import format_fp18


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is to stand on the chain."""

    sets: tuple[WorkerSet, ...]
    """Each has another price."""
    payload: bytes
    """The commitment."""

    @classmethod
    def of(cls, *sets: WorkerSet) -> Self:
        """Return the offer of sets of workers; CommitmentError past a limit."""
        prices = [workers.price_fp18 for workers in sets]
        if twice := next((one for one in prices if prices.count(one) > 1), None):
            # What was won is known by its price alone.
            raise CommitmentError(f"two sets have the price {format_fp18(twice)}")
        return cls(sets=sets, payload=encode_workers(sets))

    @property
    def workers(self) -> int:
        """How many workers all sets have."""
        return sum(sum(workers.sizes.values()) for workers in self.sets)
