"""A farm whose pool, plugs, clock and process do as a history tells them to."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
import json
from typing import Any, Literal

from custom_components.mining_farm.engines.farm import PowerUpGate
from custom_components.mining_farm.engines.restart import (
    Action,
    Decision,
    Evidence,
    Memory,
    MinerEvidence,
    MinerKind,
    OutletEvidence,
    OutletFailure,
    OutletKind,
    Policy,
    PoolEvidence,
    PoolHealth,
    PoolMember,
    PowerCycler,
    Reason,
    Verdict,
    begin_cut,
    decide,
    plug_answered,
    plug_failed,
    power_returned,
    reset,
)

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
QUIET_START = timedelta(minutes=3)
PATIENCE = 6
"""Sleeps after which a history ends the process that waits for a dead plug."""
NOT_WORKING = (MinerKind.IDLE, MinerKind.SILENT)

type Fault = Literal["none", "lost before", "lost after", "no effect"]
type Who = Literal["us", "user", "someone"]


class Crash(BaseException):
    """The process was killed."""


def run[T](steps: Coroutine[Any, Any, T]) -> T | None:
    """Run what never really waits to its end; None where the process was killed."""
    try:
        steps.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    except Crash:
        return None
    raise AssertionError("it waits for something that no history controls")


@dataclass(kw_only=True)
class Clock:
    """Time as it is, and as Home Assistant believes it to be."""

    true: datetime = START
    error: timedelta = timedelta()
    forward: timedelta = timedelta()
    """By how much the clock has ever jumped ahead."""

    @property
    def wall(self) -> datetime:
        """What the process reads."""
        return self.true + self.error

    def jump(self, by: timedelta) -> None:
        """Set the clock."""
        self.error += by
        self.forward += max(by, timedelta())


@dataclass(kw_only=True)
class Cut:
    """Power that went off through us."""

    at: datetime
    forward: timedelta
    by_user: bool


@dataclass(kw_only=True)
class Rig:
    """A rig, its plug, its disk, and what its witnesses would say if asked."""

    clock: Clock
    policy: Policy
    on: bool = True
    reachable: bool = True
    watts: float | None = None
    went_off_by: Who = "someone"
    disk: str = field(default_factory=lambda: json.dumps(Memory().as_dict()))
    armed: bool = False
    share_age: timedelta | None = None
    """How old the last share is for the pool; None when it gives no verdict."""
    known: bool = True
    """Whether the pool is asked at all."""
    miner: MinerEvidence | None = None
    report: PoolEvidence | None = None
    asked_at: datetime = START
    faults: list[Fault] = field(default_factory=list)
    crash_in: int = -1
    sleeps: int = 0
    cuts: list[Cut] = field(default_factory=list)
    outlet_was: OutletKind | None = None
    user_cycles: bool = False
    """Whether what is switched now was asked for by the user."""

    @property
    def memory(self) -> Memory:
        """What is on disk."""
        return Memory.from_dict(json.loads(self.disk))

    def _await(self) -> None:
        self.crash_in -= 1
        if self.crash_in == -1:
            raise Crash

    async def async_store(self, memory: Memory) -> None:
        """Write the memory; the process may die before or after."""
        self._await()
        self.disk = json.dumps(memory.as_dict())
        self._await()

    async def async_change(self, change: Callable[[Memory], Memory]) -> Memory:
        """Write the newest memory with a change."""
        await self.async_store(change(self.memory))
        return self.memory

    async def async_is_on(self) -> bool:
        """Tell the truth, if it can be reached."""
        self._await()
        if not self.reachable:
            raise OutletFailure("unreachable", sent=False)
        return self.on

    async def async_turn_on(self) -> None:
        """Switch on, or fail in one of the ways plugs do."""
        if self._switch():
            self.on = True
        self._answer()

    async def async_turn_off(self) -> None:
        """Switch off, or fail in one of the ways plugs do."""
        if self._switch() and self.on:
            self.on = False
            self.went_off_by = "us"
            self.cuts.append(
                Cut(
                    at=self.clock.true,
                    forward=self.clock.forward,
                    by_user=self.user_cycles,
                )
            )
        self._answer()

    def _switch(self) -> bool:
        """Return whether the command has an effect."""
        self._await()
        if not self.reachable:
            raise OutletFailure("unreachable", sent=False)
        return not self.faults or self.faults[0] in ("none", "lost after")

    def _answer(self) -> None:
        self._await()
        fault = self.faults.pop(0) if self.faults else "none"
        if fault != "none":
            raise OutletFailure(fault, sent=fault != "lost before")

    async def async_sleep(self, seconds: float) -> None:
        """Let time pass; who waits for too long is killed."""
        self._await()
        self.sleeps += 1
        if self.sleeps > PATIENCE:
            raise Crash
        self.clock.true += timedelta(seconds=seconds)

    def cycler(self) -> PowerCycler:
        """Return what carries out a cut."""
        return PowerCycler(
            self,
            self,
            self.policy,
            now=lambda: self.clock.wall,
            sleep=self.async_sleep,
            on_left_off=lambda: None,
        )

    def ask(self) -> None:
        """Ask the pool once per interval, or when the clock was set back."""
        now = self.clock.wall
        if self.report is not None and (
            timedelta() <= now - self.report.at < self.policy.status_check_frequency
        ):
            return
        self.asked_at = self.clock.true
        if self.share_age is None:
            self.report = PoolEvidence(verdict=Verdict.NONE, at=now)
            return
        offline = self.share_age >= self.policy.time_until_offline
        self.report = PoolEvidence(
            verdict=Verdict.OFFLINE if offline else Verdict.ONLINE,
            at=now,
            last_share=now - self.share_age,
        )

    @property
    def outlet(self) -> OutletEvidence:
        """What the plug says."""
        if not self.reachable:
            return OutletEvidence(kind=OutletKind.UNREACHABLE)
        kind = OutletKind.ON if self.on else OutletKind.OFF
        return OutletEvidence(kind=kind, watts=self.watts)

    def as_pool_member(self) -> PoolMember:
        """Return the rig as the others of its pool see it."""
        pool = self.report if self.known else None
        return PoolMember(
            last_share=None if pool is None else pool.last_share,
            silent=pool is not None and pool.verdict is Verdict.OFFLINE,
            dead=self.memory.unstable or self.memory.off_by_user or not self.on,
        )


class Process:
    """Home Assistant from a start to a crash: what it knows is lost with it."""

    def __init__(self, clock: Clock, rigs: Sequence[Rig]) -> None:
        """Start with nothing but what is on the rigs' disks."""
        self._clock = clock
        self._rigs = rigs
        self._started = clock.wall
        self._health = PoolHealth()
        self.evidence = Evidence()
        self.decision: Decision | None = None
        for rig in rigs:
            rig.report, rig.outlet_was = None, None
        self._gate = PowerUpGate(
            monotonic=self._monotonic,
            sleep=self._async_sleep,
            known_since=self._monotonic(),
        )

    def _monotonic(self) -> float:
        return (self._clock.true - START).total_seconds()

    async def _async_sleep(self, seconds: float) -> None:
        self._clock.true += timedelta(seconds=seconds)

    async def async_poll(self, rig: Rig) -> bool:
        """Look after a rig once, as the coordinator of its entry does."""
        self.decision = None
        if rig.memory.intent is not None:
            async with self._gate.async_pass():
                await rig.cycler().async_finish()
            return True
        rig.ask()
        await self._async_note_plug(rig)
        self.decision = decision = self._decide(rig)
        match decision.action:
            case Action.CUT | Action.TURN_ON:
                async with self._gate.async_pass():
                    self.decision = decision = self._decide(rig)
                    if decision.action is Action.CUT:
                        await rig.cycler().async_cut(decision.memory)
                    elif decision.action is Action.TURN_ON:
                        await rig.cycler().async_turn_on(decision.memory)
            case _:
                await rig.async_store(decision.memory)
        return True

    async def async_user_cycles(self, rig: Rig) -> None:
        """Cut the power because the user says so."""
        if rig.memory.intent is not None:
            return
        memory = replace(rig.memory, off_by_user=False)
        rig.user_cycles = True
        try:
            await rig.cycler().async_cut(
                begin_cut(self._clock.wall, rig.policy, memory, Reason.BY_USER)
            )
        finally:
            rig.user_cycles = False

    async def async_user_switches(self, rig: Rig, *, on: bool) -> None:
        """Switch for the user; remembered first, and forgotten when it fails."""
        if rig.memory.intent is not None:
            return
        before = rig.memory
        memory = replace(before, off_by_user=not on)
        if on:
            memory = power_returned(self._clock.wall, rig.policy, memory)
        cuts = list(rig.cuts)
        await rig.async_store(memory)
        try:
            await (rig.async_turn_on() if on else rig.async_turn_off())
        except OutletFailure:
            await rig.async_store(before)
        finally:
            if rig.cuts != cuts:
                rig.cuts, rig.went_off_by = cuts, "user"

    async def async_user_resets(self, rig: Rig) -> None:
        """Try again with a rig that was given up."""
        await rig.async_store(reset(rig.memory))

    async def _async_note_plug(self, rig: Rig) -> None:
        memory, kind = rig.memory, rig.outlet.kind
        if kind is OutletKind.UNREACHABLE:
            if memory.plug_retry_at is None or self._clock.wall >= memory.plug_retry_at:
                memory = plug_failed(self._clock.wall, memory)
        else:
            memory = plug_answered(memory)
            if kind is OutletKind.ON and rig.outlet_was is OutletKind.OFF:
                memory = power_returned(self._clock.wall, rig.policy, memory)
            rig.outlet_was = kind
        await rig.async_store(memory)

    def _decide(self, rig: Rig) -> Decision:
        now = self._clock.wall
        self._health = self._health.learn(
            now, [each.as_pool_member() for each in self._rigs]
        )
        pool = rig.report if rig.known else None
        if pool is not None:
            kept = 2.5 * rig.policy.status_check_frequency
            pool = replace(
                pool,
                verdict=pool.verdict
                if timedelta() <= now - pool.at <= kept
                else Verdict.NONE,
                outage=self._health.held(now),
            )
        self.evidence = Evidence(
            pool=pool,
            miner=rig.miner,
            outlet=rig.outlet,
            quiet=not self._started + QUIET_START <= now,
            armed=rig.armed,
        )
        return decide(now, rig.policy, rig.memory, self.evidence)
