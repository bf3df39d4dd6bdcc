"""Whatever a socket sends ends in a reading or in one MinerError, soon and small."""

import asyncio
from contextlib import suppress
from dataclasses import asdict
import json
import math
import tracemalloc
from typing import Any

from hypothesis import HealthCheck, example, given, settings, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Failure,
    MinerCollector,
    MinerError,
    MinerSnapshot,
    parse_snapshot,
)

from .fake_miner import FakeMiner, Firmware
from .harness import DrivenSleep, StartMiner, client_of
from .replies import STOCK, braiins_replies, chains, stats, stock_replies

DEADLINE = 0.2
SLACK = 5.0
"""What a busy machine may add; every failure here would take far longer."""

PROPERTY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
async def miner(start_miner: StartMiner) -> FakeMiner:
    """Return a miner whose answer each example sets."""
    return await start_miner(Firmware(STOCK, {}))


async def outcome(miner: FakeMiner) -> MinerSnapshot | MinerError:
    """Return what one poll ends in; any other exception fails the test."""
    client = client_of(miner, DrivenSleep(), timeout=DEADLINE, retries=0)
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        snapshot = await MinerCollector(client).async_poll()
    except MinerError as err:
        return err
    finally:
        # Eight exchanges are the most that a first poll takes.
        assert loop.time() - started < 8 * DEADLINE + SLACK
    check(snapshot)
    return snapshot


def check(snapshot: MinerSnapshot) -> None:
    """Assert that a snapshot holds nothing that cannot be."""
    json.dumps(asdict(snapshot), allow_nan=False)
    for board in snapshot.boards:
        for temperature in (board.temp_chip, board.temp_pcb):
            assert temperature is None or -40 < temperature < 150
        if board.hashrate_ghs is not None:
            assert board.hashrate_ghs >= 0
        if board.chips_ok is not None and board.chips_total is not None:
            assert 0 <= board.chips_ok <= board.chips_total
    assert snapshot.hashrate_ghs is None or snapshot.hashrate_ghs >= 0
    assert snapshot.boards_total == len(snapshot.boards)
    assert 0 <= snapshot.boards_healthy <= snapshot.boards_total


VALID = json.dumps(stats()).encode()


