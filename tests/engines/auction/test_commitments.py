"""Bids and prices as they stand on the chain."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.errors import CommitmentError
from custom_components.mining_farm.engines.auction.models import (
    FP,
    Bid,
    PriceVote,
    WorkerSet,
)
from custom_components.mining_farm.engines.auction.wire.bids import (
    decode_bids,
    encode_bids,
    encode_workers,
)
from custom_components.mining_farm.engines.auction.wire.numbers import (
    format_fp18,
    parse_fp18,
)
from custom_components.mining_farm.engines.auction.wire.price_votes import (
    decode_price_vote,
    encode_price_vote,
)
from tests.reference import twin, vectors

V2_ONLY_FROM = 7_414_264


def _raw(asked_for: Mapping[str, Any]) -> bytes:
    return (
        bytes.fromhex(asked_for["hex"])
        if "hex" in asked_for
        else asked_for["str"].encode()
    )


def _read(asked_for: Mapping[str, Any]) -> tuple[Bid, ...]:
    """Read the reference's bids: groups of sizes in version 2, workers in version 1."""
    if asked_for["v"] >= 2:
        assert all(algorithm == "BTC" for algorithm, _, _ in asked_for["bids"])
        return tuple(
            Bid(size=size, price_fp18=price, count=count)
            for _, price, sizes in asked_for["bids"]
            for size, count in sizes.items()
        )
    return tuple(Bid(size=size, price_fp18=price) for size, price in asked_for["bids"])


@twin("test_version_2", "test_version_1", "test_one_mistake_voids_a_commitment")
@pytest.mark.parametrize("case", vectors("auction", "bid_decode.json"))
def test_reference_bids(case: Mapping[str, Any]) -> None:
    """Bids are read as the reference reads them, or not at all."""
    bids = decode_bids(case["input"].encode())
    assert bids == (None if "error" in case else _read(case["expected"]))


@twin("test_prices", "test_no_bids")
@pytest.mark.parametrize("case", vectors("auction", "parse_commitment.json"))
def test_reference_commitments(case: Mapping[str, Any]) -> None:
    """Of any bytes, bids and prices are what the reference finds in them."""
    asked_for, raw, expected = case["input"], _raw(case["input"]), case["expected"]
    asked = asked_for["expected_types"] or ["b", "p"]
    bids = decode_bids(raw) if "b" in asked else None
    vote = decode_price_vote(raw) if "p" in asked else None
    if expected is None:
        assert bids is None
        assert vote is None
    elif expected["type"] == "b":
        assert bids == _read(expected)
        assert vote is None
    else:
        assert bids is None
        assert vote == PriceVote(
            prices=expected["prices"],
            bans=sum(1 << uid for uid in expected["banned_uids"]),
        )
        assert vote.bans.to_bytes(32, "little").hex() == expected["bans"]["hex"]


@twin("test_bidders_before_and_after_version_1")
@pytest.mark.parametrize("case", vectors("auction", "parse_bidding_commitments.json"))
def test_reference_bidders(case: Mapping[str, Any]) -> None:
    """Who bids, before and after version 1 ended."""
    asked_for = case["input"]
    v2_only = (asked_for["block_number"] or 0) >= V2_ONLY_FROM
    bids = {
        hotkey: decode_bids(bytes.fromhex(raw), v2_only=v2_only)
        for hotkey, raw in asked_for["commits"].items()
        if raw is not None
    }
    expected = {
        hotkey: tuple(
            Bid(size=size, price_fp18=price, count=count[0] if count else 1)
            for size, price, *count in entries
        )
        for hotkey, entries in case["expected"].items()
    }
    assert {
        hotkey: asked_for for hotkey, asked_for in bids.items() if asked_for is not None
    } == (expected)
    assert [hotkey for hotkey in bids if hotkey in expected] == list(expected)


def _offered(asked_for: Mapping[str, Any]) -> Iterable[Bid]:
    """Turn a vector's input into bids; raise where a typed bid cannot hold it."""
    for entry in asked_for["bids"]:
        if asked_for["v"] < 2:
            size, price = entry
            if not isinstance(size, str):
                raise CommitmentError
            yield Bid(size=size, price_fp18=price)
            continue
        algorithm, price, sizes = entry
        if algorithm != "BTC":
            raise CommitmentError
        for size, count in sizes.items():
            yield Bid(size=size, price_fp18=int(price), count=int(count))


@twin("test_workers", "test_bids_at_several_prices", "test_limits_on_workers")
@pytest.mark.parametrize("case", vectors("auction", "bid_encode.json"))
def test_reference_texts(case: Mapping[str, Any]) -> None:
    """Bids are written to the byte as the reference writes them, or refused."""
    asked_for = case["input"]
    if "error" in case:
        with pytest.raises((CommitmentError, TypeError, ValueError)):
            encode_bids(_offered(asked_for), version=asked_for["v"])
    else:
        text = encode_bids(_offered(asked_for), version=asked_for["v"])
        assert text.decode() == case["expected"]


