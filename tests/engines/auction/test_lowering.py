"""A bid shrinks to what is alive, never grows past what was allowed, and does not flap."""

from decimal import Decimal

from hypothesis import given, settings, strategies as st

from custom_components.mining_farm.engines.auction import (
    Offer,
    limit_after,
    lowered,
    offered,
    worker_set,
)

SIZES = st.dictionaries(
    st.sampled_from(["0.05", "0.1", "0.2", "0.35", "0.45"]),
    st.integers(min_value=1, max_value=9),
    min_size=1,
    max_size=3,
)
LIMITS = st.floats(min_value=0, max_value=40)


def offer(*sets: dict[str, int]) -> Offer:
    """Return an offer of sets, each at a price of its own."""
    return Offer.of(
        *(worker_set(f"0.{9 - place}", sizes) for place, sizes in enumerate(sets))
    )


def test_the_largest_workers_stay() -> None:
    """Of the first set first."""
    whole = offer({"0.1": 4, "0.2": 3}, {"0.4": 2})
    assert offered(whole) == 1.8
    left = lowered(whole, 0.75)
    assert left is not None
    assert [dict(each.sizes) for each in left.sets] == [{"0.1": 1, "0.2": 3}]
    assert left.sets[0].price_fp18 == whole.sets[0].price_fp18
    assert lowered(whole, 0.01) is None


@given(st.lists(SIZES, min_size=1, max_size=2), LIMITS)
@settings(deadline=None)
def test_it_is_never_more_than_is_alive_nor_than_was_wanted(
    sets: list[dict[str, int]], limit: float
) -> None:
    """No worker, set or price that was not wanted; once lowered it stays so."""
    whole = offer(*sets)
    left = lowered(whole, limit)
    if left is None:
        smallest = min(Decimal(size) for each in sets for size in each)
        assert smallest > Decimal(str(limit))
        return
    assert offered(left) <= limit + 1e-9
    wanted = {each.price_fp18: each.sizes for each in whole.sets}
    for each in left.sets:
        for size, count in each.sizes.items():
            assert 0 < count <= wanted[each.price_fp18][size]
    assert lowered(left, limit) == left


@given(
    st.floats(min_value=0.1, max_value=40),
    st.lists(st.one_of(st.none(), LIMITS), max_size=30),
)
@settings(deadline=None)
def test_a_limit_follows_what_is_alive_without_flapping(
    wanted: float, readings: list[float | None]
) -> None:
    """Unknown changes nothing; all alive lifts it; small changes cost no commitment."""
    limit: float | None = None
    for alive in readings:
        before, limit = limit, limit_after(limit, wanted, alive)
        if alive is None:
            assert limit == before
        elif alive >= wanted:
            assert limit is None
        elif limit is None:
            assert alive >= 0.9 * wanted
        else:
            assert limit in {before, alive}
            assert alive >= 0.9 * limit - 1e-9
            assert alive <= 1.25 * limit + 1e-9
