"""The watch: each window once, as soon as it can be; corrected, never doubled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.mining_farm.engines.auction.errors import (
    ChainError,
    ChainUnavailableError,
    SolverError,
)
from custom_components.mining_farm.engines.auction.models import (
    AuctionResult,
    Certainty,
    OwnBid,
    Snapshot,
)
from custom_components.mining_farm.engines.auction.window.any_window import auction_at
from custom_components.mining_farm.engines.auction.window.auction import TakeResult
from custom_components.mining_farm.engines.auction.window.events import (
    WatchEvent,
    WatchProblem,
    WindowUpdate,
)
from custom_components.mining_farm.engines.auction.window.watch import AuctionWatch

from .fake_chain import FakeChain

START = 270 + 361 * 20_000
"""Of an epoch, which is the second window; the first began 60 blocks before."""


class Time:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.now = 0.0
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def clock(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Sleep until the time has passed."""
        future = asyncio.get_running_loop().create_future()
        self.sleepers.append((self.now + seconds, future))
        await future

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, waking everybody in order."""
        end = self.now + seconds
        await settle()
        while due := [one for one in self.sleepers if one[0] <= end]:
            at, future = min(due, key=lambda one: one[0])
            self.sleepers.remove((at, future))
            self.now = max(self.now, at)
            if not future.done():
                future.set_result(None)
            await settle()
        self.now = end


async def settle() -> None:
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


class World:
    """A chain, a watch and its events."""

    def __init__(
        self,
        number: int,
        prepare: Callable[[Snapshot], Awaitable[None]] | None = None,
    ) -> None:
        """Start at a block."""
        self.early_own: tuple[OwnBid, ...] | None = None
        self.chain = FakeChain(number=number, final=number - 3)
        self.time = Time()
        self.events: list[WatchEvent] = []
        self.error: Exception | None = None
        self.held: list[Snapshot] = []
        self.watch = AuctionWatch(
            self.chain,
            self.hold,
            netuid=89,
            prepare=prepare,
            clock=self.time.clock,
            sleep=self.time.sleep,
        )
        self.watch.subscribe(self.events.append)

    async def hold(
        self, snapshot: Snapshot, early: TakeResult | None = None
    ) -> AuctionResult:
        """Hold an auction without bidders."""
        self.held.append(snapshot)
        if self.error is not None:
            raise self.error
        result = AuctionResult(
            netuid=snapshot.netuid,
            window=snapshot.window,
            block_hash=snapshot.block_hash,
            started_at=snapshot.started_at,
            ends_at=snapshot.started_at + timedelta(minutes=12),
            prices=None,
            budget_ph=0.0,
            commitments=0,
            bidders=0,
            banned=(),
            skipped=(),
            winners=(),
            own=(),
            solver=None,
            certainty=Certainty.CONFIRMED,
            own_least=None,
            own_most=None,
            solved_in=0.0,
        )
        if early is not None and self.early_own is not None:
            early(replace(result, own=self.early_own))
        return result

    async def mine(self, blocks: int = 1, *, finality: int = 3) -> None:
        """Mine blocks that subscribers hear of at once."""
        for _ in range(blocks):
            self.chain.mine(finality=finality)
            await settle()

    def reports(self) -> list[tuple[int, bool, bool] | str]:
        """Return the events since the last time: start, final, correction."""
        reports: list[tuple[int, bool, bool] | str] = []
        for event in self.events:
            match event:
                case WindowUpdate(result=result, final=final, correction=correction):
                    reports.append((result.window.start, final, correction))
                case WatchProblem(error=error):
                    reports.append(str(error))
        self.events.clear()
        return reports


@pytest.fixture
async def run() -> AsyncIterator[Callable[[World], None]]:
    """Give what runs a watch until the test ends."""
    tasks: list[asyncio.Task[None]] = []
    yield lambda world: tasks.append(asyncio.create_task(world.watch.run()))
    for task in tasks:
        assert not task.done(), task
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_each_window_at_its_first_block(run: Callable[[World], None]) -> None:
    """No time passes between the block and the result; final three blocks later."""
    world = World(START + 58)
    run(world)
    await settle()
    assert world.reports() == [(START, True, False)]
    await world.mine()
    assert world.reports() == []
    await world.mine()
    assert world.reports() == [(START + 60, False, False)]
    assert world.held[-1].block_hash == world.chain.hash_of(START + 60)
    await world.mine(2)
    assert world.reports() == []
    await world.mine()
    assert world.reports() == [(START + 60, True, False)]
    await world.mine(361)
    starts = [START + more for more in (120, 180, 240, 301, 361, 421)]
    assert world.reports() == [
        (start, final, False) for start in starts for final in (False, True)
    ]
    assert len(world.held) == 2 + 6
    assert world.time.now == 0


async def test_few_reads_while_nothing_happens(run: Callable[[World], None]) -> None:
    """A head in the midst of a final window costs a look at the tempo."""
    world = World(START + 10)
    run(world)
    await settle()
    world.chain.calls.clear()
    await world.mine(40)
    assert world.chain.calls == ["tempo"] * 40


@pytest.mark.parametrize("depth", [1, 2, 3])
async def test_a_reorganisation_is_a_correction(
    run: Callable[[World], None], depth: int
) -> None:
    """Another first block is another auction, reported once, in the other's place."""
    world = World(START + 59)
    run(world)
    await settle()
    await world.mine(depth)
    before = world.held[-1].block_hash
    world.reports()
    world.chain.reorganise(depth)
    await world.mine()
    [reports] = world.reports()
    assert reports == (START + 60, depth == 3, True)
    assert world.held[-1].block_hash == world.chain.hash_of(START + 60) != before
    await world.mine(5)
    assert world.reports() == ([] if depth == 3 else [(START + 60, True, False)])