@PROPERTY
@given(raw=st.binary(max_size=300))
@example(raw=b"")
@example(raw=b"\0")
@example(raw=b"\0\0\0\0")
@example(raw=b"{")
@example(raw=b"{}\0")
@example(raw=b"[]\0")
@example(raw=b"null\0")
@example(raw=b'{"STATUS":{}}\0')
@example(raw=b'{"STATUS":[]}\0')
@example(raw=b'{"STATUS":[null]}\0')
@example(raw=b'{"STATUS":"S"}\0')
@example(raw=b"STATUS=S|")
@example(raw=b"STATUS=|||")
@example(raw=b"\xff\xfe\x00")
@example(raw=b"SSH-2.0-dropbear\r\n")
@example(raw=b"\x15\x03\x01\x00\x02\x02\x16")
@example(raw=b"<!DOCTYPE html><html></html>")
@example(raw=b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>")
async def test_any_bytes(miner: FakeMiner, raw: bytes) -> None:
    """Bytes of any kind end in one outcome."""
    miner.answer = lambda _: raw
    await outcome(miner)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Return a real reply with pieces cut, doubled, exchanged or overwritten."""
    raw = bytearray(
        draw(st.sampled_from([VALID, json.dumps(braiins_replies()).encode()]))
    )
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 40)))
        match draw(st.integers(0, 3)):
            case 0:
                del raw[start:end]
            case 1:
                raw[start:start] = raw[start:end]
            case 2:
                raw[start:end] = draw(st.binary(max_size=8))
            case 3:
                tokens = [b"}{", b",}", b'"', b"NaN", b"-1", b"null", b"[", b"{", b"\0"]
                raw[start:end] = draw(st.sampled_from(tokens))
    return bytes(raw) + draw(st.sampled_from([b"", b"\0", b"\0\0\n"]))


@PROPERTY
@given(raw=mutations())
async def test_damaged_replies(miner: FakeMiner, raw: bytes) -> None:
    """A damaged reply is mended or refused, and never misread into nonsense."""
    miner.answer = lambda _: raw
    await outcome(miner)


NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([-1, -83, -7.3e31, 2**64 - 1, 10**400, True, False]),
)
TEXTS = st.one_of(
    st.text(max_size=12),
    NUMBERS.map(str),
    st.sampled_from(
        [
            "nan",
            "inf",
            "-1e999",
            "1_000",
            "٣",
            "0x10",
            "60-58-70-68",
            "2--1-20-22",
            "-",
            "o" * 76,
        ]
    ),
)
LEAVES = st.one_of(st.none(), NUMBERS, TEXTS)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=5), inner, max_size=4),
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        *chains(),
        *(f"chain_{k}{n}" for k in ("acn", "acs", "rate") for n in (0, 9, 10**20)),
        "temp2_1",
        "total_rateideal",
        "Mode",
        "rate_unit",
        "chain",
        "fan",
        "MM ID0",
    ]
)


def encode(reply: object) -> bytes:
    """Return JSON that may hold NaN, Infinity and endless integers, as C prints them."""
    return json.dumps(reply).encode(errors="replace") + b"\0"


@PROPERTY
@given(entry=st.dictionaries(KEYS, ANYTHING, max_size=12))
async def test_wrong_types(miner: FakeMiner, entry: dict[str, Any]) -> None:
    """Any value under any key of `stats`: a reading without it."""
    raw = encode(stats(chains() | entry))
    miner.answer = lambda _: raw
    assert isinstance(await outcome(miner), MinerSnapshot)


@PROPERTY
@given(command=st.sampled_from(["devs", "summary", "pools", "version"]), rows=ANYTHING)
async def test_wrong_types_beside_stats(
    miner: FakeMiner, command: str, rows: object
) -> None:
    """Any rows in another reply do not touch the boards."""
    replies = stock_replies() | {
        command: {"STATUS": [{"STATUS": "S"}], command.upper(): rows}
    }
    firmware = Firmware(STOCK, replies)
    miner.answer = lambda request: encode(firmware.single(request["command"]))
    snapshot = await outcome(miner)
    assert isinstance(snapshot, MinerSnapshot)
    assert [board.hashrate_ghs for board in snapshot.boards] == [
        31000,
        31500.5,
        30900.25,
    ]


@PROPERTY
@given(
    parts=st.dictionaries(
        st.sampled_from(["stats", "devs", "summary", "STATUS"]), ANYTHING
    )
)
async def test_wrong_shapes_of_several(miner: FakeMiner, parts: dict[str, Any]) -> None:
    """Any answer to several commands at once is at worst no answer to them."""
    firmware = Firmware(STOCK, stock_replies())

    def answer(request: Any) -> bytes:
        command = request["command"]
        several = isinstance(command, list) or "+" in command
        return encode(parts if several else firmware.single(command))

    miner.answer = answer
    snapshot = await outcome(miner)
    assert isinstance(snapshot, MinerSnapshot)
    assert snapshot.boards_total == 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("31000.50", 31000.5),
        (31000.5, 31000.5),
        (" 31000.5 ", 31000.5),
        (math.nan, None),
        (math.inf, None),
        ("nan", None),
        (-5, None),
        ("-5", None),
        ("", None),
        (None, None),
        ([1], None),
        ({"a": 1}, None),
        (True, None),
        ("many", None),
    ],
)
async def test_values_of_a_rate(
    miner: FakeMiner, value: object, expected: float | None
) -> None:
    """Numbers as text are numbers; what is no rate is unknown, not zero."""
    raw = encode(stats(chains() | {"chain_rate2": value}))
    miner.answer = lambda _: raw
    snapshot = await outcome(miner)
    assert isinstance(snapshot, MinerSnapshot)
    assert [board.hashrate_ghs for board in snapshot.boards] == [
        31000,
        expected,
        30900.25,
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 500_000,
        b'{"STATUS":' * 100_000,
        b'{"STATUS":' + b"[" * 300_000 + b"]" * 300_000 + b"}",
        b'{"STATUS":[{"STATUS":"S"}],"STATS":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"STATUS":[{"STATUS":"S"}],"STATS":[{"a":'
        + b'{"a":' * 5000
        + b"1"
        + b"}" * 5002
        + b"]}",
    ],
    ids=["lists", "objects", "closed", "inside", "entry"],
)
async def test_deep_nesting(miner: FakeMiner, raw: bytes) -> None:
    """Nesting beyond all reason is an error, not the end of the interpreter."""
    miner.answer = lambda _: raw
    err = await outcome(miner)
    assert isinstance(err, MinerError)
    assert err.failure in (Failure.INVALID_REPLY, Failure.NOT_CGMINER)


@pytest.mark.parametrize(
    "number",
    [b"9" * 5000, b"-" + b"9" * 5000, b"9" * 5000 + b".5", b"1e999999", b"-1e999999"],
)
async def test_endless_numbers(miner: FakeMiner, number: bytes) -> None:
    """A number beyond all types makes the reply useless, or that value unknown."""
    raw = VALID.replace(b'"31000.00"', number)
    assert raw != VALID
    miner.answer = lambda _: raw
    match await outcome(miner):
        case MinerError() as err:
            assert err.failure is Failure.INVALID_REPLY
        case snapshot:
            assert snapshot.boards[0].hashrate_ghs is None


@pytest.mark.parametrize("chunk", [b"\xff", b"[", b'"a":1,', b" ", b"}{"])
async def test_hundred_megabytes(miner: FakeMiner, chunk: bytes) -> None:
    """Reading stops at the limit: neither memory nor time grows with the reply."""
    block = (chunk * 65536)[:65536]
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b'{"STATUS":[')
        with suppress(OSError):
            for _ in range(1600):
                writer.write(block)
                await writer.drain()
                sent += len(block)

    miner.answer = lambda _: flood
    tracemalloc.start()
    try:
        err = await outcome(miner)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(err, MinerError)
    assert err.failure is Failure.INVALID_REPLY
    assert len(miner.requests) == 1
    # What the kernel's buffers hold beyond the limit was sent, but never read.
    assert sent < 16 << 20
    assert peak < 4 << 20


@pytest.mark.parametrize("raw", [VALID, b" " * 9999, b"\xff" * 9999, b"STATUS=S,"])
async def test_slow_drip(miner: FakeMiner, raw: bytes) -> None:
    """A byte now and then does not stretch the deadline."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        closed = asyncio.create_task(reader.read())
        with suppress(OSError):
            for byte in raw:
                writer.write(bytes([byte]))
                if (await asyncio.wait([closed], timeout=0.01))[0]:
                    break
        await asyncio.wait([closed])

    miner.answer = lambda _: drip
    loop = asyncio.get_running_loop()
    started = loop.time()
    err = await outcome(miner)
    assert isinstance(err, MinerError)
    assert err.failure in (Failure.TIMEOUT, Failure.NOT_CGMINER)
    assert loop.time() - started < DEADLINE + SLACK


async def test_deadline_bounds_every_retry(miner: FakeMiner) -> None:
    """With retries the whole takes four deadlines and the pauses between them."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'{"STATUS')
        await reader.read()

    miner.answer = lambda _: hold
    sleep = DrivenSleep()
    client = client_of(miner, sleep, timeout=0.05)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(MinerError) as caught:
        await client.async_get_stats()
    assert caught.value.failure is Failure.TIMEOUT
    assert 4 * 0.05 <= loop.time() - started < 4 * 0.05 + SLACK


async def test_every_cut_is_noticed(miner: FakeMiner) -> None:
    """A reply that ends early at any byte is an error and never half a reading."""
    cuts = iter(range(0, len(VALID), 7))
    miner.answer = lambda _: VALID[: next(cuts)]
    for _ in range(0, len(VALID), 7):
        assert isinstance(await outcome(miner), MinerError)
    miner.answer = lambda _: VALID
    assert isinstance(await outcome(miner), MinerSnapshot)


@pytest.mark.parametrize("row", [{}, [], None, 0, {"chain_acn1": 1}])
async def test_rows_without_number(miner: FakeMiner, row: object) -> None:
    """As many rows as the limit holds are read in bounded time."""
    rows = [row] * 2000
    raw = encode({"STATUS": [{"STATUS": "S"}], "STATS": rows})
    miner.answer = lambda _: raw
    client = client_of(miner, DrivenSleep(), timeout=DEADLINE, retries=0)
    started = asyncio.get_running_loop().time()
    check(parse_snapshot({"stats": await client.async_get_stats()}))
    assert asyncio.get_running_loop().time() - started < DEADLINE + SLACK
