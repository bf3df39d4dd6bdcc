"""Replies of real miners, byte for byte over a socket, read by the collector."""

import json
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import parse_snapshot
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.capabilities import (
    BASE_COMMANDS,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.client import (
    READ_ONLY_COMMANDS,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.decoding import (
    decode_reply,
    raise_for_status,
)
from custom_components.mining_farm.engines.edge_collector.errors import MinerError
from tests.reference import reference

from .fake_miner import invalid_command
from .harness import DrivenClock, DrivenSleep, Poller, StartMiner
from .replies import CLASSIC, classic_replies

FOLDER = reference("cgminer")


def load(name: str) -> dict[str, bytes]:
    """Return the replies of a capture to single commands, as they came."""
    capture = json.loads((FOLDER / f"{name}.json").read_text())
    return {
        command.removesuffix(":text"): raw.encode() + b"\0"
        for command, raw in capture["raw_responses"].items()
        if command.removesuffix(":text") in READ_ONLY_COMMANDS
    }


CAPTURES = {path.stem: load(path.stem) for path in sorted(FOLDER.glob("*.json"))}

# Every firmware of the lineage up to the S17 writes `}{` into `stats`.
OWN = {
    "broken": {
        name: json.dumps(reply).replace("}, {", "}{").encode() + b"\0"
        for name, reply in classic_replies().items()
    }
}


@pytest.mark.parametrize(
    "replies",
    [
        pytest.param(replies, id=name)
        for name, replies in (OWN | CAPTURES).items()
        if replies.keys() & set(BASE_COMMANDS)
    ],
)
async def test_read_over_a_socket(
    start_miner: StartMiner,
    sleep: DrivenSleep,
    clock: DrivenClock,
    replies: dict[str, bytes],
) -> None:
    """The readings are those of the replies, at first and in the steady state."""

    def answer(request: Any) -> bytes:
        command = request["command"]
        if isinstance(command, str) and command in replies:
            return replies[command]
        return json.dumps(invalid_command(CLASSIC)).encode() + b"\0"

    expected = parse_snapshot(_answered(replies))
    miner = await start_miner(answer)
    polls = Poller(miner, sleep, clock)
    snapshot = await polls.poll()
    assert snapshot.boards == expected.boards
    assert snapshot.hashrate_ghs == expected.hashrate_ghs
    assert snapshot.pools == expected.pools
    assert polls.connections[0] <= 8
    snapshot = await polls.poll(12)
    assert snapshot.boards == expected.boards
    assert snapshot.hashrate_ghs == expected.hashrate_ghs
    assert snapshot.pools == expected.pools
    assert max(polls.connections[1:]) <= 2


def _answered(replies: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """Return the decoded replies less the errors."""
    decoded = {}
    for command, raw in replies.items():
        reply = decode_reply(raw, command)
        try:
            raise_for_status(reply)
        except MinerError:
            continue
        decoded[command] = reply
    return decoded


@pytest.mark.skipif(not CAPTURES, reason="the captures are not in the repository")
def test_captures_are_there() -> None:
    """All captures were found, and nearly all hold single replies."""
    assert len(CAPTURES) >= 46
    assert sum(map(bool, CAPTURES.values())) >= 40
