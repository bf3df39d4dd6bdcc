"""What was learned about a miner survives a restart, and is never trusted blindly."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import MinerCollector
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.memory import (
    from_memory,
    to_memory,
)

from .fake_miner import Classic, Firmware, Reply
from .harness import DrivenClock, DrivenSleep, Poller, StartMiner, client_of
from .replies import (
    CLASSIC,
    STOCK,
    braiins_replies,
    classic_replies,
    stats,
    stock_replies,
)

KINDS: dict[str, tuple[type[Firmware], str, dict[str, Reply]]] = {
    "single commands": (Firmware, STOCK, stock_replies()),
    "joined": (Classic, CLASSIC, classic_replies()),
    "Braiins": (Classic, "BOSminer", braiins_replies()),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_restart_learns_nothing_again(
    start_miner: StartMiner, sleep: DrivenSleep, clock: DrivenClock, kind: str
) -> None:
    """The first poll after it sends what a later one does, and reads as much."""
    firmware, description, replies = KINDS[kind]
    miner = await start_miner(firmware(description, replies))
    polls = Poller(miner, sleep, clock)
    before = await polls.poll(10)
    stored = json.loads(json.dumps(polls.collector.memory))
    refused = {"new_api", "edevs", "estats"} | polls.collector.capabilities.refused

    again = Poller(miner, sleep, clock)
    again.collector.recall(stored)
    after = await again.poll()
    assert after == before
    assert len(again.asked[0]) <= 5
    assert not [each for each in again.asked[0] if str(each) in refused]
    assert all(isinstance(each, str) for each in again.asked[0])
    await again.poll(5)
    assert again.collector.memory == stored


async def test_a_miner_that_is_at_rest_is_not_remembered(
    start_miner: StartMiner, sleep: DrivenSleep, clock: DrivenClock
) -> None:
    """Nothing about it is beyond doubt yet."""
    replies = stock_replies() | {"stats": stats({"STATS": 0, "Elapsed": 5})}
    polls = Poller(await start_miner(Firmware(STOCK, replies)), sleep, clock)
    await polls.poll(3)
    assert polls.collector.memory is None


async def test_another_firmware_is_learned_in_spite_of_the_memory(
    start_miner: StartMiner, sleep: DrivenSleep, clock: DrivenClock
) -> None:
    """It was flashed while Home Assistant was down."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    polls = Poller(miner, sleep, clock)
    await polls.poll(4)
    miner.answer = Classic("BOSminer", braiins_replies())
    collector = MinerCollector(client_of(miner, sleep), clock=clock)
    collector.recall(polls.collector.memory)
    for _ in range(4):
        snapshot = await collector.async_poll()
        clock.now += 30
    assert [board.temp_chip for board in snapshot.boards] == [74.5] * 3
    assert snapshot.firmware == "Braiins OS 0.8.0-feaec278"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
WHOLE: dict[str, Any] = {
    "firmware": ["cgminer 1.0.0", "Antminer S19"],
    "family": "antminer",
    "form": "single",
    "ruled_out": ["array", "joined"],
    "refused": ["version"],
    "useless": ["devs"],
    "extended": [],
    "primary": "stats",
    "new_api": None,
    "water": False,
    "shows_boards": True,
}


def test_what_is_written_is_what_is_read() -> None:
    """Every field survives."""
    found = from_memory(WHOLE)
    assert found is not None
    assert to_memory(found) == WHOLE


@given(st.sampled_from(sorted(WHOLE)), values)
def test_a_damaged_memory_is_ignored_or_sound(field: str, value: Any) -> None:
    """A file that was edited by hand never sends a command that changes a miner."""
    found = from_memory(WHOLE | {field: value})
    if found is not None:
        assert set(found.commands) <= {
            "stats", "devs", "summary", "pools", "version", "edevs", "estats",
        }  # fmt: skip


@pytest.mark.parametrize("command", ["restart", "quit", "ascset"])
def test_no_command_that_changes_a_miner_is_recalled(command: str) -> None:
    """Neither as what is asked nor beside it."""
    assert from_memory(WHOLE | {"primary": command}) is None
    assert from_memory(WHOLE | {"extended": [command]}) is None


@given(values)
def test_anything_at_all_is_no_memory(value: Any) -> None:
    """Nothing is learned from it."""
    assert from_memory(value) is None
