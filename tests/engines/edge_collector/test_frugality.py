"""What the engine takes of one miner: memory between two polls, and work at each."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
import gc
import sys
from types import BuiltinFunctionType, FrameType, FunctionType, MethodType, ModuleType

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    CGMinerClient,
    MinerCollector,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer import parsing
from simulators.antminer import AntminerSimulator

from .harness import DrivenClock

SHARED = (BuiltinFunctionType, FunctionType, MethodType, ModuleType, type)
POLLS = 30


STOCK, JOINED = "s19jpro", "s9"
"""One that answers a command at a time, and one that answers several at once."""


@pytest.fixture(params=[STOCK])
async def collectors(
    loopback: None, clock: DrivenClock, request: pytest.FixtureRequest
) -> AsyncGenerator[list[MinerCollector]]:
    """Return the collectors of two miners that were polled for a while."""
    async with AsyncExitStack() as stack:
        collectors = []
        for seed in (1, 2):
            miner = AntminerSimulator(request.param, seed=seed)
            await stack.enter_async_context(miner)
            client = CGMinerClient("127.0.0.1", miner.port)
            collectors.append(MinerCollector(client, clock=clock))
        for _ in range(POLLS):
            for collector in collectors:
                await collector.async_poll()
            clock.now += 30
        yield collectors


def reached(root: object) -> dict[int, object]:
    """Return what an object leads to, but for code."""
    seen: dict[int, object] = {}
    waiting = [root]
    while waiting:
        each = waiting.pop()
        if id(each) not in seen and not isinstance(each, SHARED):
            seen[id(each)] = each
            waiting += gc.get_referents(each)
    return seen


@pytest.mark.parametrize(
    ("collectors", "kib"), [(STOCK, 12), (JOINED, 13)], indirect=["collectors"]
)
async def test_what_is_kept_of_a_miner_between_two_polls(
    collectors: list[MinerCollector], kib: int
) -> None:
    """At most so much that no other miner shares; a joined reply is 6.7 KB of it."""
    ours, others = map(reached, collectors)
    own = [each for key, each in ours.items() if key not in others]
    assert sum(map(sys.getsizeof, own)) <= kib * 1024


async def test_a_reading_is_parsed_with_few_calls(
    collectors: list[MinerCollector], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count that no machine's speed changes; every field of every board is read."""
    calls = 0
    parse = parsing.parse_snapshot

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    def counted(*arguments: object) -> object:
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            return parse(*arguments)  # type: ignore[arg-type]
        finally:
            sys.setprofile(before)

    monkeypatch.setattr(
        "custom_components.mining_farm.engines.edge_collector.drivers.cgminer"
        ".collector.parse_snapshot",
        counted,
    )
    snapshot = await collectors[0].async_poll()
    assert len(snapshot.boards) == 3
    assert snapshot.pools
    assert 0 < calls <= 150


@pytest.mark.parametrize("collectors", [JOINED], indirect=True)
async def test_what_is_asked_once_an_hour_is_kept_alone(
    collectors: list[MinerCollector], clock: DrivenClock
) -> None:
    """Not with the readings that came with it, of which each poll brings new ones."""
    first, _ = [await each.async_poll() for each in collectors]
    texts = [
        each for each in reached(collectors[0]).values() if isinstance(each, bytes)
    ]
    assert [each.count(b'"VERSION":') for each in texts if b"VERSION" in each] == [1]
    assert sum(b'"STATS"' in each for each in texts) == 1
    clock.now += 3700
    later = await collectors[0].async_poll()
    assert (first.model, later.model) == ("Antminer S9", "Antminer S9")
    assert first.firmware == later.firmware
