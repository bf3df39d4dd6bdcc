"""Decides whether a commitment is to be published. Pure; ages in blocks."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from ..age import RENEW_AFTER, STALE_AFTER, commitment_age
from ..models import StoredCommitment
from ..windows import BLOCK_TIME
from .memory import UpkeepMemory

# Subtensor grants a hotkey so many bytes per epoch and takes at least 100 for each
# commitment: wishes must not use up what the renewal needs.
FORCED_EVERY = 25
"""Blocks between two extrinsics that nothing but a user's wish asks for: 5 min."""
RETRY_BLOCKS = (25, 50, 100)
"""The wait after the first, second and every later refusal of the same: 5 to 20 min."""


class Standing(StrEnum):
    """How the chain's commitment compares with the wanted one."""

    IN_FORCE = "in_force"
    CHANGED = "changed"
    """Another one is on the chain."""
    STALE = "stale"
    """It is the wanted one, but too old for validators to count it."""
    MISSING = "missing"
    UNKNOWN = "unknown"


class PublishReason(StrEnum):
    """Why a commitment is to be published."""

    MISSING = "missing"
    CHANGED = "changed"
    RENEWAL = "renewal"
    FORCED = "forced"


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to do, or nothing yet."""

    why: str
    held_until: int | None = None
    """The block that has to be final before anything is published; None: no such wait."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Too little is known of the chain to do anything."""

    why: str


@dataclass(frozen=True, slots=True)
class Publish:
    """The wanted commitment is to be published."""

    reason: PublishReason
    cause: str
    """Names wanted text, reason and the chain's state answered: one extrinsic for each."""
    forced: bool = False
    """Nothing but a user's wish asks for it."""


type Decision = Nothing | Publish | Unknown
type Reading = StoredCommitment | Unknown | None
"""What the chain holds; None only where the chain says that there is none."""


def decide_upkeep(
    head: int,
    wanted: bytes,
    stored: Reading,
    memory: UpkeepMemory,
    *,
    force: bool = False,
) -> Decision:
    """Return what to do about a commitment read at the head's block.

    An extrinsic that may still get into a block forbids the next one, whatever its
    cause; so does a head older than the block that settled the last one.
    """
    if isinstance(stored, Unknown):
        return stored
    if (intent := memory.intent) is not None:
        return _hold(head, intent.expires)
    if memory.settled_at is not None and head < memory.settled_at:
        return Unknown(f"block {head} is older than {memory.settled_at}, known before")
    due = _find_due(head, wanted, stored, memory)
    if not force or isinstance(due, Publish):
        return due
    if memory.forced_at is not None and head < memory.forced_at + FORCED_EVERY:
        again = memory.forced_at + FORCED_EVERY
        return Nothing(
            f"one was forced at block {memory.forced_at}: again at block {again}"
        )
    reason = _find_reason(head, wanted, stored) or PublishReason.FORCED
    return Publish(reason, _name_cause(wanted, reason, stored), forced=True)


def judge_standing(head: int, wanted: bytes | None, stored: Reading) -> Standing:
    """Return how a commitment stands; without a wanted one, any is the right one."""
    match stored:
        case Unknown():
            return Standing.UNKNOWN
        case None:
            return Standing.MISSING
        case StoredCommitment(raw=raw) if wanted is not None and raw != wanted:
            return Standing.CHANGED
        case StoredCommitment(block=int(block)):
            is_stale = commitment_age(block, head) >= STALE_AFTER
            return Standing.STALE if is_stale else Standing.IN_FORCE
        case _:
            return Standing.IN_FORCE


def _find_due(
    head: int, wanted: bytes, stored: StoredCommitment | None, memory: UpkeepMemory
) -> Nothing | Publish:
    """Return what is to be done without any wish of a user."""
    if (reason := _find_reason(head, wanted, stored)) is None:
        return Nothing("the chain holds it")
    cause = _name_cause(wanted, reason, stored)
    if (again := _retry_at(memory, cause)) is not None and head < again:
        return Nothing(f"the chain refused it: again at block {again}")
    return Publish(reason, cause)


def _hold(head: int, expires: int | None) -> Nothing:
    """Return that nothing may be sent yet, and for about how long."""
    may = "an extrinsic may still get into a block"
    if expires is None:
        return Nothing(f"{may}, until it is known which")
    left = (max(0, expires - head) * BLOCK_TIME).total_seconds()
    return Nothing(
        f"{may}: nothing is published until block {expires} is final, in about "
        f"{max(1, round(left / 60))} min",
        held_until=expires,
    )


def _find_reason(
    head: int, wanted: bytes, stored: StoredCommitment | None
) -> PublishReason | None:
    if stored is None:
        return PublishReason.MISSING
    if stored.raw != wanted:
        return PublishReason.CHANGED
    # The reference leaves one of unknown age alone.
    if stored.block is not None and commitment_age(stored.block, head) >= RENEW_AFTER:
        return PublishReason.RENEWAL
    return None


def _name_cause(
    wanted: bytes, reason: PublishReason, stored: StoredCommitment | None
) -> str:
    state = None if stored is None else (stored.block, stored.raw)
    return sha256(repr((wanted, str(reason), state)).encode()).hexdigest()[:16]


def _retry_at(memory: UpkeepMemory, cause: str) -> int | None:
    refusal = memory.refusal
    if refusal is None or refusal.cause != cause:
        return None
    return refusal.head + RETRY_BLOCKS[min(refusal.times, len(RETRY_BLOCKS)) - 1]
