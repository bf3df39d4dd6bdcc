"""Whatever happens, power is cut once per cause, and nothing is left off by us."""

from datetime import timedelta
from typing import Any, override

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from custom_components.mining_farm.engines.restart import (
    LAST_WORDS,
    Memory,
    MinerEvidence,
    MinerKind,
    OutletKind,
    Policy,
    Verdict,
)

from .histories import NOT_WORKING, Clock, Fault, Process, Rig, run

MINUTE = timedelta(minutes=1)
RIGS = 3
which = st.integers(0, RIGS - 1)
minutes = st.sampled_from([0.5, 1, 2, 5, 10, 11, 30, 600])
crashes = st.just(-1) | st.integers(0, 14)
fault_lists = st.lists(
    st.sampled_from(["none", "lost before", "lost after", "no effect"]), max_size=4
)
policies = st.builds(
    Policy,
    status_check_cooldown=st.sampled_from([1, 10, 30]).map(MINUTE.__mul__),
    status_check_frequency=st.sampled_from([1, 5, 240]).map(MINUTE.__mul__),
    max_consecutive_restarts=st.integers(1, 3),
    repeat_on_silence=st.booleans(),
)


class Histories(RuleBasedStateMachine):
    """Three rigs at one pool, looked after by one process after the other."""

    @initialize(policy=policies, armed=st.booleans())
    def start(self, policy: Policy, armed: bool) -> None:
        """Begin with rigs that work."""
        self.clock = Clock()
        self.rigs = [
            Rig(clock=self.clock, policy=policy, armed=armed, share_age=MINUTE)
            for _ in range(RIGS)
        ]
        self.process = Process(self.clock, self.rigs)
        self.before = [rig.memory for rig in self.rigs]
        self.human = self.recovered = False

    def _run(self, rig: Rig, steps: Any, crash: int, faults: list[Fault]) -> None:
        rig.crash_in, rig.faults, rig.sleeps = crash, list(faults), 0
        if run(steps) is None and (rig.crash_in < 0 <= crash or rig.sleeps):
            self.process = Process(self.clock, self.rigs)
        rig.crash_in = -1

    @rule(which=which, crash=crashes, faults=fault_lists)
    def poll(self, which: int, crash: int, faults: list[Fault]) -> None:
        """Look after a rig; check the reasons where its power went off."""
        rig, process = self.rigs[which], self.process
        cuts, memory = len(rig.cuts), rig.memory
        self._run(rig, process.async_poll(rig), crash, faults)
        self.recovered = process.decision is not None and process.decision.recovered
        if len(rig.cuts) > cuts:
            assert len(rig.cuts) == cuts + 1
            self._check_cut(rig, process, memory)

    def _check_cut(self, rig: Rig, process: Process, memory: Memory) -> None:
        evidence, cut = process.evidence, rig.cuts[-1]
        assert evidence.armed
        assert not evidence.quiet
        assert memory.intent is None
        assert not memory.off_by_user
        assert not memory.unstable
        assert memory.restarts_in_row < rig.policy.max_consecutive_restarts
        assert evidence.outlet is not None
        assert evidence.outlet.kind is OutletKind.ON
        pool, miner = evidence.pool, evidence.miner
        by_draw = pool is None or pool.verdict is Verdict.NONE
        if by_draw:
            assert evidence.outlet.watts is not None
            assert miner is not None
        else:
            assert pool is not None
            assert not pool.outage
            assert memory.seen
            if pool.verdict is Verdict.ONLINE:
                assert pool.last_share is not None
                assert miner is not None
                assert pool.last_share <= miner.since + LAST_WORDS
        if miner is not None:
            # One that starts, or looks for its pools, for too long does not work.
            assert miner.kind not in (MinerKind.HASHING, MinerKind.SLEEPING)
        if memory.restarts_in_row and not rig.policy.repeat_on_silence:
            answers = miner is not None and miner.kind is not MinerKind.SILENT
            assert answers or evidence.outlet.watts is not None
        if len(rig.cuts) > 1:
            last = rig.cuts[-2]
            # Nobody can tell a clock that jumped ahead from time that has passed.
            passed = cut.at - last.at + cut.forward - last.forward
            assert passed >= rig.policy.status_check_cooldown
            assert by_draw or rig.asked_at > last.at

    @rule(step=st.sampled_from([0.5, 1, 5]), polls=st.integers(1, 8))
    def watch(self, step: float, polls: int) -> None:
        """Let time pass in peace, poll by poll."""
        for _ in range(polls):
            self.clock.true += step * MINUTE
            for which in range(RIGS):
                self.poll(which, -1, [])
                self.counters_never_shrink()

    @rule(which=which, minutes=st.sampled_from([1, 6, 12, 30]))
    def hangs(self, which: int, minutes: int) -> None:
        """Let a rig hang, and the pool see it when it is asked next."""
        rig = self.rigs[which]
        rig.share_age, rig.miner = minutes * MINUTE, None
        rig.armed = rig.known = True

    @rule(
        which=which,
        kind=st.sampled_from([*MinerKind, *NOT_WORKING, None]),
        ago=minutes,
        watts=st.sampled_from([None, 0.5, 1200.0]),
    )
    def miner_tells(
        self, which: int, kind: MinerKind | None, ago: float, watts: float | None
    ) -> None:
        """Let the linked miner say something else, or be unlinked."""
        since = self.clock.wall - ago * MINUTE
        self.rigs[which].miner = (
            None if kind is None else MinerEvidence(kind=kind, since=since)
        )
        self.rigs[which].watts = watts

    @rule(minutes=minutes, how=st.sampled_from(["passes", "ahead", "back"]))
    def time(self, minutes: float, how: str) -> None:
        """Let time pass unwatched, or set the clock."""
        match how:
            case "passes":
                self.clock.true += minutes * MINUTE
            case "ahead":
                self.clock.jump(minutes * MINUTE)
            case _:
                self.clock.jump(-minutes * MINUTE)

    @rule(
        which=which,
        what=st.sampled_from(
            ["pool", "all", "unwatched", "plug", "button", "armed", "restart"]
        ),
        age=st.sampled_from([None, 0.5, 4, 11, 60]),
    )
    def something_happens(self, which: int, what: str, age: float | None) -> None:
        """Let a witness, the plug or Home Assistant do something else."""
        rig = self.rigs[which]
        match what:
            case "pool":
                rig.share_age = None if age is None else age * MINUTE
            case "all":
                for each in self.rigs:
                    each.share_age = None if age is None else age * MINUTE
            case "unwatched":
                rig.known = not rig.known
            case "plug":
                rig.reachable = not rig.reachable
            case "button":
                rig.on = not rig.on
                rig.went_off_by = "someone"
            case "armed":
                rig.armed = not rig.armed
            case _:
                self.process = Process(self.clock, self.rigs)

    @rule(
        which=which,
        what=st.sampled_from(["cycle", "off", "on", "reset", "reset"]),
        crash=crashes,
        faults=fault_lists,
    )
    def user_acts(self, which: int, what: str, crash: int, faults: list[Fault]) -> None:
        """Let the user press something."""
        rig, process = self.rigs[which], self.process
        match what:
            case "cycle":
                steps = process.async_user_cycles(rig)
            case "reset":
                self.human, steps = True, process.async_user_resets(rig)
            case _:
                steps = process.async_user_switches(rig, on=what == "on")
        self._run(rig, steps, crash, faults)

    @invariant()
    def counters_never_shrink(self) -> None:
        """But by a recovery, or a human."""
        for rig, before in zip(self.rigs, self.before, strict=True):
            memory = rig.memory
            assert memory.restarts_total >= before.restarts_total
            assert memory.seen >= before.seen
            if not self.human:
                assert memory.unstable >= before.unstable
            if memory.restarts_in_row < before.restarts_in_row:
                assert self.human or self.recovered
            pending = memory.intent is not None
            assert memory.restarts_total + pending >= len(rig.cuts)
        self.before = [rig.memory for rig in self.rigs]
        self.human = self.recovered = False

    @override
    def teardown(self) -> None:
        """Let all plugs answer: nobody is without power through us."""
        process = Process(self.clock, getattr(self, "rigs", []))
        for rig in getattr(self, "rigs", []):
            rig.reachable, rig.crash_in, rig.faults, rig.sleeps = True, -1, [], 0
            assert rig.memory.intent is None or run(process.async_poll(rig))
            assert rig.memory.intent is None
            assert rig.on or rig.went_off_by != "us"
            assert rig.memory.restarts_total >= len(rig.cuts)


Histories.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None
)
TestHistories = Histories.TestCase
