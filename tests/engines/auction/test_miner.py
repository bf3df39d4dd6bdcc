"""One wallet's auctions: offer, watch and route together."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
import threading

import pytest

from custom_components.mining_farm.engines.auction import regular_file
from custom_components.mining_farm.engines.auction.documents import describe_event
from custom_components.mining_farm.engines.auction.errors import (
    ChainUnavailableError,
    WorkersFileError,
)
from custom_components.mining_farm.engines.auction.miner import (
    AuctionMiner,
    MinerEvent,
    WorkersProblem,
)
from custom_components.mining_farm.engines.auction.models import (
    FP,
    Certainty,
    Selection,
    SelectionProblem,
    SolverName,
    Winner,
)
from custom_components.mining_farm.engines.auction.offer.offer import Offer
from custom_components.mining_farm.engines.auction.offer.worker_split import worker_set
from custom_components.mining_farm.engines.auction.proxy import routing
from custom_components.mining_farm.engines.auction.proxy.following import (
    Routed,
    RoutingProblem,
)
from custom_components.mining_farm.engines.auction.proxy.routing import IhpRoute
from custom_components.mining_farm.engines.auction.publish.arming import Arming
from custom_components.mining_farm.engines.auction.publish.hotkey import HotkeySigner
from custom_components.mining_farm.engines.auction.publish.journal import FileJournal
from custom_components.mining_farm.engines.auction.publish.report import (
    Outcome,
    UpkeepReport,
)
from custom_components.mining_farm.engines.auction.window.auction import (
    Solver,
    TakeSelection,
)
from custom_components.mining_farm.engines.auction.window.events import WindowUpdate

from .fake_chain import HOTKEY, FakeChain
from .snapshots import snapshot, stored
from .test_watch import START, Time

POOLS = '[pools]\n[[pools.main]]\nname = "central-proxy"\nweight = 1\n'


async def _solve(
    problem: SelectionProblem, early: TakeSelection | None = None
) -> Selection:
    raise AssertionError("there is nothing to solve")


class Farm:
    """A miner on a fake chain, and its events."""

    def __init__(self, folder: Path) -> None:
        """Begin a block before a window."""
        self.chain = FakeChain(number=START + 59, final=START + 56)
        self.time = Time()
        self.events: list[MinerEvent] = []
        self.offer: Offer | WorkersFileError = Offer.of(worker_set("1", {"0.1": 2}))
        self.solve: Solver = _solve
        self.route_from = Certainty.CONFIRMED
        self.route = IhpRoute(pools=folder / "pools.toml", sentinel=folder / "reload")
        self.journal = FileJournal(folder / "journal.json")
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start a miner that knows what the journal knows."""
        miner = AuctionMiner(
            self.chain,
            self.journal,
            netuid=89,
            hotkey=HOTKEY,
            signer=HotkeySigner(Path("unread"), HOTKEY),
            read_offer=self._read,
            read_arming=lambda: Arming(price_ceiling_fp18=FP, worker_ceiling=5),
            route=self.route,
            solve=self.solve,
            route_from=self.route_from,
            listener=self.events.append,
            sleep=self.time.sleep,
        )
        self.tasks.append(asyncio.create_task(miner.run()))

    async def _read(self) -> Offer:
        if isinstance(self.offer, WorkersFileError):
            raise self.offer
        return self.offer

    async def until(self, kind: type[MinerEvent], count: int = 1) -> list[MinerEvent]:
        """Wait for so many events of a kind, and return all of them."""
        async with asyncio.timeout(60):
            while True:
                found = [one for one in self.events if isinstance(one, kind)]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.001)


@pytest.fixture
async def farm(tmp_path: Path) -> AsyncIterator[Farm]:
    """Give a farm whose proxy has a pool."""
    farm = Farm(tmp_path)
    farm.route.pools.write_text(POOLS, encoding="utf-8")
    yield farm
    for task in farm.tasks:
        task.cancel()
    await asyncio.gather(*farm.tasks, return_exceptions=True)


async def test_offer_watch_and_route(farm: Farm) -> None:
    """The commitment is published, the window held, the proxy in line."""
    farm.start()
    [report] = await farm.until(UpkeepReport)
    assert isinstance(report, UpkeepReport)
    assert report.outcome is Outcome.PUBLISHED
    # Provisional first, unless the window is final by the time it is held.
    await farm.until(WindowUpdate)
    [routed, *_] = await farm.until(Routed)
    assert isinstance(routed, Routed)
    assert routed.changed
    assert '"0TH/s"' in farm.route.pools.read_text(encoding="utf-8")
    kinds = {describe_event(event)["event"] for event in farm.events}
    assert kinds == {"commitment", "window", "routing"}


async def test_a_restart_publishes_nothing_twice(farm: Farm) -> None:
    """What was in force is in force."""
    farm.start()
    await farm.until(UpkeepReport)
    farm.tasks[0].cancel()
    farm.start()
    reports = await farm.until(UpkeepReport, 2)
    assert [one.outcome for one in reports if isinstance(one, UpkeepReport)] == [
        Outcome.PUBLISHED,
        Outcome.NOTHING,
    ]
    assert len(farm.chain.extrinsics) == 1