def test_version_2() -> None:
    """Groups stay apart, equal sizes in one add up, the spelling becomes minimal."""
    raw = b" 2;b; BTC , 1.02 = 0.20:4, .2 : 1 ,0.45:0_3;BTC,1.02=0.05:2 \xff\x01"
    assert decode_bids(raw) == (
        Bid(size="0.2", price_fp18=1_020_000_000_000_000_000, count=5),
        Bid(size="0.45", price_fp18=1_020_000_000_000_000_000, count=3),
        Bid(size="0.05", price_fp18=1_020_000_000_000_000_000, count=2),
    )
    assert decode_bids(b"7;b;BTC,-1=0.2:1", v2_only=True) == (
        Bid(size="0.2", price_fp18=-FP),
    )
    assert decode_bids(b"2;b;") == ()


def test_version_1() -> None:
    """One worker an entry, of any size; ignored in new windows."""
    raw = b"1;b;0.97=3.10, 03.1;1.01=-2"
    assert decode_bids(raw) == (
        Bid(size="3.1", price_fp18=970_000_000_000_000_000),
        Bid(size="3.1", price_fp18=970_000_000_000_000_000),
        Bid(size="-2", price_fp18=1_010_000_000_000_000_000),
    )
    assert decode_bids(raw, v2_only=True) is None
    assert decode_bids(b"0;b;") == ()
    assert decode_bids(b"0;b;1=0.2;") is None


def test_bidders_before_and_after_version_1() -> None:
    """Who bids nothing is a bidder all the same; who only votes on prices is none."""
    commitments = {
        "5Two": b"2;b;BTC,0.9=0.2:3",
        "5One": b"1;b;0.9=1.5",
        "5Empty": b"2;b;",
        "5Votes": b"1;p;cap=1",
        "5Broken": b"2;b;BTC,0.9=0.2",
    }

    def bidders(*, v2_only: bool) -> list[str]:
        return [
            hotkey
            for hotkey, raw in commitments.items()
            if decode_bids(raw, v2_only=v2_only) is not None
        ]

    assert bidders(v2_only=False) == ["5Two", "5One", "5Empty"]
    assert bidders(v2_only=True) == ["5Two", "5Empty"]


@pytest.mark.parametrize(
    "data",
    [
        b"BTC,1=0.049:1",
        b"BTC,1=0.451:1",
        b"BTC,1=0.2:0",
        b"BTC,1=0.2:-3",
        b"BTC,1=0.2:1.5",
        b"BTC,1=0.2:501,0.3:500",
        b"BTC,1=0.2",
        b"BTC,1=",
        b"BTC,1",
        b"BTC=0.2:1",
        b"btc,1=0.2:1",
        b"BTC,1=0.2:1;",
        b"BTC,1=0.2:1;;BTC,1=0.3:1",
        b"BTC,one=0.2:1",
        b"BTC,1=0.2:" + b"9" * 5000,
        b"BTC," + b"9" * 5000 + b"=0.2:1",
        b"BTC,1=0.2:1,\xc3=0.3",
    ],
)
def test_one_mistake_voids_a_commitment(data: bytes) -> None:
    """Nothing of a malformed bid counts."""
    assert decode_bids(b"2;b;" + data) is None
    assert decode_bids(b"2;b;BTC,1=0.3:1;" + data) is None


@pytest.mark.parametrize(
    "raw",
    [b"", b"2;b", b"2;B;BTC,1=0.2:1", b"2; b;BTC,1=0.2:1", b"x;b;", b"\xffp", b"1;p;"],
)
def test_no_bids(raw: bytes) -> None:
    """Other commitments hold no bids."""
    assert decode_bids(raw) is None


def test_prices() -> None:
    """What can be read counts; the bitmap only if it is whole."""
    raw = b"1;p;TAO_USDC=388.5;cap;=3;ALPHA_TAO=x;cap= 0.9 ;cap=0.85\xff"
    bitmap = bytes([0b1000_0001, 0, 1]) + bytes(29)
    prices = {"TAO_USDC": 388_500_000_000_000_000_000, "cap": 850_000_000_000_000_000}
    assert decode_price_vote(raw + bitmap) == PriceVote(
        prices=prices, bans=1 | 1 << 7 | 1 << 16
    )
    for odd in (b"", bitmap[:-1], bitmap + b"\x01"):
        assert decode_price_vote(raw + odd) == PriceVote(prices=prices)
    assert decode_price_vote(b"1;p;") == PriceVote(prices={})
    assert decode_price_vote(b"2;b;BTC,1=0.2:1") is None
    assert decode_price_vote(b"1;p;cap=\xc3") is None


def test_workers() -> None:
    """One price, sizes in ascending order."""
    workers = WorkerSet(
        price_fp18=1_050_000_000_000_000_000, sizes={"0.45": 2, "0.1": 5, "0.050": 1}
    )
    assert encode_workers([workers]) == b"2;b;BTC,1.05=0.05:1,0.1:5,0.45:2"