async def test_a_reorganisation_behind_the_first_block_changes_nothing(
    run: Callable[[World], None],
) -> None:
    """The window's own first block decides, not its successors."""
    world = World(START + 59)
    run(world)
    await settle()
    await world.mine(2)
    world.chain.reorganise(1)
    await world.mine(2)
    assert world.reports() == [
        (START, True, False),
        (START + 60, False, False),
        (START + 60, True, False),
    ]


async def test_missed_windows_are_left(run: Callable[[World], None]) -> None:
    """After an outage only the present window counts."""
    world = World(START + 10)
    run(world)
    await settle()
    world.reports()
    world.chain.mine(130, notify=False)
    await world.mine()
    assert world.reports() == [(START + 120, True, False)]


async def test_a_head_that_goes_back_doubles_nothing(
    run: Callable[[World], None],
) -> None:
    """An endpoint behind the one before reports a window that is over."""
    world = World(START + 59)
    run(world)
    await settle()
    await world.mine()
    world.reports()
    for callback in world.chain.head_callbacks:
        callback(world.chain.ref(START + 58))
    await settle()
    await world.mine(4)
    assert world.reports() == [(START + 60, True, False)]


async def test_finality_that_comes_late(run: Callable[[World], None]) -> None:
    """Windows stay provisional for as long as nothing is final, and final then."""
    world = World(START + 59)
    run(world)
    await settle()
    world.reports()
    await world.mine(61, finality=1000)
    assert world.reports() == [(START + 60, False, False), (START + 120, False, False)]
    await world.mine()
    assert world.reports() == [(START + 60, True, False)]
    await world.mine(2)
    assert world.reports() == [(START + 120, True, False)]


async def test_a_silent_subscription_is_polled(run: Callable[[World], None]) -> None:
    """The original's way: each second from 45 s before the change."""
    world = World(START + 50)
    run(world)
    await settle()
    world.reports()
    world.chain.calls.clear()
    await world.time.pass_by(35)
    assert world.chain.calls == []
    for _ in range(10):
        world.chain.mine(notify=False)
        await world.time.pass_by(12)
    assert world.reports() == [(START + 60, False, False)]
    polled = world.chain.calls.count("head")
    assert 30 <= polled <= 60
    for _ in range(40):
        world.chain.mine(notify=False)
        await world.time.pass_by(12)
    assert world.reports() == [(START + 60, True, False)]
    assert world.chain.calls.count("head") - polled < 25


async def test_polling_finds_a_window_within_a_second(
    run: Callable[[World], None],
) -> None:
    """As the original, whose checks come each minute, at its best."""
    world = World(START + 58)
    run(world)
    await settle()
    world.reports()
    await world.time.pass_by(40)
    world.chain.mine(2, notify=False)
    await world.time.pass_by(1)
    assert world.reports() == [(START + 60, False, False)]


