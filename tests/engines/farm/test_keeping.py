"""Which levers are moved, in which order, and what is moved back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
import pytest

from custom_components.mining_farm.engines.farm import (
    Awake,
    Hold,
    HoldKind,
    LeverKind,
    LeverState,
    MachineFacts,
    MachineState,
    Owner,
    Record,
    is_down,
    next_back,
    orders,
    seen_awake,
)

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
HASHING = MachineFacts(state=MachineState.HASHING, hashrate=1e14)
SILENT = MachineFacts(state=MachineState.OFFLINE)
SLEEP, OUTLET, SWITCH = LeverKind.SLEEP, LeverKind.OUTLET, LeverKind.SWITCH


def levers(**stopped: bool | None) -> list[LeverState]:
    """Return levers by their names, in the order in which they are used."""
    return [
        LeverState(lever=kind, stopped=stopped[kind])
        for kind in LeverKind
        if kind in stopped
    ]


def held(owner: Owner, kind: HoldKind = HoldKind.ASLEEP) -> Record:
    """Return a record with one hold."""
    hold = Hold(owner=owner, source="one", kind=kind, reason="why", since=NOW)
    return Record().placed(hold)


def test_a_machine_that_is_free_is_left_alone() -> None:
    """As is one that is only to draw less."""
    both = levers(sleep=False, outlet=False)
    assert orders(Record(), both, HASHING, ()) == ()
    assert orders(held(Owner.ALLOCATION, HoldKind.AT_MOST), both, HASHING, ()) == ()


def test_sleep_comes_first() -> None:
    """Power is cut for safety, where sleep was not confirmed; for comfort it is not."""
    both = levers(sleep=False, outlet=False)
    for owner in (Owner.INTERLOCK, Owner.CURTAILMENT, Owner.USER):
        assert orders(held(owner), both, HASHING, ()) == (SLEEP,)
    assert orders(held(Owner.INTERLOCK), both, HASHING, {SLEEP}) == (OUTLET,)
    assert orders(held(Owner.CURTAILMENT), both, HASHING, {SLEEP}) == ()
    assert orders(held(Owner.USER), both, HASHING, {SLEEP}) == ()


def test_a_machine_that_only_its_outlet_can_stop() -> None:
    """Safety cuts it; any other owner only where cutting is what was asked for."""
    only = levers(outlet=False)
    assert orders(held(Owner.INTERLOCK), only, HASHING, ()) == (OUTLET,)
    for owner in (Owner.CURTAILMENT, Owner.WALLET, Owner.USER):
        assert orders(held(owner), only, HASHING, ()) == ()
        assert orders(held(owner, HoldKind.CUT), only, HASHING, ()) == (OUTLET,)


def test_a_cut_comes_with_sleep_and_waits_for_nothing() -> None:
    """Both at once; the next outlet where the first did not do it."""
    record = held(Owner.EMERGENCY_STOP, HoldKind.CUT)
    three = levers(sleep=False, outlet=False, switch=None)
    assert orders(record, three, HASHING, ()) == (SLEEP, OUTLET)
    assert orders(record, three, HASHING, {SLEEP, OUTLET}) == (SWITCH,)
    off = levers(sleep=False, outlet=False, switch=True)
    assert orders(record, off, HASHING, ()) == ()


def test_a_machine_without_an_outlet_is_at_least_put_to_sleep() -> None:
    """What cannot be cut is not left hashing."""
    record = held(Owner.EMERGENCY_STOP, HoldKind.CUT)
    assert orders(record, levers(sleep=False), HASHING, ()) == (SLEEP,)


def test_a_machine_of_which_nothing_is_known() -> None:
    """Safety tries all the same; the others wait until it is seen."""
    unknown = levers(sleep=None, outlet=None)
    assert orders(held(Owner.INTERLOCK), unknown, SILENT, ()) == (SLEEP,)
    assert orders(held(Owner.CURTAILMENT), unknown, SILENT, ()) == ()
    cut = held(Owner.CURTAILMENT, HoldKind.CUT)
    assert orders(cut, levers(outlet=None), SILENT, ()) == ()
    assert orders(cut, levers(outlet=False), SILENT, ()) == (OUTLET,)


@pytest.mark.parametrize("state", [MachineState.PAUSED, MachineState.OFF])
def test_what_is_down_already_gets_no_order(state: MachineState) -> None:
    """Whoever put it down."""
    facts = MachineFacts(state=state)
    assert orders(held(Owner.INTERLOCK), levers(sleep=True), facts, ()) == ()


def test_what_proves_that_a_machine_stopped() -> None:
    """Its own word with no rate left, no power at a meter, or an outlet that is off."""
    record, both = held(Owner.INTERLOCK), levers(sleep=True, outlet=False)
    assert not is_down(record, both, HASHING)
    paused = MachineFacts(state=MachineState.PAUSED)
    assert is_down(record, both, paused)
    assert not is_down(record, both, replace(paused, hashrate=5e13))
    assert is_down(record, both, MachineFacts(state=MachineState.IDLE, hashrate=0.0))
    assert not is_down(record, both, MachineFacts(state=MachineState.IDLE))
    assert not is_down(record, both, SILENT)
    dark = replace(SILENT, power=200.0, power_measured=True)
    assert is_down(record, both, dark, drew=3000.0)
    assert not is_down(record, both, replace(dark, power_measured=False), drew=3000.0)
    assert not is_down(record, both, dark)


def test_an_outlet_that_says_off_while_watts_flow_proves_nothing() -> None:
    """A machine that is to be without power is, where its meter says so."""
    record = held(Owner.EMERGENCY_STOP, HoldKind.CUT)
    off = levers(outlet=True)
    assert is_down(record, off, SILENT, drew=3000.0)
    draws = replace(SILENT, power=3000.0, power_measured=True)
    assert not is_down(record, off, draws, drew=3000.0)
    assert not is_down(record, levers(outlet=False), SILENT, drew=3000.0)


def test_what_was_moved_is_moved_back_power_first() -> None:
    """A miner that boots says later whether it still sleeps."""
    record = Record().moved([SLEEP, OUTLET])
    assert next_back(record, levers(sleep=None, outlet=True)) == (OUTLET, True)
    record = record.moved_back(OUTLET)
    assert next_back(record, levers(sleep=None, outlet=False)) is None
    assert next_back(record, levers(sleep=True, outlet=False)) == (SLEEP, True)
    assert next_back(record, levers(sleep=False, outlet=False)) == (SLEEP, False)
    assert next_back(record.moved_back(SLEEP), levers(sleep=True)) is None


def test_an_outlet_that_does_not_answer_is_owed_its_power() -> None:
    """One whose entry is not loaded is waited for."""
    record = Record().moved([OUTLET])
    assert next_back(record, levers(outlet=None)) == (OUTLET, True)
    assert next_back(record, levers(sleep=True)) is None


@pytest.mark.parametrize(
    ("uptime", "found"),
    [
        (7200.0, Awake.LET_GO),  # Its process ran on: somebody woke it
        (300.0, Awake.PUT_DOWN_ONCE_MORE),  # It forgot the pause in a blackout
        (None, Awake.LET_GO),
    ],
)
def test_a_user_hold_on_a_machine_that_is_seen_awake(
    uptime: float | None, found: Awake
) -> None:
    """Whether it restarted decides, once."""
    record = held(Owner.USER).seen_down(NOW - timedelta(minutes=30))
    facts = replace(HASHING, uptime=uptime)
    assert seen_awake(record, facts, NOW) is found
    assert seen_awake(record.put_down_again(), facts, NOW) is Awake.LET_GO
    # An outlet that is on again was turned on by a hand.
    cut = held(Owner.USER, HoldKind.CUT).seen_down(NOW - timedelta(minutes=30))
    assert seen_awake(cut, facts, NOW) is Awake.LET_GO


@given(st.sampled_from(sorted(set(Owner) - {Owner.USER})), st.floats(0, 1e6))
def test_other_holds_put_a_machine_down_again(owner: Owner, uptime: float) -> None:
    """However it woke."""
    record = held(owner).seen_down(NOW - timedelta(minutes=30))
    assert seen_awake(record, replace(HASHING, uptime=uptime), NOW) is Awake.PUT_DOWN


class Machine(RuleBasedStateMachine):
    """A machine whose levers obey or do not, with owners that come and go."""

    @initialize(
        has_sleep=st.booleans(),
        has_outlet=st.booleans(),
        asleep=st.booleans(),
        powered=st.booleans(),
    )
    def begin(
        self, *, has_sleep: bool, has_outlet: bool, asleep: bool, powered: bool
    ) -> None:
        """Start from any machine."""
        self.has = {SLEEP: has_sleep, OUTLET: has_outlet}
        self.stopped = {SLEEP: asleep, OUTLET: not powered and has_outlet}
        self.was = dict(self.stopped)
        self.record = Record()
        self.tried: set[LeverKind] = set()
        self.ordered: list[LeverKind] = []
        self.started: list[LeverKind] = []

    @property
    def levers(self) -> list[LeverState]:
        """Return the levers that there are; a miner without power says nothing."""
        states = []
        if self.has[SLEEP]:
            asleep = None if self.stopped[OUTLET] else self.stopped[SLEEP]
            states.append(LeverState(lever=SLEEP, stopped=asleep))
        if self.has[OUTLET]:
            states.append(LeverState(lever=OUTLET, stopped=self.stopped[OUTLET]))
        return states

    @property
    def facts(self) -> MachineFacts:
        """Return what is seen of it."""
        if self.stopped[OUTLET]:
            return MachineFacts(state=MachineState.OFF)
        state = MachineState.PAUSED if self.stopped[SLEEP] else MachineState.HASHING
        return MachineFacts(state=state)

    @rule(
        owner=st.sampled_from(Owner),
        source=st.sampled_from("ab"),
        kind=st.sampled_from(HoldKind),
    )
    def place(self, owner: Owner, source: str, kind: HoldKind) -> None:
        """Somebody wants it down."""
        hold = Hold(
            owner=owner, source=source, kind=kind, watts=1.0, reason="", since=NOW
        )
        self.record = self.record.placed(hold)
        self.tried.clear()

    @rule(owner=st.sampled_from(Owner), source=st.sampled_from("ab"))
    def release(self, owner: Owner, source: str) -> None:
        """Somebody lets go."""
        self.record = self.record.released(owner, source)

    @rule(obeys=st.booleans())
    def keep_down(self, *, obeys: bool) -> None:
        """Move what is to be moved; levers may not obey."""
        todo = orders(self.record, self.levers, self.facts, self.tried)
        assert not self.tried.intersection(todo)
        if todo:
            assert self.record.down
        states = {each.lever: each.stopped for each in self.levers}
        self.record = self.record.moved(k for k in todo if states[k] is False)
        self.tried.update(todo)
        for kind in todo:
            self.ordered.append(kind)
            self.stopped[kind] = self.stopped[kind] or obeys

    @precondition(lambda self: self.record.want is None)
    @rule()
    def let_start(self) -> None:
        """Move back what was moved."""
        while (step := next_back(self.record, self.levers)) is not None:
            kind, ordered = step
            if ordered:
                assert kind in self.ordered
                self.started.append(kind)
                self.stopped[kind] = False
            self.record = self.record.moved_back(kind)

    @invariant()
    def what_we_did_not_stop_we_do_not_start(self) -> None:
        """What was found down and never moved is as it was."""
        if not hasattr(self, "was"):
            return
        assert set(self.started) <= set(self.ordered)
        for kind, stopped in self.was.items():
            if stopped and kind not in self.ordered:
                assert self.stopped[kind]


TestMachine = Machine.TestCase
