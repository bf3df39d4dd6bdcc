"""Several prices in one commitment: offered, capped, won and routed set by set."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
import tomllib
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.documents import (
    describe_offer,
    describe_sets,
)
from custom_components.mining_farm.engines.auction.errors import (
    AuctionError,
    CommitmentError,
    RoutingError,
    WorkersFileError,
)
from custom_components.mining_farm.engines.auction.models import (
    FP,
    Bid,
    OwnBid,
    Winner,
    WorkerSet,
)
from custom_components.mining_farm.engines.auction.offer.offer import Offer
from custom_components.mining_farm.engines.auction.offer.worker_split import worker_set
from custom_components.mining_farm.engines.auction.offer.workers_file import (
    read_workers_file,
)
from custom_components.mining_farm.engines.auction.proxy.braiins import ALL_WEIGHT
from custom_components.mining_farm.engines.auction.proxy.routing import (
    BraiinsRoute,
    IhpRoute,
    apply_routing,
    check_routing,
)
from custom_components.mining_farm.engines.auction.publish.arming import Arming
from custom_components.mining_farm.engines.auction.window.auction import own_result
from custom_components.mining_farm.engines.auction.wire.bids import decode_bids
from custom_components.mining_farm.engines.auction.wire.numbers import parse_fp18
from tests.reference import twin, vectors

from .test_workers_file import HEAD

FILE = (
    HEAD
    + """\
[workers.sets.cheap]
price_multiplier = "0.9"
pool = "site-a"
worker_sizes = { "0.1" = 2 }

[workers.sets.dear]
price_multiplier = "1.05"
hashrates = ["0.5"]
"""
)
CHEAP = replace(worker_set("0.9", {"0.1": 2}), pool="site-a")
DEAR = worker_set("1.05", {"0.45": 1, "0.05": 1})
POOLS = """\
[[pools.main]]
name = "central-proxy"
weight = 1

[[pools.main]]
name = "Site-A"
"""
PROFILE = """\
[[routing]]
[[routing.goal]]
name = "InfiniteHashLuxorGoal"
[[routing.goal]]
name = "site-a"
[[routing.goal]]
name = "MinerDefaultGoal"
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "workers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_sets(tmp_path: Path) -> None:
    """Each set is a group of the commitment, in the order of their prices."""
    offer = read_workers_file(_file(tmp_path, FILE)).offer
    assert offer.payload == b"2;b;BTC,0.9=0.1:2;BTC,1.05=0.05:1,0.45:1"
    assert offer.sets == (CHEAP, DEAR)
    shown = describe_offer(offer)
    assert (shown["price"], shown["workers"]) == ("0.9, 1.05", 4)
    assert shown["hashrate_ph"] == "0.7"
    assert [one["pool"] for one in shown["sets"]] == ["site-a", None]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (FILE.replace('"0.9"', "0.9"), 12, r"cheap\.price_multiplier is not in quotes"),
        (FILE.replace('"1.05"', '"x"'), 17, "price multiplier"),
        (FILE.replace('["0.5"]', '["0.04"]'), 18, "0.04"),
        (FILE.replace('"0.1" = 2', '"0.1" = 0'), 14, "below 1"),
        (FILE.replace('hashrates = ["0.5"]', ""), 16, "exactly one"),
        (
            FILE.replace('price_multiplier = "1.05"', ""),
            16,
            "price_multiplier is missing",
        ),
        (FILE.replace('pool = "site-a"', "pool = 5"), 13, "pool is not a text"),
        (FILE.replace("pool =", "goal ="), 13, "goal is not known"),
        (FILE.replace('"1.05"', '"0.90"'), None, "two sets have the price 0.9"),
        (FILE.replace('["0.5"]', '["450"]'), None, "1000"),
        (
            FILE.replace(
                "[workers.sets.cheap]", "[workers]\nhashrates=[]\n[workers.sets.cheap]"
            ),
            12,
            "given by each set",
        ),
        (HEAD + "[workers]\nsets = 5\n", 12, "sets is not a table"),
        (HEAD + "[workers]\nsets = {}\n", 12, "sets is not a table"),
        (HEAD + "[workers.sets]\nall = 5\n", 12, "is not a table"),
    ],
)
def test_a_mistake_in_a_set_is_reported_with_its_line(
    tmp_path: Path, text: str, line: int | None, reason: str
) -> None:
    """With the set's own line, wherever the same key stands in others."""
    with pytest.raises(WorkersFileError, match=reason) as caught:
        read_workers_file(_file(tmp_path, text))
    if line is not None:
        assert caught.value.line == line


