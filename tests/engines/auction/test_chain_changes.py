"""What may change while a connection is open: tempo, types, what commitments hold, time."""

import asyncio
import time

import pytest

from custom_components.mining_farm.engines.auction.chain.client import ChainClient
from custom_components.mining_farm.engines.auction.errors import ExtrinsicRefusedError
from custom_components.mining_farm.engines.auction.models import (
    AuctionResult,
    Certainty,
    Selection,
    SelectionProblem,
    Snapshot,
    SolverName,
    Window,
)
from custom_components.mining_farm.engines.auction.window.any_window import Hold
from custom_components.mining_farm.engines.auction.window.auction import (
    TakeResult,
    TakeSelection,
    hold_auction,
)
from custom_components.mining_farm.engines.auction.window.events import (
    WatchEvent,
    WindowUpdate,
)
from custom_components.mining_farm.engines.auction.window.watch import AuctionWatch
from simulators.subtensor import ALICE, SubtensorSimulator, ss58
from simulators.subtensor.storage import LAST_EPOCH, epoch_key
from simulators.subtensor.strangers import account

from .chain_services import Unhurried, serving
from .fake_node import eventually
from .mining import during
from .results import result

pytestmark = pytest.mark.usefixtures("socket_enabled")
PAYLOAD = b"2;b;BTC,0.9=0.1:1"


def holding(held: list[Window]) -> Hold:
    """Return what holds an auction at once, and notes its window."""

    async def hold(
        snapshot: Snapshot, early: TakeResult | None = None
    ) -> AuctionResult:
        held.append(snapshot.window)
        return result(start=snapshot.window.start)

    return hold


async def test_an_epoch_that_its_owner_starts() -> None:
    """It moves no window: the clients of the network reckon them from the tempo alone."""
    held: list[Window] = []
    async with (
        SubtensorSimulator(block_time=None, start_block=7_600_410) as simulator,
        ChainClient(simulator.urls, netuid=89) as client,
    ):
        watch = AuctionWatch(client, holding(held), netuid=89)
        running = asyncio.create_task(watch.run())
        await eventually(lambda: held)
        simulator.control.start_epoch(blocks=4)
        await simulator.produce(52)
        state = simulator.chain.head.state.storage
        last = state[epoch_key(LAST_EPOCH, 89)]
        assert int.from_bytes(last, "little") == 7_600_415
        assert await client.tempo(simulator.chain.head.hex) == 360
        assert len(held) == 1
        await simulator.produce()
        await eventually(lambda: len(held) == 2)
        assert held == [
            Window(index=1, start=7_600_403, end=7_600_462),
            Window(index=2, start=7_600_463, end=7_600_522),
        ]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_tempo_that_its_owner_changes() -> None:
    """The next window is held in its own first block, wherever the old one would end.

    With tempo 360, window 7600403-7600462; from 7600420 on with tempo 300, one that ends
    with 7600459.
    """
    held: list[Window] = []
    events: list[WatchEvent] = []

    async with (
        SubtensorSimulator(block_time=None, start_block=7_600_410) as simulator,
        ChainClient(simulator.urls, netuid=89) as client,
    ):
        watch = AuctionWatch(client, holding(held), netuid=89)
        watch.subscribe(events.append)
        running = asyncio.create_task(watch.run())
        await eventually(lambda: held)
        assert held[-1] == Window(index=1, start=7_600_403, end=7_600_462)
        await simulator.produce(9)
        simulator.control.set_tempo(300)
        await simulator.produce(40)
        assert await client.tempo(simulator.chain.head.hex) == 300
        assert len(held) == 1
        await simulator.produce()
        assert simulator.chain.head.number == 7_600_460
        await eventually(lambda: len(held) == 2)
        assert held[-1] == Window(index=1, start=7_600_460, end=7_600_519)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    starts = [
        one.result.window.start for one in events if isinstance(one, WindowUpdate)
    ]
    assert starts[0] == 7_600_403
    assert 7_600_460 in starts


@pytest.mark.parametrize("blocks", [0, 65_536])
async def test_a_tempo_that_cannot_be(blocks: int) -> None:
    """The simulator says so."""
    async with SubtensorSimulator(block_time=None) as simulator:
        with pytest.raises(ValueError, match="65535"):
            simulator.control.set_tempo(blocks)


