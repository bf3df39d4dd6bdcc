"""What a window's budget buys, and how old commitments are."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.age import (
    RENEW_AFTER,
    STALE_AFTER,
    commitment_age,
)
from custom_components.mining_farm.engines.auction.errors import AuctionUndefinedError
from custom_components.mining_farm.engines.auction.models import FP, Prices
from custom_components.mining_farm.engines.auction.window.budget import (
    budget_ph,
    mechanism_share,
)
from tests.reference import twin, vectors


@twin("test_shares", "test_no_share")
@pytest.mark.parametrize("case", vectors("auction", "mechanism_share.json"))
def test_reference_share(case: Mapping[str, Any]) -> None:
    """The share is right to the last digit of its double."""
    assert case["input"]["mechanism_id"] == 1
    if "error" in case:
        with pytest.raises(AuctionUndefinedError):
            mechanism_share(case["input"]["split"])
    else:
        share = mechanism_share(case["input"]["split"])
        assert share == case["expected"]["share_fp18"]


@twin("test_caps", "test_a_budget")
@pytest.mark.parametrize("case", vectors("auction", "budget.json"))
def test_reference_budget(case: Mapping[str, Any]) -> None:
    """The double of the budget is the reference's, without and with the cap."""
    asked, expected = case["input"], case["expected"]
    for cap, key in ((None, "budget_ph"), (asked["cap_fp18"], "budget_ph_capped")):
        prices = Prices(
            tao_usdc=asked["tao_usdc_fp18"],
            alpha_tao=asked["alpha_tao_fp18"],
            hashp_usdc=asked["hashp_usdc_fp18"],
            cap=cap,
        )
        share = asked["share_fp18"]
        budget = budget_ph(prices, 41 * FP // 100 if share is None else share)
        assert repr(budget) == expected[key]


@twin("test_age")
@pytest.mark.parametrize("case", vectors("auction", "commitment_age.json"))
def test_reference_age(case: Mapping[str, Any]) -> None:
    """Age and both limits."""
    asked, expected = case["input"], case["expected"]
    age = commitment_age(asked["commitment_block"], asked["current_block"])
    assert age.total_seconds() == expected["age_s"]
    assert (age >= STALE_AFTER) is expected["stale_for_auction"]
    assert (age >= RENEW_AFTER) is expected["renew"]


def test_shares() -> None:
    """The second part of the split, in 65535ths, of 0.41 alpha."""
    assert mechanism_share([0, 65535]) == 41 * FP // 100
    assert mechanism_share([60000, 13107, 9]) == 82_000_000_000_000_000


@pytest.mark.parametrize("split", [None, [], [65535], [65535, 0], [1, -1]])
def test_no_share(split: Sequence[int] | None) -> None:
    """No share is no budget of zero."""
    with pytest.raises(AuctionUndefinedError):
        mechanism_share(split)


@pytest.mark.parametrize(
    ("cap", "budget"),
    [
        (None, 2952.0),
        (0, 2952.0),
        (-1, 2952.0),
        (FP // 2, 1476.0),
        (2 * FP, 5904.0),
    ],
)
def test_caps(cap: int | None, budget: float) -> None:
    """A cap counts if it is positive, also above one."""
    prices = Prices(tao_usdc=FP, alpha_tao=FP, hashp_usdc=FP, cap=cap)
    assert budget_ph(prices, 41 * FP // 100) == budget


@pytest.mark.parametrize(
    ("hashp_usdc", "cap", "budget"),
    [
        # 400 x 0.02 = 8 USDC for an alpha, 0.082 x 7200 = 590.4 alpha a day.
        (48 * FP, None, "98.4"),
        (48 * FP, FP // 2, "49.2"),
        # 4723.2 / 7, cut off after 18 places, as a double.
        (7 * FP, None, "674.7428571428571"),
    ],
)
def test_a_budget(hashp_usdc: int, cap: int | None, budget: str) -> None:
    """Integers of 18 places up to the last step, which makes a double of them."""
    prices = Prices(
        tao_usdc=400 * FP, alpha_tao=FP // 50, hashp_usdc=hashp_usdc, cap=cap
    )
    assert repr(budget_ph(prices, 82_000_000_000_000_000)) == budget


def test_nothing_to_spend() -> None:
    """Prices that buy nothing."""
    assert budget_ph(Prices(tao_usdc=1, alpha_tao=1, hashp_usdc=1, cap=None), FP) == 0
    assert budget_ph(Prices(tao_usdc=FP, alpha_tao=FP, hashp_usdc=0, cap=None), 1) == 0
    assert budget_ph(Prices(tao_usdc=-FP, alpha_tao=FP, hashp_usdc=FP, cap=-1), FP) == 0


def test_age() -> None:
    """Twelve seconds a block, from zero."""
    assert commitment_age(100, 849) == STALE_AFTER - timedelta(seconds=12)
    assert commitment_age(100, 460) == RENEW_AFTER
    assert commitment_age(101, 100) == timedelta()
