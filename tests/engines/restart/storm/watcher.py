"""Home Assistant from a start to a stop, as the rigs' coordinators use the engine."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
import json
from typing import Any

from custom_components.mining_farm.engines.pools import (
    AccountReport,
    Outcome,
    PoolVerdict,
    WorkerReport,
    judge,
)
from custom_components.mining_farm.engines.restart import (
    Action,
    Company,
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
    Presence,
    Reason,
    Verdict,
    begin_cut,
    company,
    decide,
    local_limit,
    plug_answered,
    plug_failed,
    reset,
    user_turned_off,
    user_turned_on,
)
from custom_components.mining_farm.kinds.rig.pool_evidence import Roster, pool_evidence

from .world import START, Rig, World

POLICY = Policy()
QUIET = 180.0
GRACE = 90.0
RETRY = 60.0
"""A pool that did not answer is asked again so much later."""
NOT_WORKING = (MinerKind.IDLE, MinerKind.SILENT)
CHECK = POLICY.status_check_frequency.total_seconds()


class Killed(BaseException):
    """The process was killed."""


def run(steps: Coroutine[Any, Any, Any]) -> bool:
    """Run what never really waits to its end; False where the process was killed."""
    try:
        steps.send(None)
    except StopIteration:
        return True
    except Killed:
        return False
    raise AssertionError("it waits for something that no history controls")


@dataclass(kw_only=True)
class Disk:
    """Two copies of a rig's memory, written in turn."""

    copies: list[str | None] = field(default_factory=lambda: [None, None])
    writes: int = 0
    full: bool = False

    def write(self, memory: Memory) -> None:
        """Write the older copy."""
        self.writes += 1
        stored = {"number": self.writes, "memory": memory.as_dict()}
        self.copies[self.writes % 2] = json.dumps(stored)

    def read(self) -> Memory:
        """Return the newest copy that can be read; none that can is a lost memory."""
        found = []
        for copy in self.copies:
            try:
                if copy is not None:
                    stored = json.loads(copy)
                    found.append((stored["number"], stored["memory"]))
            except ValueError:
                continue
        if found:
            self.writes, stored = max(found, key=lambda each: each[0])
            return Memory.from_dict(stored)
        return Memory(lost=any(copy is not None for copy in self.copies))


@dataclass(kw_only=True)
class Cut:
    """Power that went off through us."""

    at: float
    worked: bool
    hung: bool
    causes: int
    why: str


class FullError(Exception):
    """The disk is full."""


