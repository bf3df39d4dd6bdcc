"""The transaction pool: which extrinsics it takes, and what a block makes of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from . import storage
from .blocks import Draft
from .extrinsics import Extrinsic, commitment, decode
from .transactions import (
    ALREADY_IMPORTED,
    BAD_SIGNATURE,
    BANNED,
    LOW_PRIORITY,
    OUTDATED,
    Pending,
    RefusedError,
    invalid,
)

TOO_MANY_FIELDS = 18, 0
NOT_ALLOWED = 18, 1
"""Pallet and number of an error."""
_MOST_FIELDS = 3


@dataclass(slots=True)
class Counts:
    """What became of the extrinsics that were sent."""

    accepted: int = 0
    refused: int = 0
    duplicates: int = 0
    """Of the refused: the same bytes again."""
    succeeded: int = 0
    """Like `failed` counted again when another branch carries it out again."""
    failed: int = 0


class Pool:
    """Holds extrinsics between their submission and a block."""

    def __init__(
        self, netuid: int, is_signed: Callable[[Extrinsic, int], bool]
    ) -> None:
        """Let `is_signed` verify one for the block of that number."""
        self.counts = Counts()
        self.holding = False
        """Put none into blocks."""
        self.failing: tuple[int, int] | None = None
        """The error that all fail with."""
        self._netuid = netuid
        self._is_signed = is_signed
        self._pending: list[Pending] = []
        self._banned: set[str] = set()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._pending)

    def __iter__(self) -> Iterator[Pending]:
        """Iterate over what waits."""
        return iter(tuple(self._pending))

    def free_nonce(self, account: bytes, nonce: int) -> int:
        """Return the first nonce from `nonce` on that none of an account's uses."""
        taken = {one.extrinsic.nonce for one in self._of(account)}
        while nonce in taken:
            nonce += 1
        return nonce

    def submit(
        self, raw: bytes, current: int, nonce_of: Callable[[bytes], int]
    ) -> Pending:
        """Take an extrinsic that may go into block `current`.

        Raises:
            RefusedError: It is not taken.
        """
        try:
            extrinsic = self._accepted(raw, current, nonce_of)
        except RefusedError:
            self.counts.refused += 1
            raise
        self.counts.accepted += 1
        next_one = self.free_nonce(extrinsic.account, nonce_of(extrinsic.account))
        pending = Pending(extrinsic)
        self._pending.append(pending)
        pending.publish("ready" if extrinsic.nonce == next_one else "future")
        return pending

    def put_back(self, retracted: Iterable[Pending]) -> None:
        """Hold again what a reorganisation took out of blocks."""
        again = list(retracted)
        self._banned -= {pending.extrinsic.hash for pending in again}
        self._pending = again + self._pending

    def include(self, draft: Draft) -> tuple[Pending, ...]:
        """Carry out what waits, in the order of nonces, and return it."""
        if self.holding:
            return ()
        included: list[Pending] = []
        for pending in sorted(self._pending, key=lambda one: one.extrinsic.nonce):
            extrinsic = pending.extrinsic
            key = storage.account_key(extrinsic.account)
            nonce = storage.nonce_of(draft.storage.get(key))
            if extrinsic.nonce > nonce:
                continue
            self._pending.remove(pending)
            if extrinsic.nonce < nonce or not self._is_signed(extrinsic, draft.number):
                pending.publish("invalid")
                continue
            draft.storage[key] = storage.account_info(nonce + 1)
            self._banned.add(extrinsic.hash)
            included.append(pending)
            self._carry_out(draft, len(included), extrinsic)
        return tuple(included)

    def _carry_out(self, draft: Draft, index: int, extrinsic: Extrinsic) -> None:
        netuid, fields = commitment(extrinsic.call)
        members = {neuron.hotkey for neuron in draft.neurons}
        error = self.failing
        if error is None and len(fields) > _MOST_FIELDS:
            error = TOO_MANY_FIELDS
        if error is None and netuid != self._netuid:
            error = NOT_ALLOWED
        if error is None and extrinsic.account not in members:
            error = NOT_ALLOWED
        if error is not None:
            self.counts.failed += 1
            draft.fail(index, error)
            return
        self.counts.succeeded += 1
        draft.commit(netuid, extrinsic.account, *fields)
        draft.committed(index, netuid, extrinsic.account)
        draft.succeed(index)

    def _accepted(
        self, raw: bytes, current: int, nonce_of: Callable[[bytes], int]
    ) -> Extrinsic:
        """Return the extrinsic when it may be taken."""
        try:
            extrinsic = decode(raw)
            commitment(extrinsic.call)
        except ValueError as error:
            reason = str(error)
            raise RefusedError(1001, "Extrinsic has invalid format", reason) from None
        waiting = self._of(extrinsic.account)
        if any(one.extrinsic.hash == extrinsic.hash for one in waiting):
            self.counts.duplicates += 1
            raise RefusedError(*ALREADY_IMPORTED, extrinsic.hash)
        if extrinsic.hash in self._banned:
            self.counts.duplicates += 1
            raise RefusedError(*BANNED)
        if extrinsic.nonce < nonce_of(extrinsic.account):
            raise invalid(OUTDATED)
        if any(one.extrinsic.nonce == extrinsic.nonce for one in waiting):
            raise RefusedError(*LOW_PRIORITY)
        if not self._is_signed(extrinsic, current):
            raise invalid(BAD_SIGNATURE)
        return extrinsic

    def _of(self, account: bytes) -> list[Pending]:
        return [one for one in self._pending if one.extrinsic.account == account]
