"""Home Assistant from a start to a stop, as the rigs' coordinators use the engine."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import json
from typing import Any, Literal, cast

from custom_components.mining_farm.engines.pools import Account
from custom_components.mining_farm.engines.restart import (
    LAST_WORDS,
    Action,
    ClockWatch,
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
    PoolMember,
    PowerCycler,
    Reason,
    RigState,
    Verdict,
    begin_cut,
    decide,
    local_limit,
    plug_answered,
    plug_failed,
    reset,
    user_turned_off,
    user_turned_on,
)
from custom_components.mining_farm.kinds.rig.neighbours import Neighbours, PoolKey
from custom_components.mining_farm.kinds.rig.pool_witness import PoolWitness

from .pools import Answers, KeptRosters
from .world import Rig, World

QUIET = 180.0
GRACE = 90.0
HURRIED_S, STOP_PATIENCE_S, POWER_TRIES = 2.0, 30.0, 10
"""What the rig's kind allows a rig that goes while its power is off."""
NOT_WORKING = (MinerKind.IDLE, MinerKind.SILENT)


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
    excuse: str


class FullError(Exception):
    """The disk is full."""


@dataclass(kw_only=True)
class Watched:
    """One rig as the watcher knows it; what is not on disk dies with the process."""

    rig: Rig
    world: World
    disk: Disk = field(default_factory=Disk)
    policy: Policy = field(default_factory=Policy)
    memory: Memory | None = None
    first: PoolWitness | None = None
    second: PoolWitness | None = None
    miner: MinerEvidence | None = None
    miner_seen: float = -1e9
    outlet: OutletEvidence | None = None
    kill_in: int = -1
    patience: int = 0
    cuts: list[Cut] = field(default_factory=list)
    causes: int = 0
    asks_human: bool = False
    by_user: bool = False
    _known: tuple[datetime, list[Any], list[PoolEvidence]] | None = None
    calm: bool = False
    """Whether all was well when it was last polled."""
    wish: str | None = None
    """What the user wants done next."""
    goes: str | None = None
    """What is done to its entry while the power is off."""
    hurried: float | None = None
    """Since its entry goes: for how many seconds it was waited for."""
    gone: bool = False
    dies_in_cut: bool = False
    journal_then: list[str | None] | None = None
    """What is left of the two copies after the process died in mid-cut."""

    def forget(self) -> None:
        """Lose what is not on disk."""
        self.memory = self.miner = self.outlet = self.first = self.second = None
        self.miner_seen = -1e9

    @property
    def name(self) -> str:
        """The title of its entry."""
        return self.rig.name

    @property
    def pool_key(self) -> PoolKey:
        """What rigs of one pool share."""
        return (str(id(self.rig.pool)), "")

    @property
    def pool_sees_it(self) -> bool:
        """Whether its pool says that it works."""
        return self.first is not None and self.first.says_online

    def pools(self, now: datetime) -> list[PoolEvidence]:
        """Return what its pools say that have been asked."""
        reports = [each and each.report for each in (self.first, self.second)]
        if self._known is not None and self._known[:2] == (now, reports):
            return self._known[2]
        first = None if self.first is None else self.first.evidence(now)
        both = (first, self.second_evidence(now))
        known = [each for each in both if each is not None]
        self._known = (now, reports, known)
        return known

    def second_evidence(self, now: datetime) -> PoolEvidence | None:
        """Return what the pool of its second account says."""
        if self.second is None or self.memory is None:
            return None
        return self.second.evidence_as_second(now, self.memory.second_used_at)

    def last_share(self, now: datetime) -> datetime | None:
        """Return the newest share at any account."""
        shares = [each.last_share for each in self.pools(now)]
        return max((each for each in shares if each is not None), default=None)

    def as_pool_member(self, now: datetime) -> PoolMember:
        """Return the rig as its pool sees it."""
        memory, miner, outlet = self.memory or Memory(), self.miner, self.outlet
        share = self.last_share(now)
        idle = (
            miner is not None
            and miner.kind in NOT_WORKING
            and now >= miner.since + self.policy.time_until_offline_local
            and (share is None or share <= miner.since + LAST_WORDS)
        )
        dark = outlet is not None and (
            outlet.kind is OutletKind.OFF
            or (outlet.watts is not None and outlet.watts < self.policy.no_draw_below)
        )
        verdicts = [each.verdict for each in self.pools(now)]
        offline = Verdict.OFFLINE in verdicts and Verdict.ONLINE not in verdicts
        written_off = memory.unstable or memory.handed_over or memory.off_by_user
        return PoolMember(
            last_share=share, silent=idle or offline, dead=written_off or dark
        )

    def miner_evidence(self, now: datetime) -> MinerEvidence | None:
        """Return the evidence of the linked miner, for the judgement of other rigs."""
        cut_at = None if self.memory is None else self.memory.last_cut
        restarted = cut_at is not None and (
            now < cut_at + self.policy.status_check_cooldown
        )
        if restarted or self.as_pool_member(now).dead:
            return None
        return self.miner

    async def async_hear(self, max_age: timedelta) -> None:
        """Ask its pools, unless there is an answer no older than `max_age`."""
        memory = self.memory or Memory()
        if self.first is not None:
            await self.first.async_ask(
                max_age, seen=memory.seen, last_share=memory.last_share
            )
        if self.second is not None:
            used_at = memory.second_used_at
            await self.second.async_ask(
                max_age, seen=used_at is not None, last_share=used_at
            )

    def publish(self, event: str, **attributes: Any) -> None:
        """Publish nothing: no one listens."""

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
            by: Literal["us", "user"] = "user" if self.by_user else "us"
            rig.late = (self.world.now + 12, on, by)
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
                        excuse=rig.excuse,
                    )
                )
        rig.switch(on, "user" if self.by_user else "us")

    async def async_sleep(self, seconds: float) -> None:
        """Let time pass; who waits for too long goes on at the next poll."""
        self.step()
        if not self.rig.relay and self._ends_here():
            raise Killed
        if self.hurried is not None:
            seconds = min(seconds, HURRIED_S)
            self.hurried += seconds
        self.patience -= 1
        if self.patience < 0:
            raise Killed
        self.world.now += seconds
        self.rig.tick(self.world.now)

    def _ends_here(self) -> bool:
        """Let happen what is to happen in mid-cut; return whether the process dies."""
        if self.hurried is None and self.goes is not None:
            self.hurried = 0.0
        if self.hurried is not None:
            # One that is not on by then is left to the next start, or to a human.
            return self.hurried >= STOP_PATIENCE_S
        if not self.dies_in_cut:
            return False
        self.dies_in_cut, self.patience = False, 1
        if self.journal_then is not None:
            self.disk.copies = list(self.journal_then)
        return True

    def left_off(self) -> None:
        """Raise the issue of a rig that is without power because of us."""
        self.asks_human = True

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

    def __init__(self, world: World, rigs: list[Watched], rosters: KeptRosters) -> None:
        """Start Home Assistant."""
        self.world = world
        self.rigs = rigs
        self.started = world.wall
        self.clock = ClockWatch(lambda: world.now)
        self.answers = Answers(world, [each.rig for each in rigs], rosters)
        self.neighbours = Neighbours()
        for watched in rigs:
            if not watched.gone:
                self.load(watched)
            elif watched.read().kind is not OutletKind.ON:
                memory = watched.disk.read()
                watched.asks_human |= memory.lost or memory.intent is not None

    def load(self, watched: Watched) -> None:
        """Load the entry of a rig; all that it knows is on its disk."""
        rig = watched.rig
        watched.forget()
        watched.kill_in, watched.hurried = -1, None
        watched.first = self._witness(watched, rig.account)
        if rig.second is not None:
            watched.second = self._witness(watched, f"second of {rig.name}")
        self.neighbours.add(watched)

    def _witness(self, watched: Watched, account: str) -> PoolWitness:
        known = Account(pool="2miners", account=account, coin="rvn")
        answers = cast("Any", self.answers)
        return PoolWitness(answers, watched.policy, known, watched.rig.name)

    def leave(self, watched: Watched) -> None:
        """Let the entry of a rig go, as far as its power allows."""
        what, watched.goes = watched.goes, None
        if what == "reloaded":
            self.load(watched)
            return
        watched.hurried, watched.gone = None, True
        self.neighbours.remove(watched)
        if what != "removed":
            return
        # What cannot be given power is not forgotten, and its issue stays.
        if watched.disk.read().intent is None or self._gives_power(watched):
            watched.disk.copies, watched.asks_human = [None, None], False
        else:
            watched.left_off()

    def _gives_power(self, watched: Watched) -> bool:
        watched.patience = POWER_TRIES
        for _ in range(POWER_TRIES):
            if run(self._async_turn_on(watched)) and watched.rig.relay:
                return True
            self.world.now += HURRIED_S
        return False

    async def _async_turn_on(self, watched: Watched) -> None:
        try:
            await watched.async_turn_on()
        except OutletFailure:
            return

    def poll(self, watched: Watched) -> bool:
        """Look after a rig once; False where the process was killed."""
        watched.patience = 16 if watched.goes else 3
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
        await watched.async_hear(self._pool_age(watched))
        await self._async_note_plug(watched)
        decision = self._decide(watched)
        if decision.ask_pool:
            await watched.async_hear(timedelta())
            for other in self.rigs:
                if other is not watched and other.pool_key == watched.pool_key:
                    await other.async_hear(timedelta(seconds=1))
            decision = self._decide(watched)
        watched.asks_human = decision.ask_human
        watched.calm = decision.state is RigState.ONLINE
        await self._async_carry_out(watched, decision)

    async def _async_carry_out(self, watched: Watched, decision: Decision) -> None:
        match decision.action:
            case Action.CUT:
                await self._cycler(watched).async_cut(decision.memory)
            case Action.TURN_ON:
                await self._cycler(watched).async_turn_on(decision.memory)
            case Action.FINISH:
                await watched.async_store(decision.memory)
                await self._cycler(watched).async_finish()
            case _:
                await watched.async_store(decision.memory)

    def _cycler(self, watched: Watched) -> PowerCycler:
        return PowerCycler(
            watched,
            watched,
            watched.policy,
            now=lambda: self.world.wall,
            sleep=watched.async_sleep,
            on_left_off=watched.left_off,
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
                    # Who wants it tried again wants a cut.
                    watched.causes += 1
                case "cycle":
                    memory = replace(memory, off_by_user=False)
                    await self._cycler(watched).async_cut(
                        begin_cut(now, watched.policy, memory, Reason.BY_USER)
                    )
                case "on":
                    await watched.async_store(
                        user_turned_on(now, watched.policy, memory)
                    )
                    await watched.async_turn_on()
                case _:
                    await watched.async_store(user_turned_off(memory))
                    await watched.async_turn_off()
        except FullError, OutletFailure:
            return

    def _pool_age(self, watched: Watched) -> timedelta:
        """Return how old the pool's answer may be."""
        limit, now = self._limit(watched), self.world.wall
        check = watched.policy.status_check_frequency
        if limit is None or watched.miner is None:
            return check
        # Once when the miner stops working, to know whether work can come in; and
        # once when that is so for long enough.
        return min(check, now - (watched.miner.since if now < limit else limit))

    def _limit(self, watched: Watched) -> datetime | None:
        miner = watched.miner
        if miner is None or miner.kind not in NOT_WORKING:
            return None
        share = watched.last_share(self.world.wall)
        return local_limit(watched.policy, miner, share)

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
        if not rig.fed and rig.hung is None and rig.tells_lost_pools:
            return MinerKind.POOL_LOST
        return MinerKind.IDLE

    def _decide(self, watched: Watched) -> Decision:
        assert watched.memory is not None
        assert watched.first is not None
        now, neighbours = self.world.wall, self.neighbours
        outage = neighbours.update_health(watched, now)
        works = neighbours.pool_works(watched)
        evidence = Evidence(
            pool=watched.first.evidence(now, outage=outage, pool_works=works),
            second_pool=watched.second_evidence(now),
            miner=watched.miner,
            outlet=watched.outlet,
            company=self._company(watched),
            internet_seen=self.answers.internet_seen,
            internet_back_at=self.answers.internet.back_at,
            clock_jumped_at=self.clock.note(now),
            quiet=not self.started + timedelta(seconds=QUIET) <= now,
            armed=True,
        )
        return decide(now, watched.policy, watched.memory, evidence)

    def _company(self, watched: Watched) -> Company:
        limit, now = self._limit(watched), self.world.wall
        if limit is None or now < limit or watched.miner is None:
            return Company.ALONE
        return self.neighbours.company(watched, watched.miner, watched.policy, now)