async def test_a_subscription_that_speaks_again_ends_the_polling(
    run: Callable[[World], None],
) -> None:
    """From then on nothing is asked."""
    world = World(START + 50)
    run(world)
    await settle()
    await world.time.pass_by(100)
    await world.mine(10)
    assert world.reports()[-1] == (START + 60, False, False)
    await world.mine(5)
    world.chain.calls.clear()
    await world.time.pass_by(30)
    assert world.chain.calls == []


async def test_errors_are_reported_once_and_tried_again(
    run: Callable[[World], None],
) -> None:
    """A chain that is away for an hour is one message; then the window is held."""
    world = World(START + 59)

    def fail(name: str) -> None:
        raise ChainUnavailableError("no endpoint answers")

    world.chain.fail = fail
    run(world)
    await world.time.pass_by(3600)
    assert world.reports() == ["no endpoint answers"]
    assert len(world.chain.calls) < 500
    world.chain.fail = lambda name: None
    world.chain.mine(10, notify=False)
    await world.time.pass_by(13)
    assert world.reports() == [(START + 60, True, False)]


@pytest.mark.parametrize("step", ["snapshot", "tempo", "finalised", "block_hash"])
async def test_a_read_that_fails_once_costs_a_second(
    run: Callable[[World], None], step: str
) -> None:
    """Reported, and done a second later, whatever it was that failed."""
    world = World(START + 61)
    failures = [step]

    def fail(name: str) -> None:
        if name in failures:
            failures.remove(name)
            raise ChainUnavailableError(name)

    world.chain.fail = fail
    run(world)
    await world.time.pass_by(1)
    reports = world.reports()
    assert reports[0] == step
    assert reports[1:] == [(START + 60, False, False)]


async def test_a_solver_that_fails_is_asked_once_a_minute(
    run: Callable[[World], None],
) -> None:
    """It had all it needs: heads meanwhile do not set it off again."""
    world = World(START + 59)
    run(world)
    await settle()
    world.reports()
    world.error = SolverError("no winners within 120 s")
    for _ in range(11):
        await world.mine()
        await world.time.pass_by(12)
    assert world.reports() == ["no winners within 120 s"]
    assert len(world.held) == 1 + 3
    world.error = None
    for _ in range(5):
        await world.mine()
        await world.time.pass_by(12)
    assert world.reports() == [(START + 60, True, False)]


async def test_a_subscriber_that_fails_is_alone(
    run: Callable[[World], None], caplog: pytest.LogCaptureFixture
) -> None:
    """The others are notified, and the watch goes on."""
    world = World(START + 59)

    def fail(event: WatchEvent) -> None:
        raise RuntimeError("a subscriber's own error")

    world.watch.subscribe(fail)
    others: list[WatchEvent] = []
    end = world.watch.subscribe(others.append)
    run(world)
    await settle()
    await world.mine()
    assert len(others) == 2
    end()
    await world.mine(5)
    assert len(others) == 2
    assert "a subscriber's own error" in caplog.text


async def test_a_tempo_that_changes_within_a_window(
    run: Callable[[World], None],
) -> None:
    """The next window is held in its own first block, not where the old one ended.

    With tempo 360, window 7600403-7600462; from 7600420 on with tempo 300, one that ends
    with 7600459.
    """
    world = World(7_600_410)
    run(world)
    await settle()
    assert world.reports() == [(7_600_403, True, False)]
    await world.mine(9)
    world.chain.tempo_value = 300
    await world.mine(40)
    assert world.reports() == []
    await world.mine()
    assert world.chain.number == 7_600_460
    assert world.reports() == [(7_600_460, False, False)]
    assert world.held[-1].window.end == 7_600_519


async def test_a_silent_subscription_is_polled_across_a_change_of_tempo(
    run: Callable[[World], None],
) -> None:
    """A window that began earlier by the new tempo is no reason to ask each second."""
    world = World(7_600_410)
    run(world)
    await settle()
    world.chain.tempo_value = 300
    await world.time.pass_by(36)
    world.chain.mine(10, notify=False)
    await world.time.pass_by(120)
    world.chain.calls.clear()
    for _ in range(20):
        world.chain.mine(notify=False)
        await world.time.pass_by(12)
    assert world.chain.calls.count("head") < 20
    for _ in range(20):
        world.chain.mine(notify=False)
        await world.time.pass_by(12)
    assert world.reports()[-1] == (7_600_460, False, False)