def test_no_two_sets_have_one_price() -> None:
    """What was won could not be told apart, and so not routed."""
    with pytest.raises(CommitmentError, match="two sets"):
        Offer.of(worker_set("1", {"0.1": 1}), worker_set("1.0", {"0.2": 1}))


def test_ceilings_apply_to_each_set_and_to_all_workers() -> None:
    """The dearest set decides about the price, the sum about the workers."""
    assert (
        Arming(price_ceiling_fp18=105 * FP // 100, worker_ceiling=4).find_objection(
            (CHEAP, DEAR)
        )
        is None
    )
    dear = Arming(price_ceiling_fp18=FP, worker_ceiling=4)
    assert dear.find_objection((CHEAP, DEAR)) == (
        "the price 1.05 is above the ceiling of 1"
    )
    assert dear.find_objection((CHEAP,)) is None
    few = Arming(price_ceiling_fp18=2 * FP, worker_ceiling=3)
    assert few.find_objection((CHEAP, DEAR)) == "4 workers are above the ceiling of 3"


OWN = (
    *(OwnBid(size="0.1", price_fp18=9 * FP // 10, won=won) for won in (True, False)),
    OwnBid(size="0.45", price_fp18=105 * FP // 100, won=True),
    OwnBid(size="0.05", price_fp18=105 * FP // 100, won=False),
)


def test_results_are_listed_by_set() -> None:
    """The lowest price first, with workers and hashrate."""
    assert describe_sets(OWN) == [
        {
            "price": "0.9",
            "workers_won": 1,
            "workers_lost": 1,
            "hashrate_won_ph": "0.1",
            "hashrate_lost_ph": "0.1",
        },
        {
            "price": "1.05",
            "workers_won": 1,
            "workers_lost": 1,
            "hashrate_won_ph": "0.45",
            "hashrate_lost_ph": "0.05",
        },
    ]
    assert describe_sets([]) == []


def _ihp(folder: Path, text: str = POOLS) -> IhpRoute:
    path = folder / "pools.toml"
    path.write_text(text, encoding="utf-8")
    return IhpRoute(pools=path, sentinel=folder / ".reload-ihp")


def _targets(route: IhpRoute) -> dict[str, str | None]:
    pools = tomllib.loads(route.pools.read_text(encoding="utf-8"))["pools"]["main"]
    return {pool["name"]: pool.get("target_hashrate") for pool in pools}


def test_what_a_set_wins_goes_to_its_pool(tmp_path: Path) -> None:
    """What has none, or a price that is no longer offered, goes to the usual one."""
    route = _ihp(tmp_path)
    check_routing(route, (CHEAP, DEAR))
    assert apply_routing(route, OWN, (CHEAP, DEAR))
    assert _targets(route) == {"central-proxy": "450TH/s", "Site-A": "100TH/s"}
    assert not apply_routing(route, OWN, (CHEAP, DEAR))
    assert apply_routing(route, (), (CHEAP, DEAR))
    assert _targets(route) == {"central-proxy": "0TH/s", "Site-A": "0TH/s"}
    assert apply_routing(route, OWN, (DEAR,))
    assert _targets(route) == {"central-proxy": "550TH/s", "Site-A": "0TH/s"}


def test_a_pool_that_is_missing_leaves_the_file_alone(tmp_path: Path) -> None:
    """The usual one may be missing where nothing is to go there."""
    route = _ihp(tmp_path, POOLS.replace("Site-A", "site-b"))
    before = route.pools.read_bytes()
    for act in (check_routing, lambda route, sets: apply_routing(route, OWN, sets)):
        with pytest.raises(RoutingError, match="no pool named 'site-a'"):
            act(route, (CHEAP, DEAR))
    assert route.pools.read_bytes() == before
    route = _ihp(tmp_path, POOLS.replace("central-proxy", "other"))
    check_routing(route, (CHEAP,))
    assert apply_routing(route, OWN[:2], (CHEAP,))
    assert _targets(route) == {"other": None, "Site-A": "100TH/s"}
    with pytest.raises(RoutingError, match="central-proxy"):
        apply_routing(route, OWN, (CHEAP, DEAR))


def test_goals_of_sets_share_all_weight(tmp_path: Path) -> None:
    """As each has won, to what all have lost."""
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE, encoding="utf-8")
    route = BraiinsRoute(profile=path, sentinel=tmp_path / ".reconfigure")
    check_routing(route, (CHEAP, DEAR))
    assert apply_routing(route, OWN, (CHEAP, DEAR))
    goals = tomllib.loads(path.read_text(encoding="utf-8"))["routing"][0]["goal"]
    weights = {goal["name"]: goal["hr_weight"] for goal in goals}
    assert sum(weights.values()) == ALL_WEIGHT
    won, cheap, lost = weights.values()
    assert won == round(ALL_WEIGHT * 0.45 / 0.7)
    assert abs(cheap - ALL_WEIGHT * 0.1 / 0.7) <= 1
    assert abs(lost - ALL_WEIGHT * 0.15 / 0.7) <= 1
    path.write_text(PROFILE.replace('"site-a"', '"b"'), encoding="utf-8")
    with pytest.raises(RoutingError, match="no goal named site-a"):
        apply_routing(route, OWN, (CHEAP, DEAR))


def _sets(bids: list[Any]) -> list[WorkerSet]:
    return [WorkerSet(price_fp18=price, sizes=sizes) for _, price, sizes in bids]


def _is_of_sets(case: Mapping[str, Any]) -> bool:
    """Return whether a case is one that sets can be: plain, each with its own price."""
    bids = case["input"]["bids"]
    prices = [bid[1] for bid in bids]
    return (
        case["input"].get("v") == 2
        and len({*prices}) == len(prices)
        and all(
            type(price) is int and isinstance(sizes, dict) for _, price, sizes in bids
        )
        and all(type(n) is int for _, _, sizes in bids for n in sizes.values())
        and all(algorithm == "BTC" for algorithm, *_ in bids)
    )


@twin("test_a_file_of_sets", "test_any_sets_are_read_back")
@pytest.mark.parametrize("case", vectors("auction", "bid_encode.json"))
def test_reference_sets(case: Mapping[str, Any]) -> None:
    """Sets are encoded as the reference encodes the same bids, or refused as there."""
    if not _is_of_sets(case):
        pytest.skip("bids that no sets are")
    if "error" in case:
        with pytest.raises(AuctionError):
            Offer.of(*_sets(case["input"]["bids"]))
        return
    offer = Offer.of(*_sets(case["input"]["bids"]))
    assert offer.payload.decode() == case["expected"]


@twin("test_results_are_listed_by_set")
@pytest.mark.parametrize("case", vectors("auction", "reconcile.json"))
def test_reference_results_by_set(case: Mapping[str, Any]) -> None:
    """The sums of each price are those of the reference's list."""
    given = case["input"]
    bids = tuple(
        Bid(size=size, price_fp18=price, count=count)
        for size, price, count in given["commitment_bids"]
        # What no commitment can hold is left out.
        if isinstance(count, int) and size != "x"
    )
    winners = tuple(
        Winner(hotkey=one["hotkey"], size=one["hashrate"], price_fp18=one["price"])
        for one in given["winners"]
        if None not in (one.get("hashrate"), one.get("price"))
    )
    own = own_result({given["hotkey"]: bids}, given["hotkey"], winners)
    listed = describe_sets(own)
    entries = [entry for entry in case["expected"] if entry[0] != "x"]
    for one in listed:
        price = parse_fp18(one["price"])
        expected = [won for _, at, won in entries if at == price]
        assert one["workers_won"] == sum(expected)
        assert one["workers_lost"] == len(expected) - sum(expected)
    assert len(listed) == len({at for _, at, _ in entries})


@given(
    st.dictionaries(
        st.integers(1, 105),
        st.dictionaries(
            st.sampled_from(["0.05", "0.1", "0.45"]), st.integers(1, 20), min_size=1
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_sets_are_read_back(prices: dict[int, dict[str, int]]) -> None:
    """Whatever is committed says the same workers at the same prices."""
    sets = [worker_set(f"{n / 100:g}", sizes) for n, sizes in prices.items()]
    try:
        offer = Offer.of(*sets)
    except CommitmentError as err:
        assert "bytes" in str(err)  # noqa: PT017
        return
    read: dict[int, dict[str, int]] = {}
    for bid in decode_bids(offer.payload, v2_only=True) or ():
        read.setdefault(bid.price_fp18, {})[bid.size] = bid.count
    assert read == {each.price_fp18: each.sizes for each in sets}
