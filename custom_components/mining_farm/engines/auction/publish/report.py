"""What one check of the own commitment found and did."""

from dataclasses import dataclass
from enum import StrEnum

from ..errors import JournalError, UnsafeExtrinsicError
from ..models import BlockRef, StoredCommitment
from .decision import Decision, Nothing, Standing


class Outcome(StrEnum):
    """What came of one check of the commitment."""

    NOTHING = "nothing"
    """Nothing was to be done."""
    UNKNOWN = "unknown"
    """Too little is known: nothing was done."""
    REHEARSED = "rehearsed"
    """It would have been published."""
    REFUSED = "refused"
    """By a ceiling, the wallet or the chain: nothing was published."""
    HELD = "held"
    """Not sent because it would not have been safe."""
    PUBLISHED = "published"
    """It is on the chain, finally."""
    UNCONFIRMED = "unconfirmed"
    """It may have been sent; the chain will show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepReport:
    """What was seen and done."""

    outcome: Outcome
    why: str
    standing: Standing
    """Before anything was done."""
    decision: Decision | None = None
    """None: there is nothing that is wanted."""
    head: int | None = None
    stored: StoredCommitment | None = None
    """None also where the standing is unknown."""
    published_in: BlockRef | None = None
    payload: bytes | None = None
    """What that block holds."""
    journal_error: JournalError | None = None
    """Why nothing can be sent until a human has repaired the journal."""

    unsafe: UnsafeExtrinsicError | None = None
    """Why a node that is asked to publish gets no signature."""
    rehearsed: bool = False
    """Whether it was seen that it would get one."""

    @property
    def held_until(self) -> int | None:
        """The block that has to be final before anything is published again."""
        decision = self.decision
        return decision.held_until if isinstance(decision, Nothing) else None
