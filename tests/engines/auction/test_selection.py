"""The knapsack of a window, as the reference makes it of the same bids."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.models import FP, Bid
from custom_components.mining_farm.engines.auction.window import selection
from custom_components.mining_farm.engines.auction.window.selection import (
    list_winners,
    pack,
    read_lots,
)
from tests.reference import twin, vectors


def read_bids(offered: dict[str, Any]) -> dict[str, tuple[Bid, ...]]:
    """Return a vector's bids: [size, price, count], or without count for one.

    Lists of other lengths, which the reference drops, cannot be said in our types.
    """
    return {
        hotkey: tuple(
            Bid(size=bid[0], price_fp18=bid[1], count=int(bid[2]) if bid[2:] else 1)
            for bid in bids
            if len(bid) in {2, 3}
        )
        for hotkey, bids in offered.items()
    }


@twin("test_limits_of_what_takes_part", "test_doubles_of_a_worker")
@pytest.mark.parametrize("case", vectors("auction", "worker_items.json"))
def test_workers_of_bids(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker has the reference's name and its doubles, to the last bit."""
    highest = case["input"]["max_price_fp18"]
    monkeypatch.setattr(selection, "MAX_PRICE_FP18", highest)
    assert [
        {
            "name": lot.name,
            "raw_ph": repr(lot.raw_ph),
            "eff_cost_ph": repr(lot.cost_ph),
            "price_fp": lot.price_fp18,
            "hashrate_min": lot.name.rpartition(":")[2],
        }
        for lot in read_lots(read_bids(case["input"]["bids"]))
        for _ in range(lot.count)
    ] == [
        {key: value for key, value in item.items() if key != "margin_bid"}
        for item in case["expected"]
    ]


@twin("test_limits_of_what_takes_part", "test_doubles_of_a_worker")
@pytest.mark.parametrize("case", vectors("auction", "ilp_model.json"))
def test_model(case: dict[str, Any]) -> None:
    """Capacity, costs and values are the reference's."""
    given, expected = case["input"], case["expected"]
    knapsack = pack(read_bids(given["bids"]), given["budget_ph"])
    assert knapsack.capacity == expected["cap"]
    for numbers, key in ((knapsack.costs, "costs"), (knapsack.values, "values")):
        assert [
            number
            for number, count in zip(numbers, knapsack.counts, strict=True)
            for _ in range(count)
        ] == expected[key]


def test_limits_of_what_takes_part() -> None:
    """The highest price takes part; free, dearer, empty and unreadable bids do not."""
    bids = {
        "dear": (Bid(size="0.1", price_fp18=1_050_000_000_000_000_001),),
        "dearest": (Bid(size="0.1", price_fp18=1_050_000_000_000_000_000),),
        "free": (Bid(size="0.1", price_fp18=0), Bid(size="0.1", price_fp18=-FP)),
        "odd": (Bid(size="1e5", price_fp18=FP), Bid(size="0", price_fp18=FP)),
        "none": (Bid(size="0.1", price_fp18=FP, count=0),),
        "large": (Bid(size="0.3", price_fp18=FP),),
    }
    knapsack = pack(bids, 0.2)
    assert [lot.hotkey for lot in knapsack.lots] == ["dearest"]
    assert knapsack.costs == (105_000,)
    assert knapsack.values == (100_000,)


def test_doubles_of_a_worker() -> None:
    """Size times price as doubles, then rounded to millionths of a PH/s."""
    bids = {
        "a": (Bid(size="0.070", price_fp18=1_050_000_000_000_000_000, count=2),),
        "b": (Bid(size="0.1000004", price_fp18=FP), Bid(size="3", price_fp18=FP // 3)),
    }
    assert [
        (lot.name, lot.count, repr(lot.raw_ph), repr(lot.cost_ph))
        for lot in read_lots(bids)
    ] == [
        ("a:0.07", 2, "0.07", "0.07350000000000001"),
        ("b:0.1000004", 1, "0.1000004", "0.1000004"),
        ("b:3", 1, "3.0", "1.0"),
    ]
    knapsack = pack(bids, 1.2345678)
    assert knapsack.capacity == 1_234_567
    assert knapsack.counts == (2, 1, 1)
    assert knapsack.costs == (73_500, 100_000, 1_000_000)
    assert knapsack.values == (70_000, 100_000, 3_000_000)


@pytest.mark.parametrize("budget_ph", [0.0, -1.0, 9e-7])
def test_no_budget(budget_ph: float) -> None:
    """Less than one unit is nothing."""
    assert not pack({"a": (Bid(size="0.1", price_fp18=FP),)}, budget_ph).lots


def test_order_of_winners() -> None:
    """By price, then size as text, then hotkey; who won nothing is not listed."""
    bids = {
        "b": (
            Bid(size="0.2", price_fp18=FP, count=3),
            Bid(size="0.10", price_fp18=FP),
        ),
        "a": (Bid(size="0.2", price_fp18=FP), Bid(size="0.1", price_fp18=FP)),
        "c": (Bid(size="0.4", price_fp18=FP - 1), Bid(size="0.3", price_fp18=1)),
    }
    assert list_winners(pack(bids, 10.0), (2, 1, 1, 1, 1)) == [
        ("c", "0.4", FP - 1, 1),
        ("a", "0.1", FP, 1),
        ("b", "0.10", FP, 1),
        ("a", "0.2", FP, 1),
        ("b", "0.2", FP, 2),
    ]