def test_bids_at_several_prices() -> None:
    """Prices ascend; equal ones become one group."""
    bids = [
        Bid(size="0.2", price_fp18=FP, count=2),
        Bid(size="0.30", price_fp18=FP * 9 // 10),
        Bid(size=".2", price_fp18=FP),
    ]
    assert encode_bids(bids) == b"2;b;BTC,0.9=0.3:1;BTC,1=0.2:3"
    bids.append(Bid(size="11.9", price_fp18=FP))
    bids.append(Bid(size="9", price_fp18=FP))
    assert encode_bids(bids, version=1) == b"1;b;0.9=0.3;1=0.2,0.2,0.2,11.9,9"
    assert encode_bids([]) == b"2;b;"


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ({"0.46": 1}, "0.46 PH/s"),
        ({"0.04": 1}, "0.04 PH/s"),
        ({"lots": 1}, "lots"),
        ({"0.1": 0}, "0 workers"),
        ({"0.1": 600, "0.2": 401}, "1001 workers"),
        ({f"0.{size}": 9 for size in range(1000, 1014)}, "131 bytes"),
    ],
)
def test_limits_on_workers(sizes: Mapping[str, int], reason: str) -> None:
    """What validators would ignore or cannot be stored is not written."""
    with pytest.raises(CommitmentError, match=reason):
        encode_workers([WorkerSet(price_fp18=FP, sizes=sizes)])


def test_as_long_as_allowed() -> None:
    """128 bytes are stored, one more is not."""
    sizes = {f"0.{size}": 9 for size in range(1011, 1023)} | {"0.1011": 10}
    longest = WorkerSet(
        price_fp18=1_050_000_000_000_000_000, sizes=sizes | {"0.11": 10}
    )
    assert len(encode_workers([longest])) == 128
    with pytest.raises(CommitmentError, match="129 bytes, 128 are allowed"):
        encode_workers([replace(longest, sizes=sizes | {"0.11": 100})])


SIZES = st.integers(5 * 10**16, 45 * 10**16)


@given(
    st.integers(-(10**20), 10**20),
    st.dictionaries(SIZES, st.integers(1, 200), max_size=3),
)
def test_bids_and_back(price: int, sizes: dict[int, int]) -> None:
    """What is written is read again."""
    bids = tuple(
        Bid(size=format_fp18(size), price_fp18=price, count=count)
        for size, count in sorted(sizes.items())
    )
    raw = encode_bids(reversed(bids))
    assert len(raw) <= 128
    assert decode_bids(raw, v2_only=True) == bids
    assert decode_price_vote(raw) is None


@given(st.lists(st.tuples(st.integers(1, 10**20), st.integers(0, 10**20)), max_size=2))
def test_listed_bids_and_back(listed: list[tuple[int, int]]) -> None:
    """Version 1 keeps each worker."""
    bids = [Bid(size=format_fp18(size), price_fp18=price) for size, price in listed]
    raw = encode_bids(bids, version=1)
    read = decode_bids(raw) or ()
    assert sorted((bid.price_fp18, bid.size) for bid in read) == sorted(
        (bid.price_fp18, bid.size) for bid in bids
    )


@given(
    st.dictionaries(
        st.sampled_from(["TAO_USDC", "ALPHA_TAO", "HASHP_USDC", "cap"]),
        st.integers(0, 10**22),
        max_size=3,
    ),
    st.integers(0, 2**256 - 1),
)
def test_prices_and_back(prices: dict[str, int], bans: int) -> None:
    """Prices and bans survive, whatever bytes the bitmap has."""
    vote = PriceVote(prices=prices, bans=bans)
    raw = encode_price_vote(vote)
    assert decode_price_vote(raw) == vote
    assert decode_bids(raw) is None


ODD_TEXT = st.text(
    st.sampled_from("0123456789.,:;=-+_ bpBTC²٣\n\x00ÿ") | st.characters(codec="utf-8"),
    max_size=60,
)
ODD_BIDS = st.lists(
    st.sampled_from(
        [
            "2;b;",
            "1;b;",
            "1;p;",
            "BTC,",
            "1",
            "=",
            "0.2",
            ":",
            "٣",
            ",",
            ";",
            "9" * 4301,
        ]
    ),
    max_size=14,
).map("".join)


@given((ODD_TEXT | ODD_BIDS).map(lambda text: text.encode()) | st.binary())
def test_no_bytes_are_fatal(raw: bytes) -> None:
    """Any bytes are bids, prices or nothing, and never both."""
    bids, vote = decode_bids(raw), decode_price_vote(raw)
    assert bids is None or vote is None
    for bid in bids or ():
        assert bid.count > 0
        parse_fp18(bid.size)


@pytest.mark.parametrize("unit", ["(", "[", "{", ";", "=", ",", ":", "BTC,1=0.2:1;"])
def test_long_commitments_end_soon(unit: str) -> None:
    """Depth and length cost no more than time in proportion."""
    raw = f"2;b;{unit * 20_000}".encode()
    assert decode_bids(raw) is None
    assert decode_price_vote(raw.replace(b"2;b", b"1;p", 1)) is not None
