"""What a human allowed to be published."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, override

from ..errors import WalletError
from ..models import WorkerSet
from ..wire.numbers import format_fp18
from .hotkey import HotkeySigner

NOT_ARMED: Final = "rehearsing: not armed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arming:
    """The leave to publish, and how far it goes."""

    price_ceiling_fp18: int
    """The highest price multiplier of any set."""
    worker_ceiling: int
    """The most workers of all sets: each promises 0.45 PH/s at most."""

    def find_objection(self, sets: Sequence[WorkerSet]) -> str | None:
        """Return why workers may not be published; None where they may."""
        for workers in sets:
            if workers.price_fp18 > self.price_ceiling_fp18:
                return (
                    f"the price {format_fp18(workers.price_fp18)} is above the ceiling "
                    f"of {format_fp18(self.price_ceiling_fp18)}"
                )
        count = sum(sum(workers.sizes.values()) for workers in sets)
        if count > self.worker_ceiling:
            return f"{count} workers are above the ceiling of {self.worker_ceiling}"
        return None


type ReadArming = Callable[[], Arming | None]
"""Returns what is allowed right now; None: nothing is, only rehearse."""


def rehearse() -> None:
    """Allow nothing."""


@dataclass(frozen=True, slots=True)
class LeaveSigner(HotkeySigner):
    """Signs only while it is allowed: preparing what is signed takes its time."""

    sets: tuple[WorkerSet, ...] = field(kw_only=True)
    read_arming: ReadArming = field(kw_only=True)

    @override
    def sign(self, data: bytes) -> bytes:
        """Return the signature; WalletError also where it is not allowed any more."""
        self._check()
        signature = HotkeySigner.sign(self, data)
        # Reading the key takes its time, too.
        self._check()
        return signature

    def _check(self) -> None:
        if (arming := self.read_arming()) is None:
            raise WalletError(NOT_ARMED)
        if (objection := arming.find_objection(self.sets)) is not None:
            raise WalletError(objection)
