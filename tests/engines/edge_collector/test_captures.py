"""Replies of each family, read as those who wrote or collected them read them.

Those in `tests/data/cgminer` are made up, with the quirks of the firmware that they stand
for; those of the reference data come from real miners.
"""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    MinerSnapshot,
    parse_board_health,
    parse_snapshot,
)
from custom_components.mining_farm.engines.edge_collector.drivers.decoding import (
    decode_reply,
    reply_status,
    split_joined,
)
from tests.reference import OTHER_CASES, reference, twin

OWN = sorted(Path(__file__).parents[2].glob("data/cgminer/*.json"))
CAPTURES = sorted(reference("cgminer").glob("*.json"))

each_case = pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.stem) for path in (*OWN, *CAPTURES)]
)
pytestmark = twin(OTHER_CASES)


class Decision(NamedTuple):
    """A reading that is not the expected one, and why."""

    reading: object
    reason: str


_SPONDOOLIES = (
    "summary and json-stats state it; the other witness of the file reads it, too"
)
_STRONGU = "summary states both fans; the other witness of the file reads them, too"
_CONVERTERS = (
    "the reply holds two converters of five modules each; expected counts the first"
)

_MODULE_FANS = {1: 2550, 2: 1440, 3: 2700, 4: 2580, 5: 2430} | {
    101: 4440,
    102: 3900,
    103: 3150,
    104: 2760,
    105: 3810,
}

DECISIONS: dict[str, dict[str, Decision]] = {
    "antminer-s7-stock-1": {
        "fans": Decision(
            [("1", 4200), ("3", 4080)],
            "fan_num counts positions; the file accepts either list",
        ),
        "boards_sum_ghs": Decision(None, "no board states a rate, so there is no sum"),
    },
    "avalon-7xx-1": {
        "slots": Decision([1, 2, 3, 4, 5, 101, 102, 103, 104, 105], _CONVERTERS),
        "total_hashrate_ghs": Decision(68243.51, _CONVERTERS),
        "fans": Decision(
            [(str(n), rpm) for n, rpm in _MODULE_FANS.items()],
            _CONVERTERS,
        ),
    },
    "spondoolies-sp36-1": {
        "slots": Decision([0, 1], _SPONDOOLIES),
        "total_hashrate_ghs": Decision(377.76337, _SPONDOOLIES),
        "fans": Decision(
            [("0", 12028), ("1", 11094), ("2", 11956), ("3", 11094)], _SPONDOOLIES
        ),
        "hashing": Decision(True, _SPONDOOLIES),
    },
    "strongu-stu2-1": {"fans": Decision([("1", 3300), ("2", 3300)], _STRONGU)},
    "strongu-stu6-1": {"fans": Decision([("1", 7800), ("2", 7800)], _STRONGU)},
}

_HASHING = {
    "hashing": True,
    "degraded": True,
    "starting": True,
    "idle": False,
    "sleeping": False,
    "not-hashing": False,
    "not-hashing(warm-up)": False,
    "unknown": None,
}

_MINER_FIELDS = (
    "total_hashrate_ghs",
    "ideal_ghs",
    "boards_sum_ghs",
    "uptime_s",
    "power_w",
    "error_rate",
    "model",
)
_BOARD_FIELDS = {
    "hashrate_ghs": "hashrate_ghs",
    "ideal_ghs": "ideal_hashrate_ghs",
    "chip_temp_c": "temp_chip",
    "pcb_temp_c": "temp_pcb",
    "chips_ok": "chips_ok",
    "chips_total": "chips_total",
    "hw_errors": "hw_errors",
    "freq_mhz": "frequency_mhz",
}


def load(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the replies of a case by command, and the expected readings.

    A reply is the text as it comes, or an object where nothing about it is odd.
    """
    capture = json.loads(path.read_text("utf-8"))
    replies: dict[str, Any] = {}
    for key, raw in capture["raw_responses"].items():
        command = key.partition(":")[0]
        text = raw if isinstance(raw, str) else json.dumps(raw)
        reply = decode_reply(text.encode(), command)
        replies |= split_joined(reply) or {command: reply}
    return replies, capture["expected"]


def readings(snapshot: MinerSnapshot, expected: dict[str, Any]) -> dict[str, object]:
    """Return our readings under the names of the file, as far as it has them."""
    found: dict[str, object] = {
        "total_hashrate_ghs": snapshot.hashrate_ghs,
        "ideal_ghs": snapshot.ideal_hashrate_ghs,
        "boards_sum_ghs": snapshot.total_hashrate_ghs_boards,
        "uptime_s": snapshot.uptime_s,
        "power_w": snapshot.power_w,
        "error_rate": snapshot.error_rate,
        "model": snapshot.model,
    }
    found = {key: value for key, value in found.items() if key in expected}
    found["fans"] = [(fan.id, fan.rpm) for fan in snapshot.fans]
    found["slots"] = [board.id for board in snapshot.boards]
    found["hashing"] = snapshot.hashing
    found["sleeping"] = snapshot.sleeping
    by_slot = {board["slot"]: board for board in expected["boards"]}
    for board in snapshot.boards:
        for theirs, ours in _BOARD_FIELDS.items():
            if theirs in by_slot.get(board.id, {}):
                found[f"{board.id}.{theirs}"] = getattr(board, ours)
    return found


def wanted(expected: dict[str, Any]) -> dict[str, object]:
    """Return the expected readings under the same names."""
    found = {key: expected[key] for key in _MINER_FIELDS if key in expected}
    found["fans"] = [(str(fan["slot"]), fan["rpm"]) for fan in expected["fans"]]
    found["slots"] = [board["slot"] for board in expected["boards"]]
    found["hashing"] = _HASHING[expected["state"]]
    found["sleeping"] = expected["state"] == "sleeping"
    for board in expected["boards"]:
        for theirs in _BOARD_FIELDS:
            if theirs in board:
                found[f"{board['slot']}.{theirs}"] = board[theirs]
    return found


def agrees(key: str, ours: object, theirs: object) -> bool:
    """Say whether a reading is the expected one: rates within 0.1 %, the rest exact."""
    if key.endswith("_ghs") and isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-3)
    return ours == theirs


@each_case
def test_capture_reads_as_expected(path: Path) -> None:
    """Every reading of the file, or what was decided against it and why."""
    replies, expected = load(path)
    ours, theirs = readings(parse_snapshot(replies), expected), wanted(expected)
    decided = {key: each.reading for key, each in DECISIONS.get(path.stem, {}).items()}
    assert not [key for key in decided if agrees(key, ours.get(key), theirs.get(key))]
    theirs |= decided
    differing = {
        key: (ours.get(key), theirs[key])
        for key in theirs
        if not agrees(key, ours.get(key), theirs[key])
    }
    assert differing == {}


@each_case
def test_capture_names_its_software(path: Path) -> None:
    """Every reply has a STATUS, and every miner names at least its software."""
    replies, _ = load(path)
    assert all(reply_status(reply).letter in ("S", "E") for reply in replies.values())
    assert parse_snapshot(replies).firmware


def test_stats_alone_hold_the_boards() -> None:
    """Where `stats` lists chains, a poll needs nothing else for the boards."""
    seen = 0
    for path in (*OWN, *CAPTURES):
        replies, _ = load(path)
        if alone := parse_board_health(replies.get("stats", {})).boards:
            assert alone == parse_snapshot(replies).boards, path.stem
            seen += 1
    assert seen > len(OWN) / 2
