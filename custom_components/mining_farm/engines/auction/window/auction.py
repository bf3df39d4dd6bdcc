"""One window's auction: who bids, what the budget buys, who wins, what we won."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..age import STALE_AFTER, commitment_age
from ..models import (
    AuctionResult,
    Bid,
    Certainty,
    OwnBid,
    Prices,
    PriceVote,
    Selection,
    SelectionProblem,
    SkippedCommitment,
    Snapshot,
    StoredCommitment,
    Winner,
)
from ..windows import BLOCK_TIME
from ..wire.bids import decode_bids
from ..wire.numbers import parse_fp18
from ..wire.price_votes import decode_price_vote
from .budget import budget_ph, mechanism_share
from .consensus import agree_bans, agree_prices, negative_price, stake_fp18

type TakeSelection = Callable[[Selection], None]
type TakeResult = Callable[[AuctionResult], None]


class Solver(Protocol):
    """Finds winners; what it knows before it is done, it hands to `early`."""

    def __call__(
        self, problem: SelectionProblem, early: TakeSelection | None = None
    ) -> Awaitable[Selection]:
        """Return the winners; SolverError where none were found."""


V2_ONLY_FROM = 7_414_264
"""Windows that start here or later ignore bids of version 1."""
_RAW_LIMIT = 128


async def hold_auction(
    snapshot: Snapshot,
    early: TakeResult | None = None,
    *,
    own_hotkey: str | None,
    solve: Solver,
) -> AuctionResult:
    """Return a window's outcome, as validators compute it from the same state.

    Each commitment that takes no part is named with the reason. Most of them count
    for nothing with the reference either: malformed, stale, of version 1. Two kinds
    it dies of, so that its validators hold no auction at all: a field that holds no
    bytes, and a negative price with stake behind it. Here such a hotkey is left out
    with its bids, prices, ban votes and stake. Whoever does hold the auction may do
    otherwise, and then prices, budget, bans and winners differ: it is marked disputed
    and the result an estimate, whose bounds for the own bids cover ties only.

    The work is done in a thread and by the solver, not in the caller's loop. `early`
    gets what is proven or likely while the network's solver is at work.

    AuctionUndefinedError: there are prices, but the auction has no share of emission.
    SolverError: the winners were not found.
    """
    market = await asyncio.to_thread(_open, snapshot)
    if (problem := _problem(snapshot, market, own_hotkey)) is None:
        return _result(snapshot, market, own_hotkey, None)

    def take(selection: Selection) -> None:
        if early is not None:
            early(_result(snapshot, market, own_hotkey, selection))

    selection = await solve(problem, None if early is None else take)
    return _result(snapshot, market, own_hotkey, selection)


async def prepare_auction(
    snapshot: Snapshot,
    *,
    own_hotkey: str | None,
    stand_by: Callable[[SelectionProblem], Awaitable[None]],
) -> None:
    """Have a window solved that has not begun, from the state before it.

    Ends when nothing is to be solved, else when it is cancelled. AuctionUndefinedError.
    """
    market = await asyncio.to_thread(_open, snapshot)
    if (problem := _problem(snapshot, market, own_hotkey)) is not None:
        await stand_by(problem)


def _problem(
    snapshot: Snapshot, market: _Market, own_hotkey: str | None
) -> SelectionProblem | None:
    """Return what is to be solved; None where nothing can be bought."""
    if market.budget_ph <= 0 or not any(market.bids.values()):
        return None
    return SelectionProblem(
        bids=market.bids,
        budget_ph=market.budget_ph,
        start_block=snapshot.window.start,
        block_hash=snapshot.block_hash,
        own_hotkey=own_hotkey,
    )


def _result(
    snapshot: Snapshot,
    market: _Market,
    own_hotkey: str | None,
    selection: Selection | None,
) -> AuctionResult:
    winners = () if selection is None else selection.winners
    nothing = None if own_hotkey is None else 0
    certainty = Certainty.CONFIRMED if selection is None else selection.certainty
    if any(skipped.disputed for skipped in market.skipped):
        certainty = Certainty.ESTIMATE
    window = snapshot.window
    return AuctionResult(
        netuid=snapshot.netuid,
        window=window,
        block_hash=snapshot.block_hash,
        started_at=snapshot.started_at,
        # By block time: the last block does not exist yet, and the reference, which
        # takes the time of the head for it, is early.
        ends_at=snapshot.started_at + (window.end - window.start + 1) * BLOCK_TIME,
        prices=market.prices,
        budget_ph=market.budget_ph,
        commitments=len(market.bids),
        bidders=sum(bool(offered) for offered in market.bids.values()),
        banned=market.banned,
        skipped=market.skipped,
        winners=winners,
        own=own_result(market.bids, own_hotkey, winners),
        solver=None if selection is None else selection.solver,
        certainty=certainty,
        own_least=nothing if selection is None else selection.own_least,
        own_most=nothing if selection is None else selection.own_most,
        solved_in=0.0 if selection is None else selection.seconds,
    )


def own_result(
    bids: Mapping[str, Iterable[Bid]], hotkey: str | None, winners: Iterable[Winner]
) -> tuple[OwnBid, ...]:
    """Return each worker of a hotkey's bids, of each bid those that won first."""
    if hotkey is None:
        return ()
    left = Counter(
        (parse_fp18(winner.size), winner.price_fp18)
        for winner in winners
        if winner.hotkey == hotkey
    )
    own: list[OwnBid] = []
    for bid in bids.get(hotkey, ()):
        key = (parse_fp18(bid.size), bid.price_fp18)
        won = min(bid.count, left[key])
        left[key] -= won
        own += (
            OwnBid(size=bid.size, price_fp18=bid.price_fp18, won=place < won)
            for place in range(bid.count)
        )
    return tuple(own)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Market:
    """What is for sale in a window, and who bids."""

    bids: Mapping[str, tuple[Bid, ...]]
    prices: Prices | None
    budget_ph: float
    banned: tuple[str, ...]
    skipped: tuple[SkippedCommitment, ...]


