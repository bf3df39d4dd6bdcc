"""Anything at all ends in a sound snapshot or one MinerError."""

from collections.abc import Callable, Mapping
from dataclasses import fields
import json
import math
from typing import Any

from hypothesis import given, settings, strategies as st

from custom_components.mining_farm.engines.edge_collector import (
    BoardHealth,
    BoardStatus,
    Fan,
    MinerError,
    MinerSnapshot,
    Pool,
    parse_board_health,
    parse_snapshot,
)
from custom_components.mining_farm.engines.edge_collector.drivers.bounds import (
    MAX_DEPTH,
)
from custom_components.mining_farm.engines.edge_collector.drivers.decoding import (
    decode_reply,
    raise_for_status,
    reply_status,
    split_joined,
)

examples = settings(max_examples=100, deadline=None, database=None)

COMMANDS = ("stats", "devs", "summary", "pools", "version", "temps", "fans", "devdetails", "estats", "edevs")  # fmt: skip
SECTIONS = ("STATS", "DEVS", "SUMMARY", "POOLS", "VERSION", "TEMPS", "FANS", "DEVDETAILS")  # fmt: skip
BOARD_KEYS = (
    "chain_acn", "chain_acs", "chain_rate", "chain_rateideal", "chain_hw", "freq_avg", "freq", "frequency", "temp",
    "temp2_", "temp3_", "temp4_", "temp_chip", "temp_pcb", "temp_pic", "temp_in_pcb_", "temp_out_pcb_",
    "temp_in_chip_", "temp_out_chip_", "chipTemp", "chain_consumption", "chain_power", "watt", "fan",
)  # fmt: skip
KEYS = (
    *(f"{key}{n}" for key in BOARD_KEYS for n in (1, 2, 6)),
    "Type", "type", "PROD", "Miner", "BMMiner", "CompileTime", "miner_version", "DNA", "MAC", "Model",
    "STATS", "ID", "Slot", "Name", "Elapsed", "elapsed", "GHS 5s", "GHS av", "MHS 5s", "MHS av", "HS RT", "rate_unit",
    "total_rateideal", "Mode", "miner_id", "fan_num", "total_power", "no_matching_work", "temp1[]",
    "chain", "index", "asic", "asic_num", "rate_real", "rate_5s", "rate_avg", "rate_ideal", "fan", "watt", "hw",
    "MM ID0", "MM ID1", "MM ID0:Summary", "json-stats", "Chain ID", "Num chips", "Num active chips", "Temp max",
    "Fan0 Speed", "Fan Speed In", "Fan Speed Out", "Firmware Version", "Factory GHS", "Power", "Miner type", "Fan Num",
    "Temperature", "temperature", "Board", "Chip", "RPM", "Effective Chips", "ChipNum", "Chips", "Frequency",
    "Hardware Errors", "Diff1 Work", "Work Utility", "Accepted", "Rejected", "IsUserShutdown",
    "POOL", "URL", "User", "Status", "Priority", "Stratum Active", "Last Share Time",
)  # fmt: skip
TEXTS = (
    "Antminer S19", "Antminer Z11", "Antminer S21 Hyd.", "Antminer S9 (vnish 3)", "LUXminer 1", "BOSminer x 1", "BOSer",
    "btminer", "innominer a9-1", "innominer ", "", " ", "-", "0", "-0", "1e999", "-1", "nan", "60-58--3-68", "[1.5, nan]",
    " oooo xxxx--", "0:00:01", "stratum+tcp://a:1", "DevFee", "GH", "Ksol/s", "{}", "[", '{"top-board":{"power":{}}}',
    "Ver[1] Elapsed[1] GHSmm[x] MGHS[1 -2 nan] MTmax[3] PVT_T0[ 1 2] Fan[9] FanX[1] Fan1[-3] HW[a]", "true", "١٢",
)  # fmt: skip

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=0, max_value=300)
    | st.sampled_from([2**63, 2**64 - 1, 10**400, 254, -83])
    | st.floats()
    | st.floats(min_value=-50, max_value=200)
    | st.text(st.characters(codec=None), max_size=20)
    | st.sampled_from(TEXTS)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=8,
)
rows = st.dictionaries(st.sampled_from(KEYS), values, max_size=25)
statuses = values | st.lists(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("STATUS", "Code", "Msg", "Description", "When"), values
        ),
    ),
    max_size=2,
)
replies = st.dictionaries(
    st.sampled_from((*SECTIONS, "INFO")), values | st.lists(rows | values, max_size=4)
).flatmap(lambda body: statuses.map(lambda status: body | {"STATUS": status}))
polls = st.dictionaries(st.sampled_from(COMMANDS), replies | values, max_size=5)
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner)
    ),
    max_leaves=20,
)

