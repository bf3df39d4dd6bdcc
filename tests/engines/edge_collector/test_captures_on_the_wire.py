"""Replies of each family, byte for byte over a socket, read by the collector."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import parse_snapshot
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.capabilities import (
    BASE_COMMANDS,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.client import (
    READ_ONLY_COMMANDS,
)
from custom_components.mining_farm.engines.edge_collector.drivers.decoding import (
    decode_reply,
    raise_for_status,
)
from custom_components.mining_farm.engines.edge_collector.errors import MinerError
from tests.reference import OTHER_CASES, reference, twin

from .fake_miner import invalid_command
from .harness import DrivenClock, DrivenSleep, Poller, StartMiner
from .replies import CLASSIC, classic_replies

DATA = Path(__file__).parents[2] / "data" / "cgminer"

pytestmark = twin(OTHER_CASES)


def load(path: Path) -> dict[str, bytes]:
    """Return the replies of a case to single commands, as they come."""
    capture = json.loads(path.read_text("utf-8"))
    return {
        command.removesuffix(":text"): (
            raw if isinstance(raw, str) else json.dumps(raw)
        ).encode()
        + b"\0"
        for command, raw in capture["raw_responses"].items()
        if command.removesuffix(":text") in READ_ONLY_COMMANDS
    }


CASES = {
    path.stem: load(path)
    for folder in (DATA, reference("cgminer"))
    for path in sorted(folder.glob("*.json"))
}

# Part of their boards stands in estats, edevs or devdetails, asked for where the rest
# lacks it, and so not in a first poll.
LATER = {"avalon-estats", "bfgminer-kdaminer", "whatsminer-edevs"}
# Every firmware of the lineage up to the S17 writes `}{` into `stats`.
BROKEN = {
    "broken": {
        name: json.dumps(reply).replace("}, {", "}{").encode() + b"\0"
        for name, reply in classic_replies().items()
    }
}


@pytest.mark.parametrize(
    ("replies", "later"),
    [
        pytest.param(replies, name in LATER, id=name)
        for name, replies in (BROKEN | CASES).items()
        if replies.keys() & set(BASE_COMMANDS)
    ],
)
async def test_read_over_a_socket(
    start_miner: StartMiner,
    sleep: DrivenSleep,
    clock: DrivenClock,
    replies: dict[str, bytes],
    *,
    later: bool,
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
    assert later is (snapshot.boards != expected.boards)
    if not later:
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
