"""Whole auctions with the solver that ships."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.models import (
    FP,
    Certainty,
    SelectionProblem,
)
from custom_components.mining_farm.engines.auction.solver.client import AuctionSolver
from custom_components.mining_farm.engines.auction.window.auction import hold_auction
from custom_components.mining_farm.engines.auction.wire.bids import decode_bids
from custom_components.mining_farm.engines.auction.wire.numbers import parse_fp18
from tests.reference import twin, vectors

from .snapshots import OTHER, OWN, RIVAL, snapshot, stored, winners
from .test_auction_vectors import snapshot_of


@pytest.fixture
def solver() -> AuctionSolver:
    """Return one solver for all: it tries CBC but once."""
    return AuctionSolver()


async def test_most_hashrate_wins(solver: AuctionSolver) -> None:
    """The cheaper rival fits whole; what is left buys 0.3 PH/s of ours, however."""
    capped = snapshot([stored(OTHER, b"1;p;cap=0.01")], stakes={OTHER: 1})
    result = await hold_auction(capped, own_hotkey=OWN, solve=solver)
    assert result.budget_ph == pytest.approx(0.984)
    price = 96 * FP // 100
    assert result.winners[:3] == winners(
        (RIVAL, "0.1", price, 1), (RIVAL, "0.3", price, 2)
    )
    assert all(winner.hotkey == OWN for winner in result.winners[3:])
    assert sum(parse_fp18(bid.size) for bid in result.own if bid.won) == 3 * 10**17
    assert len(result.own) == 4


async def test_a_market_of_version_1(solver: AuctionSolver) -> None:
    """Before the cost counted: 2 at 1 and 0.7 at 0.9 cost 2.63 of the 3 that there are.

    1.5 at 0.9 beside the 2 would cost 3.35, and both of the first hotkey bring 2.2.
    """
    commitments = {"5A": b"1;b;0.9=1.5,0.7", "5B": b"1;b;1=2"}
    found = await solver(
        SelectionProblem(
            bids={
                hotkey: decode_bids(raw) or () for hotkey, raw in commitments.items()
            },
            budget_ph=3.0,
            start_block=7_000_000,
            block_hash="0x2a",
        )
    )
    assert found.winners == winners(("5A", "0.7", 9 * FP // 10, 1), ("5B", "2", FP, 1))


@twin("test_most_hashrate_wins")
@pytest.mark.parametrize(
    "case",
    [
        case
        for case in vectors("auction", "auction.json")
        if "error" not in case.values[0]
    ],
)
async def test_reference_winners(
    case: Mapping[str, Any], solver: AuctionSolver
) -> None:
    """The reference's winners: all with its own CBC, else where no tie leaves a choice."""
    asked, expected = case["input"], case["expected"]
    result = await hold_auction(
        snapshot_of(asked), own_hotkey=asked["hotkey"], solve=solver
    )
    won, own = (
        winners(*expected["winners"]),
        [tuple(bid) for bid in expected["my_bids"]],
    )
    mine = [(bid.size, bid.price_fp18, bid.won) for bid in result.own]
    if result.certainty is Certainty.CONFIRMED:
        assert result.winners == won
        assert mine == own
        return
    exact = expected["exact"]
    optimum = (exact["value"], exact["min_cost"])
    if exact["unique_value_and_cost"] and optimum == (
        expected["total_value"],
        expected["total_cost"],
    ):
        assert Counter(result.winners) == Counter(won)
        assert mine == own


@twin("test_a_market_of_version_1")
@pytest.mark.parametrize("case", vectors("auction", "reference_csv.json"))
async def test_reference_market(case: Mapping[str, Any], solver: AuctionSolver) -> None:
    """The reference's own example: a market of version 1, before the cost counted."""
    asked, expected = case["input"], case["expected"]
    bids = {
        hotkey: decode_bids(bytes.fromhex(raw)) or ()
        for hotkey, raw in asked["commitments_hex"].items()
    }
    selection = await solver(
        SelectionProblem(
            bids=bids,
            budget_ph=float(expected["budget_ph"]),
            start_block=asked["block_number"],
            block_hash=asked["block_hash"],
        )
    )
    won = winners(*expected["winners"])
    if selection.certainty is not Certainty.CONFIRMED:
        assert sum(parse_fp18(winner.size) for winner in selection.winners) == (
            pytest.approx(sum(parse_fp18(winner.size) for winner in won), rel=1e-4)
        )
    else:
        assert selection.winners == won