SEEDS = (
    (
        b'{"STATUS":[{"STATUS":"S","Code":70,"Msg":"x"}],"STATS":[{"Type":"Antminer S9"}{"Elapsed":5,"GHS 5s":"4600.5",'
        b'"temp6":60,"chain_acn6":63,"chain_acs6":" oooo","chain_rate6":"4600.5","fan6":5400,"x":nan,}],"id":1}\0'
    ),
    (
        b"STATUS=S,Code=70,Description=cgminer 4.10.0|Type=Antminer L3+|,STATS=0,chain_acn1=72,chain_acs1= oo,"
        b"chain_xtime1={X0=58,X1=59},chain_rate1=126.12,temp_chip1=60-58|\0"
    ),
    (
        b'{"stats":[{"STATUS":[{"STATUS":"S"}],"STATS":[{"MM ID0":"Ver[1] Elapsed[1] MGHS[1 2]"}],"id":1}],'
        b'"pools":[{"STATUS":[{"STATUS":"S"}],"POOLS":[{"URL":"a:1","User":"x\\\'y"}],"id":1}],"id":1}\0'
    ),
)


def assert_sound(snapshot: MinerSnapshot) -> None:
    """Every number is finite and possible; None is what is not known."""
    parts: list[MinerSnapshot | BoardStatus | Fan | Pool]
    parts = [snapshot, *snapshot.boards, *snapshot.fans, *snapshot.pools]
    for part in parts:
        for each in fields(part):
            value = getattr(part, each.name)
            if isinstance(value, int | float):
                assert math.isfinite(value)
                assert each.name.startswith("temp") or value >= 0
            if each.name.startswith("temp") and value is not None:
                assert -40 < value < 150
                assert value != 0
            if isinstance(value, str):
                assert value.isprintable()
                assert len(value) <= 255
    assert snapshot.boards_total == len(snapshot.boards)
    assert snapshot.boards_healthy == sum(
        board.status is BoardHealth.HEALTHY for board in snapshot.boards
    )
    assert all(type(board.id) is int for board in snapshot.boards)
    assert len({board.id for board in snapshot.boards}) == len(snapshot.boards)
    assert max(len(snapshot.boards), len(snapshot.pools)) <= 256
    assert len(snapshot.fans) <= 1024
    for board in snapshot.boards:
        if board.chips_ok is not None and board.chips_total is not None:
            assert board.chips_ok <= board.chips_total
        assert (board.chips_total or 0) < 2**63
    if snapshot.error_rate is not None:
        assert snapshot.error_rate <= 100


def attempt(raw: bytes, command: str) -> Mapping[str, Any]:
    """Decode as a collector does; nothing when the reply is refused."""
    try:
        reply = decode_reply(raw, command)
        raise_for_status(reply)
    except MinerError:
        return {}
    return split_joined(reply) or {command: reply}


@examples
@given(polls)
def test_parsing_never_raises(poll: dict[str, Any]) -> None:
    """Whatever JSON can hold, at any key that is read."""
    assert_sound(parse_snapshot(poll))


@examples
@given(st.lists(rows, max_size=3), rows)
def test_board_health_never_raises(
    entries: list[dict[str, Any]], device: dict[str, Any]
) -> None:
    """A board reported in part, or in nonsense."""
    assert_sound(parse_board_health({"STATS": entries}, {"DEVS": [device]}))


@examples
@given(replies | values)
def test_status_never_raises_anything_else(reply: Any) -> None:
    """A STATUS of any shape is read, accepted or refused."""
    if not isinstance(reply, dict):
        return
    status = reply_status(reply)
    assert status.letter == status.letter.upper()
    attempt(json.dumps(reply).encode(), "stats")


@examples
@given(
    st.binary(max_size=200)
    | st.binary(max_size=200).map(lambda tail: b"{" + tail)
    | st.binary(max_size=200).map(lambda tail: b"STATUS=" + tail)
)
def test_any_bytes(raw: bytes) -> None:
    """A dictionary or one MinerError."""
    assert_sound(parse_snapshot(attempt(raw, "stats")))


@examples
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 3), st.binary(max_size=4)),
        max_size=6,
    ),
)
def test_mutated_replies(seed: bytes, edits: list[tuple[int, int, bytes]]) -> None:
    """Bytes that were lost, replaced or added on the way."""
    raw = bytearray(seed)
    for place, lost, added in edits:
        raw[place : place + lost] = added
    assert_sound(parse_snapshot(attempt(bytes(raw), "stats")))


@examples
@given(st.dictionaries(st.text(max_size=8), documents, min_size=1))
def test_sound_json_is_read_as_it_is(document: dict[str, Any]) -> None:
    """No repair touches what needs none."""
    raw = json.dumps(document).encode()
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        assert decode_reply(raw + b"\0", "stats") == document


BREAK: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace('"gap": 1', '"gap": [{}{}]'),
    lambda text: text.replace('"gap": 1', '"gap": [,1]'),
    lambda text: text.replace('"gap": 1', '"gap": [1,]'),
    lambda text: text.replace('"gap": 1', '"gap": -nan'),
    lambda text: text.replace('"gap": 1', r'"gap": "\'"'),
)


@examples
@given(
    st.text(
        st.characters(codec="utf-8") | st.sampled_from("{}[],\"\\' nanif-"), max_size=40
    ),
    st.sampled_from(BREAK),
)
def test_repairs_leave_strings_alone(
    worker: str, break_it: Callable[[str], str]
) -> None:
    """Whatever stands in a string comes out as it went in."""
    sound = json.dumps({"User": [worker, worker], "gap": 1, "again": worker})
    if '"gap": 1' in worker or sound.count('"gap": 1') != 1:
        return
    reply = decode_reply(break_it(sound).encode(), "pools")
    assert (reply["User"], reply["again"]) == ([worker, worker], worker)
