"""What a wallet wants to have on the chain."""

from dataclasses import dataclass
from typing import Self

from ..models import WorkerSet
from ..wire.bids import encode_workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is to stand on the chain."""

    workers: WorkerSet
    payload: bytes
    """The commitment."""

    @classmethod
    def of(cls, workers: WorkerSet) -> Self:
        """Return the offer of a set of workers; CommitmentError past a limit."""
        return cls(workers=workers, payload=encode_workers(workers))