async def test_a_timelock_that_cannot_be_revealed() -> None:
    """As a runtime says that is newer than the connection; all others are read on."""
    async with (
        SubtensorSimulator(block_time=None) as simulator,
        serving(*simulator.urls) as service,
    ):
        before = await service.head()
        window = Window(index=1, start=before.number, end=before.number + 59)
        known = (await service.snapshot(window, before.hash)).commitments
        simulator.control.surprise("timelock")
        await simulator.produce()
        simulator.control.fail_reveal()
        await simulator.produce()
        head = await service.head()
        snapshot = await service.snapshot(window, head.hash)
        found = {one.hotkey: one for one in snapshot.commitments}
        failed = found.pop(ss58(account("timelock")))
        assert (failed.raw, failed.problem) == (None, "holds TimelockRevealFailed")
        assert {**found} == {one.hotkey: one for one in known}
        assert simulator.node.traffic.connections == 1
        held = await hold_auction(
            snapshot, own_hotkey=ALICE.address, solve=_nobody_wins
        )
        (skipped,) = [one for one in held.skipped if one.hotkey == failed.hotkey]
        assert skipped.disputed


async def _nobody_wins(
    problem: SelectionProblem, early: TakeSelection | None = None
) -> Selection:
    return Selection(
        winners=(), solver=SolverName.CBC, certainty=Certainty.CONFIRMED, seconds=0
    )


async def test_an_upgrade_under_a_running_connection() -> None:
    """Reads of before and after go on, and what is published is composed anew."""

    async def sign(data: bytes) -> bytes:
        return ALICE.sign(data)

    async with (
        SubtensorSimulator(block_time=None) as simulator,
        serving(*simulator.urls) as service,
    ):
        before = await service.head()
        window = Window(index=1, start=before.number, end=before.number + 59)
        old = await service.snapshot(window, before.hash)
        for _ in range(3):
            simulator.control.upgrade()
            await simulator.produce()
            head = await service.head()
            new = await service.snapshot(window, head.hash)
            assert new.commitments == old.commitments
            assert await service.tempo(head.hash) == 360
            assert (await service.snapshot(window, before.hash)) == old
        publishing = asyncio.create_task(service.publish(b"x", ALICE.address, sign))
        await eventually(lambda: simulator.chain.counts.accepted)
        # What waits in the pool was signed for the version before.
        simulator.control.upgrade()
        await simulator.produce(4)
        with pytest.raises(ExtrinsicRefusedError, match="invalid"):
            await publishing
        block = await during(simulator, service.publish(PAYLOAD, ALICE.address, sign))
        stored = await service.commitment(ALICE.address, block.hash)
        assert stored is not None
        assert stored.raw == PAYLOAD
        assert simulator.node.traffic.connections == 1


async def test_a_single_endpoint_that_stands_still_is_seen() -> None:
    """It lags by the blocks that should have come, is kept, and recovers with the next."""
    async with (
        SubtensorSimulator(block_time=None) as simulator,
        serving(*simulator.urls, pace=Unhurried(0.05)) as service,
    ):
        await service.head()
        await eventually(lambda: (service.states[0].lag or 0) > 5)
        assert service.in_use == [True]

        async def lag_after_a_block() -> int | None:
            await simulator.produce()
            return service.states[0].lag

        async with asyncio.timeout(60):
            while (await lag_after_a_block()) != 0:
                await asyncio.sleep(0.01)
        assert simulator.node.traffic.connections == 1


@pytest.mark.parametrize(
    ("ahead", "lag"), [(0.0, 0), (600.0, 49), (-600.0, 0), (30 * 365 * 86_400.0, 0)]
)
async def test_a_single_endpoint_behind_the_clock(
    monkeypatch: pytest.MonkeyPatch, ahead: float, lag: int
) -> None:
    """By the time of its head; a clock that is wrong by years says nothing."""
    real = time.time
    async with SubtensorSimulator(block_time=None) as simulator:
        monkeypatch.setattr(time, "time", lambda: real() + ahead)
        async with serving(*simulator.urls, pace=Unhurried(12)) as service:
            await service.head()
            methods = simulator.node.traffic.methods
            await eventually(lambda: methods["state_getStorage"])
            await eventually(lambda: (service.states[0].lag or 0) >= lag)
            assert service.in_use == [True]
            if not lag:
                assert service.states[0].lag == 0


async def test_of_two_endpoints_the_clock_is_no_judge(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They agree, so it is the clock that is wrong."""
    real = time.time
    async with SubtensorSimulator(block_time=None, nodes=2) as simulator:
        monkeypatch.setattr(time, "time", lambda: real() + 600)
        async with serving(*simulator.urls, pace=Unhurried(12)) as service:
            await service.head()
            await eventually(
                lambda: all(one.height is not None for one in service.states)
            )
            assert [one.lag for one in service.states] == [0, 0]
