"""The proven optimum: against every answer, against HiGHS, against proven vectors."""

from collections.abc import Sequence
from dataclasses import replace
import itertools
from itertools import product
import random
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.models import FP, Bid
from custom_components.mining_farm.engines.auction.solver import optimum
from custom_components.mining_farm.engines.auction.solver.highs import estimate
from custom_components.mining_farm.engines.auction.solver.optimum import Optimum, prove
from custom_components.mining_farm.engines.auction.window.selection import (
    Knapsack,
    pack,
)
from tests.reference import twin, vectors

from .test_selection import read_bids

_BIDS = st.builds(
    Bid,
    size=st.sampled_from(["0.05", "0.1", "0.10", "0.15", "0.234", "0.45"]),
    price_fp18=st.sampled_from([FP // 2, FP - 1, FP, FP + FP // 20]),
    count=st.integers(1, 3),
)
type _Winners = tuple[tuple[str, int, int], ...]
_MARKETS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), st.lists(_BIDS, max_size=3).map(tuple), min_size=1
)


def _by_force(knapsack: Knapsack, own_hotkey: str) -> tuple[Optimum, set[_Winners]]:
    """Try every answer; equal offers of one hotkey are one offer."""
    answers = [
        (knapsack.value_of(taken), -knapsack.cost_of(taken), taken)
        for taken in product(*(range(count + 1) for count in knapsack.counts))
        if knapsack.cost_of(taken) <= knapsack.capacity
    ]
    value, cost, _ = max(answers)
    best = [taken for one, other, taken in answers if (one, other) == (value, cost)]
    winners = {_winners(knapsack, taken) for taken in best}
    own = [knapsack.own_of(taken, own_hotkey) or 0 for taken in best]
    own_winners = {
        tuple(win for win in one if win[0].startswith(f"{own_hotkey}:"))
        for one in winners
    }
    found = Optimum(
        value=value,
        cost=-cost,
        unique=len(winners) == 1,
        own_least=min(own),
        own_most=max(own),
        own_proven=len(own_winners) == 1,
        taken=None,
    )
    return found, winners


def _winners(knapsack: Knapsack, taken: Sequence[int]) -> _Winners:
    counts: dict[tuple[str, int], int] = {}
    for lot, count in zip(knapsack.lots, taken, strict=True):
        if count:
            key = lot.name, lot.price_fp18
            counts[key] = counts.get(key, 0) + count
    return tuple(sorted((*key, count) for key, count in counts.items()))


@settings(max_examples=200, deadline=None)
@given(bids=_MARKETS, budget_ph=st.floats(0.04, 2.5))
def test_against_every_answer(
    bids: dict[str, tuple[Bid, ...]], budget_ph: float
) -> None:
    """Value, cost, uniqueness and own bounds are those of all answers."""
    knapsack = pack(bids, budget_ph)
    size = 1
    for count in knapsack.counts:
        size *= count + 1
    if knapsack.lots and size <= 3000:
        expected, winners = _by_force(knapsack, "a")
        found = prove(knapsack, "a")
        assert found is not None
        assert found.taken is not None
        assert replace(found, taken=None) == expected
        assert _winners(knapsack, found.taken) in winners


def _market(seed: int, prices: list[int]) -> dict[str, tuple[Bid, ...]]:
    """Return some hundred workers of two decimals, at some of the prices."""
    chance = random.Random(seed)
    return {
        f"5H{number}": tuple(
            Bid(
                size=f"0.{chance.randint(5, 45):02}",
                price_fp18=chance.choice(prices) * FP // 1000,
                count=chance.randint(1, 6),
            )
            for _ in range(chance.randint(1, 3))
        )
        for number in range(25)
    }


@pytest.mark.parametrize("seed", range(4))
def test_against_highs(seed: int) -> None:
    """Both find the same optimum and the same own bounds."""
    knapsack = pack(_market(seed, [*range(850, 1051)]), 6.4)
    assert knapsack.contested
    found, proof = estimate(knapsack, "5H3", 100), prove(knapsack, "5H3")
    assert proof is not None
    assert proof.value == knapsack.value_of(found.taken)
    assert proof.cost == knapsack.cost_of(found.taken)
    assert (proof.own_least, proof.own_most) == (found.own_least, found.own_most)