@dataclass(kw_only=True)
class Watched:
    """One rig as the watcher knows it; what is not on disk dies with the process."""

    rig: Rig
    world: World
    disk: Disk = field(default_factory=Disk)
    armed: bool = True
    memory: Memory | None = None
    report: AccountReport | None = None
    verdict: PoolVerdict | None = None
    second: AccountReport | None = None
    miner: MinerEvidence | None = None
    miner_seen: float = -1e9
    outlet: OutletEvidence | None = None
    kill_in: int = -1
    patience: int = 0
    cuts: list[Cut] = field(default_factory=list)
    causes: int = 0
    asks_human: bool = False
    by_user: bool = False
    wish: str | None = None
    """What the user wants done next."""

    def forget(self) -> None:
        """Lose what is not on disk."""
        self.memory = self.report = self.verdict = self.miner = None
        self.second = self.outlet = None
        self.miner_seen = -1e9

    def step(self) -> None:
        """Be killed here, if it is time."""
        self.kill_in -= 1
        if self.kill_in == -1:
            raise Killed

    async def async_store(self, memory: Memory) -> None:
        """Write the memory; the process may die before or after."""
        if self.memory is None or memory.differs_on_disk(self.memory):
            self.step()
            if self.disk.full:
                raise FullError
            self.disk.write(memory)
            self.step()
        self.memory = memory

    async def async_change(self, change: Callable[[Memory], Memory]) -> Memory:
        """Write the newest memory with a change."""
        assert self.memory is not None
        await self.async_store(change(self.memory))
        return self.memory

    async def async_is_on(self) -> bool:
        """Tell, if it can be reached."""
        self.step()
        reading = self.read()
        if reading.kind is OutletKind.UNREACHABLE:
            raise OutletFailure("unreachable", sent=False)
        return reading.kind is OutletKind.ON

    async def async_turn_on(self) -> None:
        """Switch on, or fail in one of the ways plugs do."""
        await self._async_command(on=True)

    async def async_turn_off(self) -> None:
        """Switch off, or fail in one of the ways plugs do."""
        await self._async_command(on=False)

    async def _async_command(self, *, on: bool) -> None:
        self.step()
        rig = self.rig
        if rig.plug_lost or not self.world.mains:
            raise OutletFailure("unreachable", sent=False)
        if rig.relay == on:
            return
        if rig.plug == "stuck" or (rig.plug == "no on" and on):
            self.world.now += 10
            raise OutletFailure("not confirmed", sent=True)
        if rig.plug == "late":
            rig.late = (self.world.now + 12, on)
            self.world.now += 10
            raise OutletFailure("not confirmed", sent=True)
        self._switch(on=on)
        self.world.now += 1
        self.step()

    def _switch(self, *, on: bool) -> None:
        rig = self.rig
        if rig.relay and not on:
            rig.tick(self.world.now)
            if not self.by_user:
                self.cuts.append(
                    Cut(
                        at=self.world.now,
                        worked=rig.works,
                        hung=rig.hung is not None,
                        causes=self.causes,
                        why="",
                    )
                )
        rig.switch(on, "user" if self.by_user else "us")

    async def async_sleep(self, seconds: float) -> None:
        """Let time pass; who waits for too long goes on at the next poll."""
        self.step()
        self.patience -= 1
        if self.patience < 0:
            raise Killed
        self.world.now += seconds
        self.rig.tick(self.world.now)

    def read(self) -> OutletEvidence:
        """Ask the outlet."""
        rig, world = self.rig, self.world
        if rig.plug_lost or not world.mains:
            return OutletEvidence(kind=OutletKind.UNREACHABLE, at=world.wall)
        on = rig.relay and rig.plug != "lies"
        on_since = None
        if rig.tells_on_time and rig.relay:
            on_since = world.wall - timedelta(seconds=world.now - rig.relay_since)
        kind = OutletKind.ON if on else OutletKind.OFF
        return OutletEvidence(
            kind=kind, watts=rig.watts, on_since=on_since, at=world.wall
        )


