"""A machine that goes on whether or not Home Assistant does."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Final

from custom_components.mining_farm.common.members import (
    Lever,
    Member,
    MinerFacts,
    Receipt,
    ReceiptOutcome,
    RigFacts,
)
from custom_components.mining_farm.engines.farm import LeverKind

from .driven import DrivenLoop
from .target import Target

NOTHING_DONE: Final = (ReceiptOutcome.NOT_SENT, ReceiptOutcome.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An order that left Home Assistant."""

    at: float
    lever: LeverKind
    down: bool
    process: int
    awakenings: int
    """How often it had begun to hash by itself."""
    known_up: bool
    """Whether Home Assistant knew that the lever did not keep it down."""
    holdings: int
    """How often it had been held, from free on."""


@dataclass(kw_only=True)
class Machine:
    """A miner with or without a rig, and what becomes of orders to it."""

    loop: DrivenLoop
    random: Random
    later: Callable[..., None]
    """Lets something happen, whatever becomes of Home Assistant."""
    name: str
    host: str
    sleeps: bool
    outlet: bool
    asleep: bool = False
    powered: bool = True
    mains: bool = True
    started_at: float = -90000.0
    forgets: bool = False
    """After a loss of power it hashes, whatever it did before."""
    fresh: bool = True
    lost: bool = False
    """Its levers cannot be reached."""
    refuses: bool = False
    lies: bool = False
    """It confirms and does nothing."""
    seen: MinerFacts | None = None
    seen_on: bool | None = None
    last_stop: dict[LeverKind, Given] = field(default_factory=dict)
    """By lever, the last order that arrived since it was started."""
    last_start: dict[LeverKind, Given] = field(default_factory=dict)
    last_down: dict[LeverKind, Given] = field(default_factory=dict)
    """By lever, the last order to stop it that was sent."""
    tried: set[LeverKind] = field(default_factory=set)
    """Levers that were ordered to stop it since it was started, and may have done so."""
    ours: bool = False
    """The last order that it obeyed was one of ours to stop."""
    under_way: set[LeverKind] = field(default_factory=set)
    awakenings: int = 0
    holdings: int = 0
    held: bool = False
    unnoted: bool = False
    """It was stopped while the disk took nothing."""
    switching: bool = False
    wanted_down: bool = False
    """Its user has put it down by our switch, and has not started it."""
    target: Target | None = None
    """What it is set to draw; None of one that takes no target."""
    process: int = 0
    on_order: Callable[[Machine, Given], None] = lambda machine, given: None

    @property
    def awake(self) -> bool:
        """Whether it hashes."""
        return self.powered and self.mains and not self.asleep

    @property
    def up(self) -> bool:
        """Whether it has power."""
        return self.powered and self.mains

    @property
    def reachable(self) -> bool:
        """Whether orders arrive at its outlet."""
        return self.mains and not self.lost

    @property
    def rig(self) -> str:
        """Entry id of its rig."""
        return f"{self.name}-rig"

    def read(self) -> None:
        """Let its entries learn what it does."""
        self.seen_on = None if self.lost and self.outlet else self.powered
        known = self.fresh and self.up
        if self.target is not None:
            self.target.seen = self.target.watts if known else None
        self.seen = MinerFacts(
            fresh=known,
            seen=True,
            hashing=self.awake if known else None,
            sleeping=self.asleep and known,
            starting=False,
            pool_lost=False,
            last_seen=self.wall if known else None,
            hashrate=(1e14 if self.awake else 0.0) if known else None,
            uptime=self.loop.time() - self.started_at if known else None,
            host=self.host,
            algorithm="sha256",
            hottest_chip=60.0 if known else None,
        )

    @property
    def wall(self) -> datetime:
        """The time on the wall."""
        return self.loop.wall

    def members(self) -> list[Member]:
        """Return its entries as others see them."""
        levers = [self._lever(LeverKind.SLEEP)] if self.sleeps else []
        found = [
            Member(entry_id=self.name, name=self.name, facts=self._facts, levers=levers)
        ]
        if self.outlet:
            found.append(
                Member(
                    entry_id=self.rig,
                    name=self.rig,
                    facts=self._rig_facts,
                    levers=[self._lever(LeverKind.OUTLET)],
                )
            )
        return found

    def _facts(self) -> MinerFacts:
        if self.seen is None:
            self.read()
        assert self.seen is not None
        return self.seen

    def _rig_facts(self) -> RigFacts:
        on = self.seen_on
        return RigFacts(
            seen=on is not None,
            hashrate=None,
            power=None if on is None else 3000.0 * (on and self.mains),
            miner=self.name,
            outlet_on=on,
        )

    def mend(self, what: str) -> None:
        """Let it answer again, or be reached, or do as it says."""
        match what:
            case "back":
                self.fresh = True
            case "find":
                self.lost = self.refuses = False
            case "honest":
                self.lies = False

    def wake(self) -> None:
        """Somebody wakes it at the machine; its uptime runs on."""
        if self.asleep:
            self.asleep = False
            self.awakenings += 1

    def doze(self) -> None:
        """Somebody puts it to sleep at the machine."""
        if self.sleeps and self.awake:
            self.asleep, self.ours = True, False

    def reboot(self) -> None:
        """Start it again; it may have forgotten that it was paused, and lowered."""
        self.started_at = self.loop.time()
        if self.target is not None:
            self.target.restart(forgets=self.forgets)
        if self.forgets:
            self.wake()

    def lose_mains(self, seconds: float) -> None:
        """Leave it without power for a while."""
        self.mains = False
        self.later(seconds, self._mains_back)

    def _mains_back(self) -> None:
        self.mains = True
        if not self.powered:
            return
        self.reboot()
        if not self.asleep:
            # It lost its power before it slept: that order is lost, too.
            self.awakenings += 1

    def _lever(self, kind: LeverKind) -> Lever:
        process = self.process

        async def stop() -> Receipt:
            return await self._order(kind, process, down=True)

        async def start() -> Receipt:
            return await self._order(kind, process, down=False)

        def stopped() -> bool | None:
            return self._known(kind)

        lowers = kind is LeverKind.SLEEP and self.target is not None
        return Lever(
            kind=kind,
            stop=stop,
            start=start,
            stopped=stopped,
            limit=self.target.limit(process) if lowers and self.target else None,
        )

    def _known(self, kind: LeverKind) -> bool | None:
        """Return whether a lever is known to keep it down."""
        if kind is LeverKind.OUTLET:
            return None if self.seen_on is None else not self.seen_on
        facts = self._facts()
        return facts.sleeping if facts.fresh else None

    async def _order(self, kind: LeverKind, process: int, *, down: bool) -> Receipt:
        if process != self.process:
            raise asyncio.CancelledError
        given = Given(
            at=self.loop.time(),
            lever=kind,
            down=down,
            process=process,
            awakenings=self.awakenings,
            holdings=self.holdings,
            known_up=self._known(kind) is False,
        )
        done = kind is LeverKind.OUTLET and self.powered is not down and self.reachable
        if done:
            # As a rig's lever: what is so already is not switched again.
            self.read()
            return self.receipt(ReceiptOutcome.CONFIRMED)
        self.on_order(self, given)
        is_first = down and kind not in self.tried
        if down:
            self.tried.add(kind)
            self.last_down[kind] = given
        self.under_way.add(kind)
        try:
            receipt = await self._async_answer(kind, given, down=down)
        finally:
            self.under_way.discard(kind)
        if is_first and receipt.outcome in NOTHING_DONE:
            self.tried.discard(kind)
        return receipt

    async def _async_answer(
        self, kind: LeverKind, given: Given, *, down: bool
    ) -> Receipt:
        await asyncio.sleep(self.random.uniform(0.02, 1))
        reached = self.reachable
        if kind is LeverKind.SLEEP:
            reached = reached and self.fresh and self.powered
        if not reached:
            if self.last_down.get(kind) is given:
                del self.last_down[kind]
            return self.receipt(ReceiptOutcome.NOT_SENT)
        if down and self.refuses:
            return self.receipt(ReceiptOutcome.REFUSED)
        if down:
            self.last_stop[kind] = given
            self.last_start.pop(kind, None)
        else:
            self.last_stop.pop(kind, None)
        takes = self.random.uniform(0, 4)
        if down and self.lies:
            await asyncio.sleep(takes)
            if self.random.random() < 0.5:
                return self.receipt(ReceiptOutcome.CONFIRMED)
            return self.receipt(ReceiptOutcome.SENT, "unconfirmed")
        # It arrives, whatever becomes of who has sent it.
        self.later(takes, self._obey, given)
        await asyncio.sleep(takes + 0.1)
        self.read()
        return self.receipt(ReceiptOutcome.CONFIRMED)

    def _obey(self, given: Given) -> None:
        down = given.down
        if given.lever is LeverKind.SLEEP:
            if self.powered and self.mains:
                if not down and self._is_older(given):
                    # A start that the stop has overtaken: it wakes, and is to stop again.
                    self.awakenings += self.asleep
                self.asleep = down
                self._note(given)
            return
        self._note(given)
        if self.powered == down:
            self.powered = not down
            if self.powered and self.mains:
                self.reboot()

    def _note(self, given: Given) -> None:
        """Remember an order that came to something."""
        self.ours = given.down and given.known_up
        if given.down or self._is_older(given):
            return
        self.last_start[given.lever] = given
        self.tried.discard(given.lever)

    def _is_older(self, start: Given) -> bool:
        """Return whether a start was ordered before the last stop, and came later."""
        stop = self.last_down.get(start.lever)
        return stop is not None and stop.at >= start.at

    def receipt(self, outcome: ReceiptOutcome, reason: str | None = None) -> Receipt:
        """Return the answer to an order."""
        if outcome in NOTHING_DONE:
            reason = str(outcome)
        return Receipt(outcome=outcome, at=self.wall, reason=reason)
