"""Replies that no miner sends, made to cost their reader time or memory."""

import json

_STATUS = {"STATUS": "S", "Code": 70, "Msg": "CGMiner stats", "Description": "hostile"}


def nested(depth: int) -> bytes:
    """Return JSON of that depth."""
    return b'{"STATUS":' + b"[" * depth + b"]" * depth + b"}"


def widened(values: int) -> bytes:
    """Return a sound reply with that many values."""
    row: dict[str, object] = {f"k{number}": number for number in range(values)}
    return _reply([{"Type": "Antminer S9"}, row])


def crowded(boards: int, first: int) -> bytes:
    """Return a sound reply of a miner with that many hashboards, numbered from `first`."""
    row: dict[str, object] = {"GHS 5s": "13500.00", "Elapsed": 5000}
    for slot in range(first % 1_000_000 + 1, first % 1_000_000 + boards + 1):
        row |= {f"chain_acn{slot}": 63, f"chain_rate{slot}": "4500.00"}
        row |= {f"temp2_{slot}": 60 + slot % 9, f"freq_avg{slot}": 650}
    return _reply([{"Type": "Antminer S9"}, row])


def _reply(stats: list[dict[str, object]]) -> bytes:
    return json.dumps({"STATUS": [_STATUS], "STATS": stats, "id": 1}).encode() + b"\0"