class Watcher:
    """One process that watches all rigs; a new one begins with what is on their disks."""

    def __init__(self, world: World, rigs: list[Watched]) -> None:
        """Start Home Assistant."""
        self.world = world
        self.rigs = rigs
        self.started = world.wall
        self.health: dict[int, PoolHealth] = {}
        self.reports: dict[str, AccountReport] = {}
        self.rosters: dict[str, Roster] = {}
        self.internet = Presence()
        self.internet_seen = world.wall
        self.handed: set[str] = set()
        for watched in rigs:
            watched.forget()
            watched.kill_in = -1

    def poll(self, watched: Watched) -> bool:
        """Look after a rig once; False where the process was killed."""
        watched.patience = 3
        return run(self._async_poll(watched)) or watched.patience < 0

    async def _async_poll(self, watched: Watched) -> None:
        try:
            await self._async_watch(watched)
        except FullError:
            return

    async def _async_watch(self, watched: Watched) -> None:
        if watched.memory is None:
            watched.memory = watched.disk.read()
        watched.outlet = watched.read()
        self._ask_miner(watched)
        self._ask_pool(watched, self._pool_age(watched))
        await self._async_note_plug(watched)
        decision = self._decide(watched)
        if decision.ask_pool:
            self._ask_pool(watched, 0.0)
            for other in self.rigs:
                if other is not watched and other.report is not None:
                    self._ask_pool(other, 1.0)
            decision = self._decide(watched)
        watched.asks_human = decision.ask_human
        await self._async_carry_out(watched, decision)

    async def _async_carry_out(self, watched: Watched, decision: Decision) -> None:
        before = len(watched.cuts)
        try:
            match decision.action:
                case Action.CUT:
                    await self._cycler(watched).async_cut(decision.memory)
                case Action.TURN_ON:
                    await self._cycler(watched).async_turn_on(decision.memory)
                case Action.FINISH:
                    await self._cycler(watched).async_finish()
                case _:
                    await watched.async_store(decision.memory)
        finally:
            for cut in watched.cuts[before:]:
                cut.why = decision.reason

    def _cycler(self, watched: Watched) -> PowerCycler:
        return PowerCycler(
            watched,
            watched,
            POLICY,
            now=lambda: self.world.wall,
            sleep=watched.async_sleep,
            on_left_off=lambda: None,
        )

    async def _async_note_plug(self, watched: Watched) -> None:
        memory, now = watched.memory, self.world.wall
        assert memory is not None
        assert watched.outlet is not None
        if watched.outlet.kind is not OutletKind.UNREACHABLE:
            memory = plug_answered(memory)
        elif memory.plug_retry_at is None or now >= memory.plug_retry_at:
            memory = plug_failed(now, memory)
        await watched.async_store(memory)

    def user(self, watched: Watched, what: str) -> bool:
        """Let the user do something; False where the process was killed."""
        watched.patience = 3
        watched.by_user = True
        try:
            return run(self._async_user(watched, what)) or watched.patience < 0
        finally:
            watched.by_user = False

    async def _async_user(self, watched: Watched, what: str) -> None:
        memory = watched.memory
        if memory is None or memory.intent is not None:
            return
        now = self.world.wall
        try:
            match what:
                case "reset":
                    await watched.async_store(reset(memory))
                case "cycle":
                    memory = replace(memory, off_by_user=False)
                    await self._cycler(watched).async_cut(
                        begin_cut(now, POLICY, memory, Reason.BY_USER)
                    )
                case "on":
                    await watched.async_store(user_turned_on(now, POLICY, memory))
                    await watched.async_turn_on()
                case _:
                    await watched.async_store(user_turned_off(memory))
                    await watched.async_turn_off()
        except FullError, OutletFailure:
            return

    def _pool_age(self, watched: Watched) -> float:
        """Return how old the pool's answer may be, in s."""
        limit, report = self._limit(watched), watched.report
        if report is not None and report.outcome is not Outcome.WORKER:
            return RETRY
        if limit is None or watched.miner is None:
            return CHECK
        # Once when the miner stops working, to know whether work can come in; and
        # once when that is so for long enough.
        since = watched.miner.since if self.world.wall < limit else limit
        return min(CHECK, (self.world.wall - since).total_seconds())

    def _limit(self, watched: Watched) -> Any:
        if watched.miner is None or watched.miner.kind not in NOT_WORKING:
            return None
        share = None if watched.verdict is None else watched.verdict.last_share
        return local_limit(POLICY, watched.miner, share)

    def _ask_miner(self, watched: Watched) -> None:
        rig, world = watched.rig, self.world
        if not rig.linked or world.now < rig.miner_mute:
            watched.miner = None
            return
        answers = rig.powered and rig.hung not in ("api silent", "dark")
        booting = world.now < rig.booted_at and rig.powered and rig.hung is None
        # Its API answers for the last minute of it.
        if booting and rig.booted_at - world.now > 60:
            answers = False
        if answers:
            watched.miner_seen = world.now
        before = watched.miner
        if not answers and world.now - watched.miner_seen <= GRACE:
            return
        kind = self._miner_kind(rig, answers=answers, booting=booting)
        seen = world.wall - timedelta(seconds=min(world.now - watched.miner_seen, 1e8))
        if before is not None and before.kind is kind:
            watched.miner = replace(before, seen=seen)
            return
        since = seen if kind is MinerKind.SILENT else world.wall
        if watched.miner_seen < -1e8:
            since = world.wall
        watched.miner = MinerEvidence(kind=kind, since=since, seen=seen)

    def _miner_kind(self, rig: Rig, *, answers: bool, booting: bool) -> MinerKind:
        if not answers:
            return MinerKind.SILENT
        if rig.sleeps:
            return MinerKind.SLEEPING
        if rig.works:
            return MinerKind.HASHING
        if booting and self.world.internet:
            return MinerKind.STARTING
        fed = self.world.internet and rig.pool.mode != "down"
        if not fed and rig.hung is None and rig.tells_lost_pools:
            return MinerKind.POOL_LOST
        return MinerKind.IDLE

    def _ask_pool(self, watched: Watched, max_age: float) -> None:
        rig, now = watched.rig, self.world.wall
        known = self.reports.get(rig.account)
        wanted = timedelta(seconds=max_age)
        if known is None or not timedelta() <= now - known.at < wanted:
            known = self._answer(rig)
            self.reports[rig.account] = known
            answered = known.outcome is not Outcome.UNREACHABLE
            self.internet = self.internet.learn(now, answered=answered)
            if answered:
                self.internet_seen = now
            roster = self.rosters.get(rig.account, Roster())
            self.rosters[rig.account] = roster.learn(known)
        if known is watched.report:
            return
        watched.report = known
        memory = watched.memory or Memory()
        silent = None if watched.verdict is None else watched.verdict.silent_since
        if watched.verdict is None:
            silent = memory.last_share or now
        watched.verdict = judge(
            known.find(watched.rig.name),
            known,
            now,
            POLICY.time_until_offline,
            memory.seen,
            silent_since=silent,
        )

    def _answer(self, rig: Rig) -> AccountReport:
        """Return what the pool answers about an account."""
        world, pool, now = self.world, rig.pool, self.world.wall
        if not world.internet or pool.mode == "down":
            return AccountReport(outcome=Outcome.UNREACHABLE, at=now)
        error = timedelta(seconds=world.clock_error)
        if pool.mode == "ahead":
            error = timedelta(minutes=-30)
        told = error if pool.tells_clock else None
        if pool.mode == "errors":
            outcome = world.random.choice(
                [Outcome.API_ERROR, Outcome.NOT_JSON, Outcome.RATE_LIMITED]
            )
            return AccountReport(outcome=outcome, at=now)
        if pool.mode == "empty":
            return AccountReport(
                outcome=Outcome.EMPTY,
                at=now,
                absent_after=timedelta(hours=3),
                clock_error=told,
            )
        shown_at = pool.frozen_at if pool.mode == "frozen" else world.now - pool.lag
        workers = [
            self._row(rig, name, shares, shown_at)
            for each in self.rigs
            if each.rig.account == rig.account
            for name, shares in each.rig.shares.items()
        ]
        workers += [
            WorkerReport(
                name=f"stranger{number}",
                last_share=START + timedelta(seconds=min(share, shown_at)),
            )
            for number, share in enumerate(pool.strangers)
        ]
        if pool.mode == "zeros":
            workers = [
                WorkerReport(name=each.name, hashrate_hs=0.0) for each in workers
            ]
        return AccountReport(
            outcome=Outcome.WORKER, at=now, workers=tuple(workers), clock_error=told
        )

    def _row(
        self, rig: Rig, name: str, shares: list[float], shown_at: float
    ) -> WorkerReport:
        shown = [share for share in shares if share <= shown_at] or shares[:1]
        last = max(shown) if shown else 0.0
        ahead = 1800.0 if rig.pool.mode == "ahead" else 0.0
        works = shown_at - last < 600
        if not rig.pool.dated:
            return WorkerReport(name=name, hashrate_hs=6e7 if works else 0.0)
        return WorkerReport(
            name=name,
            last_share=START + timedelta(seconds=last + ahead),
            hashrate_hs=6e7 if works else 0.0,
        )

    def _decide(self, watched: Watched) -> Decision:
        assert watched.memory is not None
        now = self.world.wall
        health = self.health.get(id(watched.rig.pool), PoolHealth()).learn(
            now,
            [
                self._member(each)
                for each in self.rigs
                if each.rig.pool is watched.rig.pool and each.memory is not None
            ],
        )
        self.health[id(watched.rig.pool)] = health
        evidence = Evidence(
            pool=self._pool(watched, outage=health.held(now)),
            second_pool=self._second(watched),
            miner=watched.miner,
            outlet=watched.outlet,
            company=self._company(watched),
            internet_seen=self.internet_seen,
            internet_back_at=self.internet.back_at,
            quiet=not self.started + timedelta(seconds=QUIET) <= now,
            armed=watched.armed,
        )
        return decide(now, POLICY, watched.memory, evidence)

    def _pool(self, watched: Watched, *, outage: bool = False) -> PoolEvidence | None:
        if watched.report is None or watched.verdict is None:
            return None
        report, rig = watched.report, watched.rig
        roster = self.rosters.get(rig.account, Roster())
        since = watched.verdict.last_share or watched.verdict.silent_since
        newcomer = None
        if since is not None and watched.verdict.kind != "online":
            newcomer = roster.newcomer(
                report, since, {each.rig.name for each in self.rigs}
            )
        evidence = pool_evidence(
            report,
            watched.verdict,
            report.find(rig.name).worker,
            limit=POLICY.time_until_offline,
            interval=timedelta(),
            newcomer_at=None if newcomer is None else roster.names.get(newcomer.name),
        )
        kept = 2.5 * POLICY.status_check_frequency
        old = not timedelta() <= self.world.wall - report.at <= kept
        return replace(
            evidence,
            verdict=Verdict.NONE if old else evidence.verdict,
            outage=outage,
            pool_works=any(
                each.verdict is not None and each.verdict.kind == "online"
                for each in self.rigs
                if each is not watched and each.rig.pool is rig.pool
            ),
        )

    def _second(self, watched: Watched) -> PoolEvidence | None:
        rig, world = watched.rig, self.world
        if not rig.backup_watched:
            return None
        if not world.internet:
            return PoolEvidence(verdict=Verdict.NONE, at=world.wall)
        works = rig.on_backup and rig.works
        return PoolEvidence(
            verdict=Verdict.ONLINE if works else Verdict.NONE,
            at=world.wall,
            last_share=world.wall if works else None,
        )

    def _member(self, watched: Watched) -> PoolMember:
        pool, miner, outlet = self._pool(watched), watched.miner, watched.outlet
        memory = watched.memory or Memory()
        now = self.world.wall
        share = None if pool is None else pool.last_share
        idle = (
            miner is not None
            and miner.kind in NOT_WORKING
            and now >= miner.since + POLICY.time_until_offline_local
            and (share is None or share <= miner.since + timedelta(seconds=45))
        )
        dark = outlet is not None and (
            outlet.kind is OutletKind.OFF
            or (outlet.watts is not None and outlet.watts < POLICY.no_draw_below)
        )
        return PoolMember(
            last_share=share,
            silent=idle or (pool is not None and pool.verdict is Verdict.OFFLINE),
            dead=memory.unstable or memory.off_by_user or dark,
        )

    def _company(self, watched: Watched) -> Company:
        limit, now = self._limit(watched), self.world.wall
        if limit is None or now < limit or watched.miner is None:
            return Company.ALONE
        others = []
        for each in self.rigs:
            memory = each.memory or Memory()
            restarted = memory.last_cut is not None and (
                now < memory.last_cut + POLICY.status_check_cooldown
            )
            idle = watched.miner.kind is MinerKind.IDLE
            if idle and each.rig.pool is not watched.rig.pool:
                continue
            if each is not watched and each.miner is not None and not restarted:
                others.append(each.miner)
        return company(now, POLICY, watched.miner, others)