async def test_a_tempo_that_changes(run: Callable[[World], None]) -> None:
    """It is read again at each head, and the windows start again with it."""
    world = World(START + 59)
    run(world)
    await settle()
    world.chain.tempo_value = 99
    await world.mine(40)
    starts = {reports[0] for reports in world.reports() if not isinstance(reports, str)}
    assert starts == {START, START + 39, START + 99}


async def test_the_window_of_any_block() -> None:
    """The head's by default; a block that is not there is an error."""
    world = World(START + 70)
    result = await auction_at(world.chain, world.hold, netuid=89)
    assert result.window.start == START + 60
    result = await auction_at(world.chain, world.hold, netuid=89, block=START + 59)
    assert (result.window.start, result.block_hash) == (
        START,
        world.chain.hash_of(START),
    )
    with pytest.raises(Exception, match="no block"):
        await auction_at(world.chain, world.hold, netuid=89, block=START + 71)


class _Preparing:
    """Notes what is to be prepared, and when that is over."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.begun: list[tuple[int, str]] = []
        self.ended = 0

    async def __call__(self, snapshot: Snapshot) -> None:
        """Wait to be cancelled."""
        self.begun.append((snapshot.window.start, snapshot.block_hash))
        try:
            await asyncio.Event().wait()
        finally:
            self.ended += 1


async def test_the_next_window_is_prepared_from_the_latest_state(
    run: Callable[[World], None],
) -> None:
    """Four blocks before the end and at the last; over when the window has its result."""
    preparing = _Preparing()
    world = World(START + 50, preparing)
    run(world)
    await world.mine(4)
    assert preparing.begun == []
    await world.mine()
    at = world.chain.hash_of
    assert preparing.begun == [(START + 60, at(START + 55))]
    await world.mine(4)
    assert preparing.begun[1:] == [(START + 60, at(START + 59))]
    # The solver that the first look has warmed stays warm.
    assert preparing.ended == 0
    await world.mine()
    assert preparing.ended == 2
    assert world.reports()[-1] == (START + 60, False, False)


async def test_a_window_is_prepared_although_heads_are_missed(
    run: Callable[[World], None],
) -> None:
    """Neither the fourth block before the end nor the last one is heard."""
    preparing = _Preparing()
    world = World(START + 50, preparing)
    run(world)
    world.chain.number += 5
    await world.mine()
    at = world.chain.hash_of
    assert preparing.begun == [(START + 60, at(START + 56))]
    await world.mine(2)
    assert len(preparing.begun) == 1
    world.chain.number += 1
    await world.mine()
    assert preparing.ended == 1
    assert world.reports()[-1] == (START + 60, False, False)


async def test_what_is_open_waits_for_what_is_prepared(
    run: Callable[[World], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that is slow to say what has become final delays no look ahead."""
    preparing = _Preparing()
    world = World(START + 50, preparing)
    world.chain.final = START - 1
    run(world)
    await world.mine(4, finality=100)
    assert world.reports() == [(START, False, False)]
    monkeypatch.setattr(world.chain, "finalised", asyncio.Event().wait)
    await world.mine(finality=100)
    assert len(preparing.begun) == 1


async def test_a_preparation_that_fails_costs_no_window(
    run: Callable[[World], None],
) -> None:
    """The window is held as if there had been none."""

    async def fail(snapshot: Snapshot) -> None:
        raise ChainError("gone")

    world = World(START + 55, fail)
    run(world)
    await world.mine(5)
    assert world.reports() == [(START, True, False), (START + 60, False, False)]


@pytest.mark.parametrize("agrees", [True, False])
async def test_an_early_result_comes_first(
    run: Callable[[World], None], agrees: bool
) -> None:
    """Then the network's word; it is a correction where the own result is another."""
    world = World(START + 59)
    own = (OwnBid(size="0.1", price_fp18=1, won=True),)
    world.early_own = () if agrees else own
    run(world)
    await world.mine()
    updates = [event for event in world.events if isinstance(event, WindowUpdate)]
    assert [
        (update.result.window.start, update.early, update.correction)
        for update in updates[-2:]
    ] == [(START + 60, True, False), (START + 60, False, not agrees)]
