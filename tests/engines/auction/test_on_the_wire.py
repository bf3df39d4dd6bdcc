"""Watch and upkeep with the real client against a simulated chain, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from custom_components.mining_farm.engines.auction.chain.client import ChainClient
from custom_components.mining_farm.engines.auction.models import FP
from custom_components.mining_farm.engines.auction.offer.offer import Offer
from custom_components.mining_farm.engines.auction.offer.worker_split import worker_set
from custom_components.mining_farm.engines.auction.publish.arming import (
    Arming,
    rehearse,
)
from custom_components.mining_farm.engines.auction.publish.hotkey import signer
from custom_components.mining_farm.engines.auction.publish.journal import FileJournal
from custom_components.mining_farm.engines.auction.publish.report import Outcome
from custom_components.mining_farm.engines.auction.publish.upkeep import (
    CommitmentUpkeep,
)
from custom_components.mining_farm.engines.auction.solver.client import AuctionSolver
from custom_components.mining_farm.engines.auction.window.auction import hold_auction
from custom_components.mining_farm.engines.auction.window.events import (
    WatchEvent,
    WindowUpdate,
)
from custom_components.mining_farm.engines.auction.window.watch import AuctionWatch
from simulators.subtensor import ALICE, START_BLOCK, SubtensorSimulator
from simulators.subtensor.wallet import write_hotkey

from .fake_node import eventually
from .mining import mining

WINDOW = 7_500_045
"""The first block of a window, a few blocks after the simulation's head."""
ARMED = Arming(price_ceiling_fp18=FP, worker_ceiling=10)

pytestmark = pytest.mark.usefixtures("socket_enabled")


def armed() -> Arming | None:
    """Allow what the tests publish."""
    return ARMED


@asynccontextmanager
async def chain(
    block_time: float = 2.0,
) -> AsyncIterator[tuple[SubtensorSimulator, ChainClient]]:
    """Run a chain whose blocks come on command, and its client."""
    async with (
        SubtensorSimulator(block_time=None) as simulator,
        ChainClient(simulator.urls, netuid=89, block_time=block_time) as client,
    ):
        yield simulator, client


async def _wait_for(
    events: list[WatchEvent], *, final: bool, correction: bool = False
) -> WindowUpdate:
    """Return the first update of the window that says so."""
    found: list[WindowUpdate] = []

    def arrived() -> bool:
        found[:] = [
            event
            for event in events
            if isinstance(event, WindowUpdate)
            and event.result.window.start == WINDOW
            and (event.final, event.correction) == (final, correction)
        ]
        return bool(found)

    await eventually(arrived)
    return found[0]


async def test_a_window_in_its_first_block() -> None:
    """Provisional before a second block comes, corrected after a reorganisation, then final."""
    assert START_BLOCK < WINDOW
    async with chain() as (simulator, client):
        events: list[WatchEvent] = []
        hold = partial(hold_auction, own_hotkey=ALICE.address, solve=AuctionSolver())
        watch = AuctionWatch(client, hold, netuid=89)
        watch.subscribe(events.append)
        task = asyncio.create_task(watch.run())
        await eventually(lambda: bool(events), 20)
        await simulator.produce(WINDOW - 1 - simulator.chain.head.number)
        await simulator.produce()
        first = await _wait_for(events, final=False)
        assert simulator.chain.head.number == first.result.window.start
        assert first.result.block_hash == simulator.chain.head.hex
        assert first.result.own
        await simulator.reorganise(1)
        second = await _wait_for(events, final=False, correction=True)
        assert second.result.window == first.result.window
        assert second.result.block_hash != first.result.block_hash
        await simulator.produce(4)
        last = await _wait_for(events, final=True)
        assert last.result == second.result
        assert all(isinstance(event, WindowUpdate) for event in events)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_commitment_is_published_once(tmp_path: Path) -> None:
    """Changed, published, read back; a restart finds it in force."""
    key = signer(write_hotkey(tmp_path))
    journal = FileJournal(tmp_path / "journal.json")
    offer = Offer.of(worker_set("0.9", {"0.1": 7}))

    def start(client: ChainClient) -> CommitmentUpkeep:
        return CommitmentUpkeep(client, journal, netuid=89, hotkey=key.ss58, signer=key)

    async with chain() as (simulator, client), mining(simulator):
        assert (await start(client).run(offer, rehearse)).outcome is Outcome.REHEARSED
        assert simulator.chain.counts.succeeded == 0
        report = await start(client).run(offer, armed)
        assert report.outcome is Outcome.PUBLISHED, report
        assert (await start(client).run(offer, armed)).outcome is Outcome.NOTHING
        assert simulator.chain.counts.succeeded == 1
        forced = await start(client).publish_now(offer, armed)
        assert forced.outcome is Outcome.PUBLISHED, forced
        assert simulator.chain.counts.succeeded == 2


