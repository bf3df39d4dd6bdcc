"""Whole auctions of the reference, and how it matches own bids with winners."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.errors import AuctionUndefinedError
from custom_components.mining_farm.engines.auction.models import (
    FP,
    Bid,
    Certainty,
    Neuron,
    OwnBid,
    Prices,
    Snapshot,
    StoredCommitment,
    Window,
    Winner,
)
from custom_components.mining_farm.engines.auction.window.auction import (
    hold_auction,
    own_result,
)
from custom_components.mining_farm.engines.auction.window.budget import budget_ph
from custom_components.mining_farm.engines.auction.wire.bids import decode_bids
from tests.reference import twin, vectors

from .snapshots import ScriptedSolver, winners

STARTED_AT = datetime(2026, 2, 1, tzinfo=UTC)


def snapshot_of(asked: Mapping[str, Any]) -> Snapshot:
    """Return the state that a vector describes."""
    return Snapshot(
        netuid=asked["netuid"],
        window=Window(index=0, start=asked["start_block"], end=asked["end_block"]),
        block_hash=asked["block_hash"],
        started_at=STARTED_AT,
        commitments=tuple(
            StoredCommitment(
                hotkey=hotkey, raw=bytes.fromhex(stored["hex"]), block=_block(stored)
            )
            for hotkey, stored in asked["commitments"].items()
        ),
        neurons=tuple(Neuron(coldkey="", **neuron) for neuron in asked["neurons"]),
        mechanism_split=asked["mechanism_split"] and tuple(asked["mechanism_split"]),
    )


def _block(stored: Mapping[str, Any]) -> int | None:
    """Return when it was committed, unless the reference could not read that."""
    unread = stored.get("storage_missing") or stored.get("storage_error")
    return None if unread else stored["block"]


def _prices(asked: Mapping[str, Any] | None) -> Prices | None:
    if asked is None:
        return None
    return Prices(**{key.lower(): price for key, price in asked.items()})


def _bids(asked: Mapping[str, Any]) -> list[tuple[str, tuple[Bid, ...]]]:
    """Return the reference's bids, in its order."""
    return [
        (
            hotkey,
            tuple(
                Bid(size=size, price_fp18=price, count=count[0] if count else 1)
                for size, price, *count in entries
            ),
        )
        for hotkey, entries in asked.items()
    ]


@twin(
    "tests/engines/auction/test_auction.py::test_a_window",
    "tests/engines/auction/test_auction.py::test_the_banned_take_no_part",
    "tests/engines/auction/test_auction.py::test_stale_bids_take_no_part",
)
@pytest.mark.parametrize("case", vectors("auction", "auction.json"))
async def test_reference_auction(case: Mapping[str, Any]) -> None:
    """All but the solving: who bids for how much, who is banned, what we won."""
    asked, expected = case["input"], case.get("expected")
    solver = ScriptedSolver(winners(*expected["winners"]) if expected else ())
    held = hold_auction(snapshot_of(asked), own_hotkey=asked["hotkey"], solve=solver)
    if expected is None:
        with pytest.raises(AuctionUndefinedError):
            await held
        return
    result = await held
    for problem in solver.asked:
        assert list(problem.bids.items()) == _bids(expected["bids"])
    assert bool(solver.asked) is (
        expected["budget_ph_capped"] != "0.0" and any(expected["bids"].values())
    )
    assert result.commitments == len(expected["bids"]) == expected["commitments_count"]
    assert list(result.banned) == expected["banned_hotkeys"]
    prices = result.prices
    if prices is not None and prices.cap is None:
        prices = replace(prices, cap=FP)
    assert prices == _prices(expected["prices"])
    assert repr(result.budget_ph) == expected["budget_ph_capped"]
    assert result.winners == winners(*expected["winners"])
    assert result.own == tuple(
        OwnBid(size=size, price_fp18=price, won=won)
        for size, price, won in expected["my_bids"]
    )
    assert result.ends_at - STARTED_AT == timedelta(
        seconds=12 * (asked["end_block"] + 1 - asked["start_block"])
    )
    assert result.certainty is Certainty.CONFIRMED


@twin(
    "tests/engines/auction/test_auction.py::test_own_wins_are_shared_out_in_bid_order"
)
@pytest.mark.parametrize("case", vectors("auction", "reconcile.json"))
def test_reference_own_result(case: Mapping[str, Any]) -> None:
    """Each own worker won or lost as the reference has it.

    Entries that no commitment can hold are left out: those of bids are all lost.
    """
    asked = case["input"]
    bids = [
        Bid(size=size, price_fp18=price, count=count)
        for size, price, count in asked["commitment_bids"]
        if isinstance(count, int) and size != "x"
    ]
    won = [
        Winner(
            hotkey=winner["hotkey"], size=winner["hashrate"], price_fp18=winner["price"]
        )
        for winner in asked["winners"]
        if None not in (winner.get("hashrate"), winner.get("price"))
    ]
    assert [
        [bid.size, bid.price_fp18, bid.won]
        for bid in own_result({asked["hotkey"]: bids}, asked["hotkey"], won)
    ] == [entry for entry in case["expected"] if entry[0] != "x"]
    assert not any(won for size, _, won in case["expected"] if size == "x")


@twin("tests/engines/auction/test_auction_solved.py::test_a_market_of_version_1")
@pytest.mark.parametrize("case", vectors("auction", "reference_csv.json"))
def test_reference_market(case: Mapping[str, Any]) -> None:
    """A whole market of version 1: its bids, its budget, and no odd commitment."""
    asked, expected = case["input"], case["expected"]
    prices = _prices({"cap": None, **asked["prices_fp18"]})
    assert prices is not None
    assert repr(budget_ph(prices, asked["share_fp18"])) == expected["budget_ph"]
    bids = {
        hotkey: decode_bids(bytes.fromhex(raw))
        for hotkey, raw in asked["commitments_hex"].items()
    }
    assert all(bids.values())
    offered = {
        (hotkey, bid.size, bid.price_fp18)
        for hotkey, entries in bids.items()
        for bid in entries or ()
    }
    assert {(*winner[:3],) for winner in expected["winners"]} <= offered