def _open(snapshot: Snapshot) -> _Market:
    """Work out all but the winners; AuctionUndefinedError as `hold_auction`."""
    stakes = {
        neuron.hotkey: stake
        for neuron in snapshot.neurons
        if (stake := stake_fp18(neuron.stake_rao)) > 0
    }
    read = _read(snapshot, stakes)
    bans = agree_bans(read.votes, stakes)
    # A uid is banned, and with it the hotkey that holds it at the window's start.
    banned = {neuron.hotkey for neuron in snapshot.neurons if neuron.uid in bans}
    prices = agree_prices(read.votes, stakes)
    budget = 0.0
    # The reference reads the split after the prices: without prices, a split that is
    # missing is no error.
    if prices is not None:
        budget = budget_ph(prices, mechanism_share(snapshot.mechanism_split))
    return _Market(
        bids={
            hotkey: bids for hotkey, bids in read.bids.items() if hotkey not in banned
        },
        prices=prices,
        budget_ph=budget,
        banned=tuple(sorted(banned)),
        skipped=tuple(read.skipped),
    )


@dataclass(slots=True)
class _Read:
    """What the commitments of a snapshot say, in the chain's order."""

    bids: dict[str, tuple[Bid, ...]] = field(default_factory=dict)
    votes: dict[str, PriceVote] = field(default_factory=dict)
    skipped: list[SkippedCommitment] = field(default_factory=list)

    def skip(self, hotkey: str, reason: str, *, disputed: bool = False) -> None:
        self.skipped.append(
            SkippedCommitment(hotkey=hotkey, reason=reason, disputed=disputed)
        )


def _read(snapshot: Snapshot, stakes: Mapping[str, int]) -> _Read:
    read = _Read()
    for stored in snapshot.commitments:
        # No field of the chain is longer; so no number in it exceeds a double.
        if not stored.raw or len(stored.raw) > _RAW_LIMIT:
            reason = stored.problem or "its first field holds no text"
            read.skip(stored.hotkey, reason, disputed=True)
        elif (vote := decode_price_vote(stored.raw)) is not None:
            _read_vote(read, stored.hotkey, vote, stakes)
        else:
            _read_bids(read, stored, stored.raw, snapshot.window.start)
    return read


def _read_vote(
    read: _Read, hotkey: str, vote: PriceVote, stakes: Mapping[str, int]
) -> None:
    """Keep a vote that has weight."""
    if not stakes.get(hotkey):
        return
    negative = negative_price(vote)
    if negative is None:
        read.votes[hotkey] = vote
    else:
        read.skip(hotkey, f"a negative price: {negative}", disputed=True)


def _read_bids(read: _Read, stored: StoredCommitment, raw: bytes, start: int) -> None:
    """Keep bids that are in force at the start of a window."""
    bids = decode_bids(raw, v2_only=start >= V2_ONLY_FROM)
    if bids is None:
        outdated = decode_bids(raw) is not None
        read.skip(
            stored.hotkey,
            "bids of version 1 are ignored" if outdated else "no valid bids or prices",
        )
        return
    # Validators, too, let a bid of unknown age take part.
    if stored.block is not None:
        age = commitment_age(stored.block, start)
        if age >= STALE_AFTER:
            read.skip(stored.hotkey, f"stale: committed {age} before the window")
            return
    read.bids[stored.hotkey] = bids