async def test_who_disarms_while_it_is_prepared_is_heard(tmp_path: Path) -> None:
    """What is not signed yet is not sent, and holds nothing up."""
    key = signer(write_hotkey(tmp_path))
    journal = FileJournal(tmp_path / "journal.json")
    offer = Offer.of(worker_set("0.9", {"0.1": 7}))
    low = Arming(price_ceiling_fp18=FP // 2, worker_ceiling=10)
    async with chain() as (simulator, client), mining(simulator):
        for later, outcome in ((None, Outcome.REHEARSED), (low, Outcome.REFUSED)):
            leaves = iter([ARMED])
            upkeep = CommitmentUpkeep(
                client, journal, netuid=89, hotkey=key.ss58, signer=key
            )
            report = await upkeep.run(offer, partial(next, leaves, later))
            assert report.outcome is outcome, report
        assert simulator.chain.counts.accepted == 0
        assert (await upkeep.run(offer, armed)).outcome is Outcome.PUBLISHED


async def test_killed_while_publishing(tmp_path: Path) -> None:
    """The next process waits for what may still get in, and finds it."""
    key = signer(write_hotkey(tmp_path))
    journal = FileJournal(tmp_path / "journal.json")
    offer = Offer.of(worker_set("0.9", {"0.1": 7}))
    async with chain() as (simulator, client):
        simulator.control.hold_extrinsics()
        upkeep = CommitmentUpkeep(
            client, journal, netuid=89, hotkey=key.ss58, signer=key
        )
        await client.head()
        task = asyncio.create_task(upkeep.run(offer, armed))
        await eventually(lambda: len(simulator.chain.pool) == 1, 20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        upkeep = CommitmentUpkeep(
            client, journal, netuid=89, hotkey=key.ss58, signer=key
        )
        await simulator.produce()
        waiting = await upkeep.run(offer, armed)
        assert (waiting.outcome, "may still" in waiting.why) == (Outcome.NOTHING, True)
        simulator.control.restore()
        await simulator.produce(4)
        found = await upkeep.run(offer, armed)
        assert (found.outcome, found.why) == (Outcome.NOTHING, "the chain holds it")
        assert simulator.chain.counts.succeeded == 1


@pytest.mark.parametrize("fault", ["drop_after_submit", "refuse_extrinsics"])
async def test_a_node_that_fails_while_publishing(tmp_path: Path, fault: str) -> None:
    """Whatever the node does, the chain holds the commitment once in the end."""
    key = signer(write_hotkey(tmp_path))
    journal = FileJournal(tmp_path / "journal.json")
    offer = Offer.of(worker_set("0.9", {"0.1": 7}))
    async with chain() as (simulator, client), mining(simulator):
        await client.head()
        getattr(simulator.node, fault)()
        upkeep = CommitmentUpkeep(
            client, journal, netuid=89, hotkey=key.ss58, signer=key
        )
        first = await upkeep.run(offer, armed)
        simulator.node.restore()
        if fault == "refuse_extrinsics":
            assert first.outcome is Outcome.REFUSED
            assert simulator.chain.counts.succeeded == 0
        async with asyncio.timeout(120):
            while (await upkeep.run(offer, armed)).why != "the chain holds it":
                await simulator.produce()
        assert simulator.chain.counts.succeeded == 1
