"""One window's auction, from the chain's state to the own result."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.errors import (
    AuctionUndefinedError,
    SolverError,
)
from custom_components.mining_farm.engines.auction.models import (
    FP,
    Bid,
    Certainty,
    OwnBid,
    Prices,
    Selection,
    SelectionProblem,
    SkippedCommitment,
    Snapshot,
    SolverName,
    StoredCommitment,
    Window,
)
from custom_components.mining_farm.engines.auction.window.auction import (
    TakeSelection,
    hold_auction,
)

from .snapshots import (
    OTHER,
    OWN,
    PRICE,
    RIVAL,
    START,
    STARTED_AT,
    VALIDATOR,
    ScriptedSolver,
    bitmap,
    snapshot,
    stored,
    winners,
)

BUDGET = 400 * 0.02 * 0.082 * 7200 / 48


async def _hold(state: Snapshot, solver: ScriptedSolver | None = None) -> Any:
    return await hold_auction(
        state, own_hotkey=OWN, solve=ScriptedSolver() if solver is None else solver
    )


async def test_a_window() -> None:
    """The solver gets the bids in the chain's order and the budget; we get the rest."""
    won = winners((RIVAL, "0.3", PRICE, 2), (OWN, "0.1", PRICE, 2))
    solver = ScriptedSolver(won, {"own_least": 1, "own_most": 2})
    result = await _hold(snapshot([stored(OTHER, b"2;b;")]), solver)
    (problem,) = solver.asked
    assert list(problem.bids.items()) == [
        (
            RIVAL,
            (
                Bid(size="0.3", price_fp18=96 * FP // 100, count=2),
                Bid(size="0.1", price_fp18=96 * FP // 100),
            ),
        ),
        (
            OWN,
            (
                Bid(size="0.1", price_fp18=PRICE, count=3),
                Bid(size="0.2", price_fp18=PRICE),
            ),
        ),
        (OTHER, ()),
    ]
    assert problem == SelectionProblem(
        bids=problem.bids,
        budget_ph=result.budget_ph,
        start_block=START,
        block_hash="0x" + "5a" * 32,
        own_hotkey=OWN,
    )
    assert result.budget_ph == pytest.approx(BUDGET)
    assert result.prices == Prices(
        tao_usdc=400 * FP, alpha_tao=FP // 50, hashp_usdc=48 * FP, cap=None
    )
    assert (result.commitments, result.bidders) == (3, 2)
    assert (result.banned, result.skipped) == ((), ())
    assert result.winners == won
    assert result.own == (
        OwnBid(size="0.1", price_fp18=PRICE, won=True),
        OwnBid(size="0.1", price_fp18=PRICE, won=True),
        OwnBid(size="0.1", price_fp18=PRICE, won=False),
        OwnBid(size="0.2", price_fp18=PRICE, won=False),
    )
    assert (result.solver, result.certainty) == (SolverName.CBC, Certainty.CONFIRMED)
    assert (result.own_least, result.own_most) == (1, 2)
    assert result.solved_in == 0.5


async def test_own_wins_are_shared_out_in_bid_order() -> None:
    """Of equal workers the first bid's win first; wins of others are not ours."""
    bids = [stored("5Twice", b"2;b;BTC,0.98=0.1:2,0.2:1;BTC,0.98=0.1:2;BTC,1=0.1:1")]
    won = winners(("5Twice", "0.1", PRICE, 3), (OWN, "0.2", PRICE, 1))
    result = await hold_auction(
        snapshot(bids), own_hotkey="5Twice", solve=ScriptedSolver(won)
    )
    assert [(bid.size, bid.price_fp18, bid.won) for bid in result.own] == [
        ("0.1", PRICE, True),
        ("0.1", PRICE, True),
        ("0.2", PRICE, False),
        ("0.1", PRICE, True),
        ("0.1", PRICE, False),
        ("0.1", FP, False),
    ]


async def test_which_window_and_when() -> None:
    """Window, block and times come from the snapshot; the sixth is a block longer."""
    state = snapshot()
    result = await _hold(state)
    assert (result.netuid, result.window) == (89, state.window)
    assert result.block_hash == state.block_hash
    assert result.started_at == STARTED_AT
    assert result.ends_at - result.started_at == timedelta(minutes=12)
    sixth = Window(index=5, start=START, end=START + 60)
    result = await _hold(replace(state, window=sixth))
    assert result.ends_at - result.started_at == timedelta(minutes=12, seconds=12)


async def test_an_auction_without_a_hotkey_of_ours() -> None:
    """Without a hotkey of ours there is an auction, and no own result."""
    solver = ScriptedSolver(winners((OWN, "0.1", PRICE, 3)))
    result = await hold_auction(snapshot(), own_hotkey=None, solve=solver)
    assert solver.asked[0].own_hotkey is None
    assert len(result.winners) == 3
    assert result.own == ()
    result = await hold_auction(
        snapshot(stakes={VALIDATOR: 0}), own_hotkey=None, solve=solver
    )
    assert (result.own_least, result.own_most) == (None, None)


async def test_stale_bids_take_no_part() -> None:
    """750 blocks are stale, 749 are not; a block that is not known is not."""
    state = snapshot()
    bid = b"2;b;BTC,0.98=0.2:1"
    for age, part in ((749, True), (750, False), (None, True), (-3, True)):
        others = [stored(OTHER, bid, age=age)]
        solver = ScriptedSolver()
        result = await _hold(snapshot(others), solver)
        assert (OTHER in solver.asked[0].bids) is part
        assert [one.hotkey for one in result.skipped] == ([] if part else [OTHER])
        assert result.certainty is Certainty.CONFIRMED
    stale = [
        replace(one, block=START - 800) if one.hotkey == OWN else one
        for one in state.commitments
    ]
    result = await _hold(replace(state, commitments=tuple(stale)))
    assert result.own == ()
    assert result.commitments == 1
    assert "2:40:00" in result.skipped[0].reason


async def test_the_banned_take_no_part() -> None:
    """By their uid at the start of the window; uids without a neuron are ignored."""
    solver = ScriptedSolver()
    result = await _hold(snapshot(bans=bitmap(1, 200)), solver)
    assert result.banned == (RIVAL,)
    assert list(solver.asked[0].bids) == [OWN]
    assert (result.commitments, result.bidders) == (1, 1)
    result = await _hold(snapshot(bans=bitmap(2)))
    assert result.banned == (OWN,)
    assert result.own == ()


async def test_version_1_ends_at_a_block() -> None:
    """Its bids count in windows that start before."""
    listed = [StoredCommitment(hotkey=OTHER, raw=b"1;b;0.9=1.5", block=None)]
    for start, part in ((7_414_263, True), (7_414_264, False)):
        solver = ScriptedSolver()
        result = await _hold(snapshot(listed, start=start), solver)
        assert (OTHER in solver.asked[0].bids) is part
        assert ("version 1" in str(result.skipped)) is not part
        assert result.certainty is Certainty.CONFIRMED


@pytest.mark.parametrize("split", [None, (65535,), (65535, 0)])
async def test_no_share_of_emission(split: tuple[int, ...] | None) -> None:
    """Validators cannot hold that auction either, unless there are no prices anyhow."""
    with pytest.raises(AuctionUndefinedError):
        await _hold(snapshot(split=split))
    result = await _hold(snapshot(split=split, stakes={VALIDATOR: 0}))
    assert result.prices is None


async def test_without_prices_no_bid_wins() -> None:
    """Nothing is solved, the own bids are lost, and that is certain."""
    solver = ScriptedSolver()
    result = await _hold(snapshot(stakes={VALIDATOR: 0}), solver)
    assert not solver.asked
    assert result.prices is None
    assert result.budget_ph == 0.0
    assert (result.winners, result.solver) == ((), None)
    assert [bid.won for bid in result.own] == [False] * 4
    assert (result.own_least, result.own_most) == (0, 0)
    assert result.certainty is Certainty.CONFIRMED


async def test_without_bids_nothing_is_solved() -> None:
    """There is a budget, and no bidder."""
    state = snapshot()
    solver = ScriptedSolver()
    result = await _hold(replace(state, commitments=state.commitments[:1]), solver)
    assert not solver.asked
    assert result.budget_ph > 0
    assert (result.commitments, result.bidders, result.solver) == (0, 0, None)


async def test_an_estimate_stays_one() -> None:
    """What the solver is not sure of is not sure."""
    one = {"certainty": Certainty.ESTIMATE, "solver": SolverName.HIGHS}
    result = await _hold(snapshot(), ScriptedSolver(answer=one))
    assert (result.solver, result.certainty) == (SolverName.HIGHS, Certainty.ESTIMATE)


async def test_the_solver_fails() -> None:
    """Then there is no result."""

    async def solve(
        problem: SelectionProblem, early: TakeSelection | None = None
    ) -> Selection:
        raise SolverError("too slow")

    with pytest.raises(SolverError):
        await hold_auction(snapshot(), own_hotkey=OWN, solve=solve)


@pytest.mark.parametrize(
    ("raw", "stake", "reason", "disputed"),
    [
        (None, 0, "TimelockEncrypted", True),
        (b"", 0, "its first field holds no text", True),
        (b"2;b;" + b"9" * 200, 0, "its first field holds no text", True),
        (b"1;p;cap=-0.5", 1, "a negative price: cap", True),
        (b"1;p;TAO_USDC=-1" + b"\xff" + bitmap(2), 10**18, "price: TAO_USDC", True),
        (b"2;b;BTC,1=0.2", 0, "no valid bids or prices", False),
        (b"\x00\xfe", 0, "no valid bids or prices", False),
    ],
)
async def test_an_odd_commitment_costs_no_window(
    raw: bytes | None, stake: int, reason: str, disputed: bool
) -> None:
    """Its hotkey is left out and named; all others are as if it were not there."""
    usual, solver = ScriptedSolver(), ScriptedSolver()
    before = await _hold(snapshot(), usual)
    result = await _hold(snapshot([stored(OTHER, raw)], stakes={OTHER: stake}), solver)
    assert solver.asked == usual.asked
    (skipped,) = result.skipped
    assert reason in skipped.reason
    assert skipped.disputed is disputed
    assert (result.certainty is Certainty.ESTIMATE) is disputed
    assert replace(result, skipped=(), certainty=before.certainty) == before


async def test_prices_without_stake_are_just_not_heard() -> None:
    """Also negative ones: the reference does not read those either."""
    strangers = [stored(OTHER, b"1;p;TAO_USDC=-1;cap=0.1")]
    result = await _hold(snapshot(strangers))
    assert result == await _hold(snapshot())


async def test_skipped_commitments_are_listed_one_by_one() -> None:
    """Each by its hotkey, in the chain's order."""
    result = await _hold(snapshot([stored("5A", b"x"), stored("5B", None)]))
    assert result.skipped == (
        SkippedCommitment(hotkey="5A", reason="no valid bids or prices"),
        SkippedCommitment(hotkey="5B", reason="TimelockEncrypted", disputed=True),
    )


DIGITS = st.text("0123456789.-", min_size=1, max_size=100)
ODD = (
    st.binary(max_size=140)
    | st.just(b"\xff" * 128)
    | DIGITS.map(lambda digits: f"2;b;BTC,{digits}=0.2:{digits}".encode())
    | DIGITS.map(lambda digits: f"1;b;1={digits}".encode())
    | st.tuples(st.sampled_from(["TAO_USDC", "ALPHA_TAO", "HASHP_USDC", "cap"]), DIGITS)
    .map("=".join)
    .map(lambda price: f"1;p;{price}".encode())
)


@given(st.lists(st.tuples(ODD, st.integers(0, 2**63)), max_size=4), st.booleans())
async def test_no_commitment_is_fatal(odd: list[tuple[bytes, int]], v1: bool) -> None:
    """Whatever strangers commit, with whatever stake, there is a result."""
    strangers = [stored(f"5X{place}", raw) for place, (raw, _) in enumerate(odd)]
    stakes = {f"5X{place}": stake for place, (_, stake) in enumerate(odd)}
    start = START - 10**6 if v1 else START
    solver = ScriptedSolver()
    result = await _hold(snapshot(strangers, stakes=stakes, start=start), solver)
    assert result.prices is not None
    assert len(result.own) == 4
    assert {one.hotkey for one in result.skipped} <= set(stakes)
    assert [one for problem in solver.asked for one in problem.bids][:2] == (
        [RIVAL, OWN] if solver.asked else []
    )