@pytest.mark.parametrize(
    ("bids", "budget_ph", "expected"),
    [
        # Two of three equal workers fit: which, is open.
        (
            {
                "a": (Bid(size="0.2", price_fp18=FP),),
                "b": (Bid(size="0.2", price_fp18=FP, count=2),),
            },
            0.4,
            Optimum(
                value=400_000,
                cost=400_000,
                unique=False,
                own_least=0,
                own_most=1,
                own_proven=False,
                taken=(1, 1),
            ),
        ),
        # Cheaper by a hundredth: it wins, and one of the others with it.
        (
            {
                "a": (Bid(size="0.2", price_fp18=99 * FP // 100),),
                "b": (Bid(size="0.2", price_fp18=FP, count=2),),
            },
            0.4,
            Optimum(
                value=400_000,
                cost=398_000,
                unique=True,
                own_least=1,
                own_most=1,
                own_proven=True,
                taken=(1, 1),
            ),
        ),
        # All fit.
        (
            {"a": (Bid(size="0.2", price_fp18=FP, count=2),)},
            0.4,
            Optimum(
                value=400_000,
                cost=400_000,
                unique=True,
                own_least=2,
                own_most=2,
                own_proven=True,
                taken=(2,),
            ),
        ),
    ],
)
def test_by_hand(
    bids: dict[str, tuple[Bid, ...]], budget_ph: float, expected: Optimum
) -> None:
    """Small markets whose answers are plain."""
    assert prove(pack(bids, budget_ph), "a") == expected


def test_without_a_hotkey_of_ours() -> None:
    """There are no own bounds."""
    proof = prove(pack({"a": (Bid(size="0.2", price_fp18=FP, count=2),)}, 0.2), None)
    assert proof is not None
    assert (proof.own_least, proof.own_most) == (None, None)


def test_sizes_that_are_too_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is proven, instead of taking all of a window's time."""
    bids = {
        "a": tuple(
            Bid(size=f"0.{number}", price_fp18=FP, count=5)
            for number in range(100_001, 100_900, 7)
        )
    }
    assert prove(pack(bids, 30.0), "a") is None
    monkeypatch.setattr(optimum, "_MOST_STEPS", 0)
    assert prove(pack(_market(1, [900, 1000]), 6.4), None) is None


def test_own_offers_that_trade_places_are_not_proven() -> None:
    """As many own workers win in every best answer, and yet others."""
    bids = {
        "a": (
            Bid(size="0.2", price_fp18=FP),
            Bid(size="0.1", price_fp18=FP),
            Bid(size="0.3", price_fp18=FP),
        ),
        "b": (Bid(size="0.1", price_fp18=FP),),
    }
    proof = prove(pack(bids, 0.5), "a")
    assert proof is not None
    # Our 0.2 and 0.3, or our 0.1 and 0.3 and the 0.1 of the other.
    assert (proof.own_least, proof.own_most) == (2, 2)
    assert not proof.own_proven


def test_all_searches_of_a_proof_share_their_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What would take longer than the first one's share leaves it open, not undone."""
    bids = {
        "a": (
            Bid(size="0.2", price_fp18=FP, count=2),
            Bid(size="0.3", price_fp18=FP, count=2),
        ),
        "b": (
            Bid(size="0.1", price_fp18=FP * 101 // 100),
            Bid(size="0.1", price_fp18=FP * 101 // 100),
        ),
        "c": (Bid(size="0.1", price_fp18=FP * 101 // 100),),
    }
    market = pack(bids, 1.102)
    proof = prove(market, "a")
    assert proof is not None
    assert (proof.unique, proof.own_proven) == (False, True)
    enough = next(
        steps for steps in itertools.count() if _is_proven(market, steps, monkeypatch)
    )
    monkeypatch.setattr(optimum, "_MOST_STEPS", enough)
    short = prove(market, "a")
    assert short is not None
    assert not short.own_proven
    assert (short.own_least, short.own_most) == (4, 4)


@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_workers_of_three_decimals_take_a_third_of_the_steps(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """All steps are half a second; what they find does not change with fewer."""
    chance = random.Random(seed)
    bids = {
        f"miner {number}": tuple(
            Bid(
                size=f"0.{chance.randint(50, 450):03}",
                price_fp18=chance.randint(80, 105) * FP // 100,
                count=5,
            )
            for _ in range(5)
        )
        for number in range(40)
    }
    market = pack(bids, 120.0)
    assert sum(market.counts) == 1000
    proof = prove(market, "miner 3")
    assert proof is not None
    monkeypatch.setattr(optimum, "_MOST_STEPS", 10_000_000)
    assert prove(market, "miner 3") == proof


def _is_proven(market: Knapsack, steps: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(optimum, "_MOST_STEPS", steps)
    return prove(market, "a") is not None


@twin("test_against_every_answer", "test_by_hand")
@pytest.mark.parametrize("case", vectors("auction", "ilp.json"))
def test_reference_optimum(case: dict[str, Any]) -> None:
    """Value, cost and uniqueness are the proven ones, where the grid allows it."""
    asked, exact = case["input"], case["expected"]["exact"]
    knapsack = pack(read_bids(asked["bids"]), asked["budget_ph"])
    if not knapsack.lots or (proof := prove(knapsack, None)) is None:
        return
    assert (proof.value, proof.cost) == (exact["value"], exact["min_cost"])
    assert proof.unique is exact["unique_value_and_cost"]
