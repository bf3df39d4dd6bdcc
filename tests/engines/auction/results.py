"""Results of windows, made by hand."""

from datetime import UTC, datetime, timedelta

from custom_components.mining_farm.engines.auction.models import (
    AuctionResult,
    Certainty,
    OwnBid,
    SolverName,
    Window,
)


def result(*, start: int = 7_500_045, own: tuple[OwnBid, ...] = ()) -> AuctionResult:
    """Return the result of a window with that first block."""
    started_at = datetime(2026, 9, 1, tzinfo=UTC)
    return AuctionResult(
        netuid=89,
        window=Window(index=1, start=start, end=start + 59),
        block_hash="0xabc",
        started_at=started_at,
        ends_at=started_at + timedelta(minutes=12),
        prices=None,
        budget_ph=20.5,
        commitments=3,
        bidders=2,
        banned=(),
        skipped=(),
        winners=(),
        own=own,
        solver=SolverName.CBC,
        certainty=Certainty.CONFIRMED,
        own_least=None,
        own_most=None,
        solved_in=0.25,
    )
