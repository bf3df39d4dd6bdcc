"""What is known of a wallet at any one moment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ...engines.auction import (
    AuctionResult,
    BlockRef,
    EndpointState,
    Neuron,
    Standing,
    StoredCommitment,
)

LATE_BLOCKS = 10
"""After a window's end: as long as the next one's auction takes at most, 120 s."""


class WindowOutcome(StrEnum):
    """What a window brought."""

    WON = "won"
    PARTLY_WON = "partly_won"
    LOST = "lost"
    NO_BID = "no_bid"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentData:
    """The own commitment as it was seen last."""

    standing: Standing
    """Unknown where the last check failed; all else is what was seen before."""
    wanted: bool
    """Whether there is anything to bid."""
    stored: StoredCommitment | None
    made_at: datetime | None = None
    renew_at: datetime | None = None
    stale_at: datetime | None = None
    held_until: datetime | None = None
    """About when something may be published again, after one of unknown fate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletData:
    """All that is known of a wallet; None is unknown."""

    head: BlockRef
    endpoints: tuple[EndpointState, ...]
    own: Neuron | None = None
    """None also where the hotkey is no member of the subnet."""
    is_member: bool | None = None
    result: AuctionResult | None = None
    """Of the present window."""
    result_final: bool = False
    commitment: CommitmentData | None = None

    @property
    def endpoint(self) -> EndpointState | None:
        """Return the endpoint in use."""
        return next((state for state in self.endpoints if state.in_use), None)

    def is_over(self, result: AuctionResult) -> bool:
        """Return whether a window has ended and the next one's result is overdue."""
        return self.head.number > result.window.end + LATE_BLOCKS


def outcome_of(result: AuctionResult) -> WindowOutcome:
    """Return what a window brought."""
    won = sum(bid.won for bid in result.own)
    if not result.own:
        return WindowOutcome.NO_BID
    if won == len(result.own):
        return WindowOutcome.WON
    return WindowOutcome.PARTLY_WON if won else WindowOutcome.LOST
