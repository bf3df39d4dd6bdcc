"""One wallet's auctions: what is offered, what was won, and where it is routed."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from .errors import RoutingError, WorkersFileError
from .models import AuctionResult, Certainty, SelectionProblem, WorkerSet
from .offer.offer import Offer
from .proxy.following import Apply, Follower, Routed, RoutingProblem
from .proxy.routing import Route, apply_routing
from .publish.arming import ReadArming, rehearse
from .publish.hotkey import HotkeySigner
from .publish.memory import UpkeepJournal
from .publish.report import Outcome, UpkeepReport
from .publish.upkeep import INTERVAL, CommitmentUpkeep, UpkeepChain
from .regular_file import DISK_SILENT, Disk
from .turns import Turns
from .window.any_window import auction_at
from .window.auction import Solver, hold_auction, prepare_auction
from .window.events import WatchChain, WatchEvent, WindowUpdate
from .window.watch import AuctionWatch

LOOK_AGAIN = 30.0
"""Seconds before a commitment that could not be read is checked again."""


class MinerChain(UpkeepChain, WatchChain, Protocol):
    """All that is asked of a chain."""


@dataclass(frozen=True, slots=True)
class WorkersProblem:
    """What is offered cannot be read: nothing is published."""

    error: WorkersFileError


type MinerEvent = UpkeepReport | WatchEvent | WorkersProblem | Routed | RoutingProblem


class AuctionMiner:
    """Offers, watches and routes for as long as it runs."""

    def __init__(
        self,
        chain: MinerChain,
        journal: UpkeepJournal,
        *,
        netuid: int,
        hotkey: str,
        signer: HotkeySigner | None,
        read_offer: Callable[[], Awaitable[Offer | None]],
        read_arming: ReadArming,
        route: Route | None,
        hook: Apply | None = None,
        solve: Solver,
        stand_by: Callable[[SelectionProblem], Awaitable[None]] | None = None,
        route_from: Certainty = Certainty.CONFIRMED,
        listener: Callable[[MinerEvent], None],
        sleep: Callable[[float], Coroutine[Any, Any, object]] = asyncio.sleep,
    ) -> None:
        """Rehearse without arming; watch only without a signer.

        Both are asked at every check: `read_offer` returns None where nothing is to be
        bid, and raises WorkersFileError.

        `stand_by` solves a window that has not begun, until it is cancelled. A proxy
        learns of a result that is as sure as `route_from`, and of the solver's last word;
        so does the `hook`.
        """
        self._chain = chain
        self._netuid = netuid
        self._hold = partial(hold_auction, own_hotkey=hotkey, solve=solve)
        self._read_offer = read_offer
        self._read_arming = read_arming
        self._route_from = route_from
        self._disk = Disk()
        self._listener = listener
        self._sleep = sleep
        self._sets: tuple[WorkerSet, ...] = ()
        """Of the last offer that could be read: which pool gets what they win."""
        applying: list[Apply] = []
        if route is not None:
            applying.append(partial(self._apply, route))
        if hook is not None:
            applying.append(hook)
        self._followers = [Follower(apply, listener, sleep) for apply in applying]
        self._on_demand: Turns[AuctionResult] = Turns()
        self._upkeep = CommitmentUpkeep(
            chain, journal, netuid=netuid, hotkey=hotkey, signer=signer
        )
        self._watch = AuctionWatch(
            chain,
            self._hold,
            netuid=netuid,
            prepare=None
            if stand_by is None
            else partial(prepare_auction, own_hotkey=hotkey, stand_by=stand_by),
            sleep=sleep,
        )
        self._watch.subscribe(self._take)

    @property
    def routes(self) -> bool:
        """Whether a proxy or a hook learns of the results."""
        return bool(self._followers)

    async def run(self) -> None:
        """Do all of it until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_up())
            group.create_task(self._watch.run())
            for follower in self._followers:
                group.create_task(follower.run())

    async def _keep_up(self) -> None:
        while True:
            report = await self._look()
            self._listener(report)
            is_unknown = report.outcome is Outcome.UNKNOWN
            await self._sleep(LOOK_AGAIN if is_unknown else INTERVAL)

    async def _look(self) -> UpkeepReport:
        try:
            offer = await self._read_sets()
        except WorkersFileError as err:
            self._listener(WorkersProblem(err))
            return await self._upkeep.run(None, rehearse)
        return await self._upkeep.run(offer, self._read_arming)

    async def _read_sets(self) -> Offer | None:
        offer = await self._read_offer()
        self._sets = () if offer is None else offer.sets
        return offer

    async def publish_now(self, *, force: bool) -> UpkeepReport:
        """Check at once; forced, publish also what the chain holds; WorkersFileError."""
        offer = await self._read_sets()
        if force and offer is not None:
            report = await self._upkeep.publish_now(offer, self._read_arming)
        else:
            report = await self._upkeep.run(offer, self._read_arming)
        self._listener(report)
        return report

    async def auction_at(self, block: int | None = None) -> AuctionResult:
        """Return the outcome of the window of a block, or of the head.

        One at a time: an auction on demand keeps none that is due waiting for long.
        """
        return await self._on_demand.take(
            block,
            lambda: auction_at(
                self._chain, self._hold, netuid=self._netuid, block=block
            ),
        )

    def _take(self, event: WatchEvent) -> None:
        self._listener(event)
        if isinstance(event, WindowUpdate) and self.is_sure_enough(event):
            for follower in self._followers:
                follower.take(event.result)

    def is_sure_enough(self, update: WindowUpdate) -> bool:
        """Return whether to act upon a result, or it is the last word there will be."""
        if not update.early or self._route_from is Certainty.PROVISIONAL:
            return True
        is_proven = update.result.certainty is Certainty.PROVEN
        return is_proven and self._route_from is Certainty.PROVEN

    async def _apply(self, route: Route, result: AuctionResult) -> bool:
        # Of an offer that cannot be read now, the last one that could holds on.
        with suppress(WorkersFileError):
            await self._read_sets()
        try:
            return await self._disk.run(
                partial(apply_routing, route, result.own, self._sets)
            )
        except TimeoutError:
            raise RoutingError(DISK_SILENT) from None
