"""Workers from a form's table and from a list of hashrates."""

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.errors import CommitmentError
from custom_components.mining_farm.engines.auction.models import FP
from custom_components.mining_farm.engines.auction.offer.offer import Offer
from custom_components.mining_farm.engines.auction.offer.worker_split import (
    split_hashrates,
    total_hashrate_fp18,
    worker_set,
)
from custom_components.mining_farm.engines.auction.wire.bids import decode_bids
from custom_components.mining_farm.engines.auction.wire.numbers import (
    format_fp18,
    parse_fp18,
)


def test_a_table_becomes_workers() -> None:
    """Spellings of one size add up, and every size is minimal."""
    workers = worker_set(" 1.050 ", {"0.10": 2, ".1": 3, "0.45": 1})
    assert workers.price_fp18 == 105 * FP // 100
    assert workers.sizes == {"0.1": 5, "0.45": 1}
    assert total_hashrate_fp18(workers) == 95 * FP // 100


@pytest.mark.parametrize(
    ("price", "sizes", "reason"),
    [
        ("1", {}, "no workers"),
        ("", {"0.1": 1}, "price multiplier"),
        ("1", {"0.04": 1}, "0.05 to 0.45"),
        ("1", {"0.451": 1}, "0.05 to 0.45"),
        ("1", {"a": 1}, "worker size"),
        ("1", {"0.1": 0}, "below 1"),
        ("1", {"0.1": 600, "0.2": 401}, "1001 workers"),
    ],
)
def test_limits_of_a_table(price: str, sizes: dict[str, int], reason: str) -> None:
    """Each limit is named in its error."""
    with pytest.raises(CommitmentError, match=reason):
        worker_set(price, sizes)


@pytest.mark.parametrize(
    ("hashrate", "sizes"),
    [
        ("0.05", {"0.05": 1}),
        ("0.46", {"0.05": 1, "0.41": 1}),
        ("0.5", {"0.05": 1, "0.45": 1}),
        ("0.95", {"0.05": 1, "0.45": 2}),
        ("1.37", {"0.05": 1, "0.42": 1, "0.45": 2}),
        ("100", {"0.1": 1, "0.45": 222}),
    ],
)
def test_a_hashrate_is_cut(hashrate: str, sizes: dict[str, int]) -> None:
    """As many of the largest as fit, and a rest that is not too small."""
    assert split_hashrates("1", [hashrate]).sizes == sizes


@pytest.mark.parametrize("hashrate", ["0", "-1", "0.04999", "x", "450.01"])
def test_hashrates_that_make_no_workers(hashrate: str) -> None:
    """Nothing, too little, no number, too much."""
    with pytest.raises(CommitmentError):
        split_hashrates("1", [hashrate])


@given(st.integers(min_value=FP // 20, max_value=400 * FP))
def test_cutting_loses_nothing(hashrate: int) -> None:
    """The workers together are the hashrate, each of an allowed size."""
    workers = split_hashrates("1", [format_fp18(hashrate)])
    assert total_hashrate_fp18(workers) == hashrate
    for size in workers.sizes:
        assert FP // 20 <= parse_fp18(size) <= 45 * FP // 100
    bids = decode_bids(Offer.of(workers).payload, v2_only=True)
    assert bids is not None
    assert {bid.size: bid.count for bid in bids} == workers.sizes
