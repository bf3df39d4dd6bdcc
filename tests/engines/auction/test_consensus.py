"""What validators agree on: prices, caps, bans."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.models import FP, Prices, PriceVote
from custom_components.mining_farm.engines.auction.window.consensus import (
    agree_bans,
    agree_prices,
    gamma_msi,
    negative_price,
    stake_fp18,
)
from custom_components.mining_farm.engines.auction.wire.price_votes import (
    decode_price_vote,
)
from tests.reference import twin, vectors


def _votes(case_input: Mapping[str, Any]) -> dict[str, PriceVote]:
    votes = {
        hotkey: decode_price_vote(bytes.fromhex(stored["hex"]))
        for hotkey, stored in case_input["commitments"].items()
    }
    return {hotkey: vote for hotkey, vote in votes.items() if vote is not None}


def _stakes(case_input: Mapping[str, Any]) -> dict[str, int]:
    return {
        neuron["hotkey"]: stake_fp18(neuron["stake_rao"])
        for neuron in case_input["neurons"]
    }


@twin("test_stake_is_rounded_as_doubles_are")
@pytest.mark.parametrize("case", vectors("auction", "stake_from_rao.json"))
def test_reference_stake(case: Mapping[str, Any]) -> None:
    """A stake weighs what its doubles make of it."""
    assert stake_fp18(case["input"]) == case["expected"]


@twin(
    "test_the_narrowest_interval_with_two_thirds_of_stake",
    "test_equal_intervals",
    "test_negative_prices",
)
@pytest.mark.parametrize("case", vectors("auction", "gamma_msi.json"))
def test_reference_price(case: Mapping[str, Any]) -> None:
    """The reference picks the same of the submitted prices."""
    case_input = case["input"]
    if "error" in case:
        with pytest.raises(ValueError, match=r".+"):
            gamma_msi(case_input["prices"], case_input["stakes"], case_input["gamma"])
        assert any(
            negative_price(PriceVote(prices={"cap": price}))
            for price in case_input["prices"].values()
        )
    else:
        assert (
            gamma_msi(case_input["prices"], case_input["stakes"], case_input["gamma"])
            == (case["expected"])
        )


@twin("test_prices_and_bans_from_commitments")
@pytest.mark.parametrize("case", vectors("auction", "price_consensus.json"))
def test_reference_prices(case: Mapping[str, Any]) -> None:
    """From commitments and neurons to the prices, each on its own and together."""
    case_input, expected = case["input"], case["expected"]
    votes, stakes = _votes(case_input), _stakes(case_input)
    for metric in case_input["metrics"]:
        submitted = {
            hotkey: vote.prices[metric]
            for hotkey, vote in votes.items()
            if metric in vote.prices
        }
        assert gamma_msi(submitted, stakes, case_input["gamma"]) == expected[metric]
    prices = agree_prices(votes, stakes)
    three = [expected[metric] for metric in ("TAO_USDC", "ALPHA_TAO", "HASHP_USDC")]
    if None in three:
        assert prices is None
    else:
        assert prices == Prices(
            tao_usdc=three[0],
            alpha_tao=three[1],
            hashp_usdc=three[2],
            cap=expected["cap"],
        )


@twin("test_more_than_half_of_the_stake_bans", "test_prices_and_bans_from_commitments")
@pytest.mark.parametrize("case", vectors("auction", "ban_consensus.json"))
def test_reference_bans(case: Mapping[str, Any]) -> None:
    """The same hotkeys are banned."""
    case_input = case["input"]
    bans = agree_bans(_votes(case_input), _stakes(case_input))
    assert sorted(
        neuron["hotkey"] for neuron in case_input["neurons"] if neuron["uid"] in bans
    ) == sorted(case["expected"])


def test_stake_is_rounded_as_doubles_are() -> None:
    """Beyond 2^53 rao the last digits may change, after one division each."""
    assert stake_fp18(0) == 0
    assert stake_fp18(1) == 1
    assert stake_fp18(81_329_074_013_995) == 81_329_074_013_995
    assert stake_fp18(9_007_199_254_740_995) == 9_007_199_254_740_994


def test_the_narrowest_interval_with_two_thirds_of_stake() -> None:
    """An outlier does not matter; inside, half of the stake decides."""
    prices = {"a": 100, "b": 101, "c": 102, "d": 900}
    assert gamma_msi(prices, {"a": 10, "b": 30, "c": 40, "d": 20}) == 102
    assert gamma_msi(prices, {"a": 30, "b": 10, "c": 40, "d": 20}) == 101
    assert gamma_msi(prices, {"a": 1, "b": 1, "c": 1, "d": 97}) == 900


def test_just_enough_stake_is_enough() -> None:
    """What an interval holds beyond that, it is cut by."""
    prices = {"a": 1, "b": 100, "c": 101, "d": 900}
    assert gamma_msi(prices, dict.fromkeys("abcd", 25), 0.5) == 100


def test_equal_intervals() -> None:
    """Of two as narrow the cheaper one."""
    prices = {"a": FP // 4, "b": FP // 2, "c": 2 * FP, "d": 4 * FP}
    assert gamma_msi(prices, {"a": 30, "b": 20, "c": 20, "d": 30}) == FP // 2
    assert gamma_msi(prices, {"a": 26, "b": 20, "c": 20, "d": 34}) == 2 * FP


def test_who_has_a_say() -> None:
    """Neither zero prices nor hotkeys without stake; a lone cap decides."""
    assert gamma_msi({"a": 0, "b": 5, "c": 7}, {"a": 9, "b": 1}) == 5
    assert gamma_msi({"a": 3}, {}) is None
    assert gamma_msi({}, {"a": 3}) is None
    three = {"TAO_USDC": 400 * FP, "ALPHA_TAO": FP // 50, "HASHP_USDC": 45 * FP}
    votes = {"a": PriceVote(prices=three), "b": PriceVote(prices={"cap": FP // 2})}
    prices = agree_prices(votes, {"a": 10**15, "b": 1})
    assert prices == Prices(
        tao_usdc=400 * FP, alpha_tao=FP // 50, hashp_usdc=45 * FP, cap=FP // 2
    )
    assert agree_prices({"a": votes["a"]}, {"a": 1}).cap is None
    for metric in three:
        lacking = PriceVote(prices={key: 1 for key in three if key != metric})
        assert agree_prices({"a": lacking}, {"a": 1}) is None


def test_negative_prices() -> None:
    """Only those that an auction reads."""
    assert negative_price(PriceVote(prices={"cap": -1})) == "cap"
    assert negative_price(PriceVote(prices={"cap": 0, "mood": -1})) is None
    with pytest.raises(ValueError, match=r".+"):
        gamma_msi({"a": FP, "b": -1}, {"a": 1, "b": 1})


def test_prices_and_bans_from_commitments() -> None:
    """Three validators with 50, 30 and 20 % of the stake; the third asks for too much."""
    bans = (1 << 9).to_bytes(32, "little")
    committed = {
        "a": b"1;p;TAO_USDC=400;ALPHA_TAO=0.02;HASHP_USDC=48\xff" + bans,
        "b": b"1;p;TAO_USDC=402;ALPHA_TAO=0.021;HASHP_USDC=47;cap=0.9\xff" + bans,
        "c": b"1;p;TAO_USDC=900;ALPHA_TAO=0.5;HASHP_USDC=1",
    }
    votes = {hotkey: decode_price_vote(raw) for hotkey, raw in committed.items()}
    assert all(votes.values())
    heard = {hotkey: vote for hotkey, vote in votes.items() if vote is not None}
    stakes = {
        hotkey: stake_fp18(rao) for hotkey, rao in (("a", 50), ("b", 30), ("c", 20))
    }
    assert agree_prices(heard, stakes) == Prices(
        tao_usdc=400 * FP,
        alpha_tao=FP // 50,
        hashp_usdc=48 * FP,
        cap=9 * FP // 10,
    )
    assert agree_bans(heard, stakes) == {9}


def test_more_than_half_of_the_stake_bans() -> None:
    """Half is not enough, and who bans no one counts as well."""
    votes = {
        "a": PriceVote(prices={}, bans=1 << 255 | 1 << 3),
        "b": PriceVote(prices={}, bans=1 << 3),
        "c": PriceVote(prices={}),
    }
    assert agree_bans(votes, {"a": 50, "b": 1, "c": 49}) == {3}
    assert agree_bans(votes, {"a": 51, "b": 1, "c": 49}) == {3, 255}
    assert agree_bans(votes, {"a": 50, "b": 0, "c": 50}) == frozenset()
    assert agree_bans(votes, {}) == frozenset()


VOTES = st.lists(
    st.tuples(
        st.dictionaries(
            st.sampled_from(["TAO_USDC", "ALPHA_TAO", "HASHP_USDC", "cap"]),
            st.integers(0, 10**21) | st.sampled_from([FP, 2 * FP]),
            min_size=2,
        ),
        st.integers(0, 2**256 - 1),
        st.integers(0, 10**16) | st.sampled_from([1, 2]),
    ),
    max_size=8,
)


@given(VOTES, st.randoms())
def test_order_does_not_matter(
    case_input: list[tuple[dict[str, int], int, int]], rng: Any
) -> None:
    """Consensus depends on who says what, not on who is asked first."""
    hotkeys = [f"5V{place}" for place in range(len(case_input))]
    votes = {
        hotkey: PriceVote(prices=prices, bans=bans)
        for hotkey, (prices, bans, _) in zip(hotkeys, case_input, strict=True)
    }
    stakes = {
        hotkey: stake for hotkey, (_, _, stake) in zip(hotkeys, case_input, strict=True)
    }
    prices, bans = agree_prices(votes, stakes), agree_bans(votes, stakes)
    rng.shuffle(hotkeys)
    shuffled = {hotkey: votes[hotkey] for hotkey in hotkeys}
    assert agree_prices(shuffled, stakes) == prices
    assert agree_bans(shuffled, stakes) == bans
    if prices is not None:
        submitted = {vote.prices.get("TAO_USDC") for vote in votes.values()}
        assert prices.tao_usdc in submitted - {0}