async def test_a_broken_file_publishes_nothing(farm: Farm) -> None:
    """Problem and line are reported; the watch goes on; a repair counts at the next check."""
    good = farm.offer
    farm.offer = WorkersFileError("hashrates is empty", line=12)
    farm.start()
    await farm.until(UpkeepReport)
    [problem] = await farm.until(WorkersProblem)
    assert describe_event(problem) == {
        "event": "workers",
        "line": 12,
        "reason": "hashrates is empty",
    }
    await farm.until(WindowUpdate)
    assert not farm.chain.extrinsics
    farm.offer = good
    await farm.time.pass_by(300)
    await farm.until(UpkeepReport, 2)
    assert len(farm.chain.extrinsics) == 1


async def test_an_unknown_chain_is_asked_again_soon(farm: Farm) -> None:
    """Not after five minutes."""

    def fail(name: str) -> None:
        raise ChainUnavailableError("no endpoint answers")

    farm.chain.fail = fail
    farm.start()
    await farm.until(UpkeepReport)
    farm.chain.fail = lambda name: None
    await farm.time.pass_by(30)
    reports = await farm.until(UpkeepReport, 2)
    assert [one.outcome for one in reports if isinstance(one, UpkeepReport)] == [
        Outcome.UNKNOWN,
        Outcome.PUBLISHED,
    ]


async def test_a_proxy_s_file_that_comes_later(farm: Farm) -> None:
    """Reported, and brought in line a minute later without another window."""
    farm.route.pools.unlink()
    farm.start()
    [problem, *_] = await farm.until(RoutingProblem)
    assert "cannot be read" in describe_event(problem)["reason"]
    farm.route.pools.write_text(POOLS, encoding="utf-8")
    await farm.time.pass_by(60)
    await farm.until(Routed)
    assert '"0TH/s"' in farm.route.pools.read_text(encoding="utf-8")


async def test_a_proxy_on_a_dead_mount_holds_up_nothing(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reported within seconds; in line with the result once the mount is back."""
    answers, reads = threading.Event(), list[Path]()

    def read(path: Path) -> bytes:
        reads.append(path)
        answers.wait()
        return path.read_bytes()

    monkeypatch.setattr(routing, "read_regular", read)
    monkeypatch.setattr(regular_file, "DISK_WITHIN", 0.01)
    farm.start()
    try:
        await farm.until(RoutingProblem)
        await farm.time.pass_by(60)
        problem = (await farm.until(RoutingProblem, 2))[-1]
        assert "did not answer within" in describe_event(problem)["reason"]
        assert len(reads) == 1
    finally:
        monkeypatch.setattr(regular_file, "DISK_WITHIN", 60)
        answers.set()
    await farm.time.pass_by(60)
    await farm.until(Routed)
    assert '"0TH/s"' in farm.route.pools.read_text(encoding="utf-8")


async def test_a_window_that_is_final_late_routes_nothing(farm: Farm) -> None:
    """The proxy stays in line with the present window, not with the one before."""

    def windows() -> list[int]:
        return [one.result.window.start for one in farm.events if type(one) is Routed]

    def updates() -> set[tuple[int, bool]]:
        return {
            (one.result.window.start, one.final)
            for one in farm.events
            if type(one) is WindowUpdate
        }

    farm.start()
    await farm.until(Routed)
    # Publishing has taken the chain past the first block of the next one.
    first, second = START + 120, START + 180
    # Nothing becomes final for longer than a window lasts.
    for start in (first, second):
        while farm.chain.number < start:
            farm.chain.mine(finality=1000)
        while start not in windows():
            await asyncio.sleep(0.001)
    farm.chain.mine()
    while (first, True) not in updates():
        await asyncio.sleep(0.001)
    # A result that is to be routed is routed in its own thread.
    await asyncio.sleep(0.1)
    assert windows()[-1] == second


@pytest.mark.parametrize(
    ("certainty", "route_from", "is_early"),
    [
        (Certainty.PROVISIONAL, Certainty.CONFIRMED, False),
        (Certainty.PROVEN, Certainty.CONFIRMED, False),
        (Certainty.PROVISIONAL, Certainty.PROVEN, False),
        (Certainty.PROVEN, Certainty.PROVEN, True),
        (Certainty.PROVEN, Certainty.PROVISIONAL, True),
        (Certainty.PROVISIONAL, Certainty.PROVISIONAL, True),
    ],
)
async def test_a_proxy_learns_of_what_is_sure_enough(
    farm: Farm, certainty: Certainty, route_from: Certainty, *, is_early: bool
) -> None:
    """The network's word is waited for, unless less is enough; a correction follows."""
    decided = asyncio.Event()

    async def solve(
        problem: SelectionProblem, early: TakeSelection | None = None
    ) -> Selection:
        found = Selection(
            winners=(Winner(hotkey=HOTKEY, size="0.2", price_fp18=FP),),
            solver=SolverName.EXACT,
            certainty=certainty,
            seconds=0.0,
        )
        if early is not None:
            early(found)
        await decided.wait()
        return replace(
            found,
            winners=(),
            solver=SolverName.CBC,
            certainty=Certainty.CONFIRMED,
        )

    farm.chain.market = snapshot([stored(HOTKEY, b"2;b;BTC,1=0.2:1")])
    farm.solve, farm.route_from = solve, route_from
    farm.start()
    await farm.until(WindowUpdate)
    if is_early:
        [routed] = await farm.until(Routed)
        assert isinstance(routed, Routed)
        assert routed.result.certainty is certainty
        assert '"200TH/s"' in farm.route.pools.read_text(encoding="utf-8")
    decided.set()
    routed = (await farm.until(Routed, 2 if is_early else 1))[-1]
    assert isinstance(routed, Routed)
    assert routed.result.certainty is Certainty.CONFIRMED
    assert '"0TH/s"' in farm.route.pools.read_text(encoding="utf-8")
