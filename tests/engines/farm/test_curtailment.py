"""What is stopped first when a site has to draw less, and how much that frees."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.farm import (
    Candidate,
    Curtailment,
    CurtailmentProgress as Progress,
    LeverKind,
    Load,
    MachineFacts,
    MachineState,
    Standing,
    Target,
    freed,
    next_wave,
    plan,
)
from custom_components.mining_farm.engines.farm.curtailing import WAVE

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
HASHING, PAUSED, OFFLINE = (
    MachineState.HASHING,
    MachineState.PAUSED,
    MachineState.OFFLINE,
)
SLEEP = (LeverKind.SLEEP,)


def candidate(
    name: str,
    watts: float | None = 3000.0,
    rate: float | None = 1e14,
    *,
    state: MachineState = HASHING,
    levers: tuple[LeverKind, ...] = SLEEP,
    rank: int = 0,
    held: bool = False,
    algorithm: str = "sha256",
) -> Candidate:
    """Return a machine."""
    facts = MachineFacts(state=state, power=watts, hashrate=rate, algorithm=algorithm)
    return Candidate(machine=name, facts=facts, levers=levers, rank=rank, held=held)


def order(*candidates: Candidate, **target: float) -> list[str]:
    """Return what could be stopped, in order."""
    planned = plan(candidates, Target(**target))
    return [load.machine for load in planned.loads]


def test_the_worst_efficiency_goes_first() -> None:
    """What draws power without hashing is the worst; what compares with none comes last."""
    machines = (
        candidate("good", 3000, 2e14),
        candidate("bad", 3000, 1e14),
        candidate("idle", 100, 0.0, state=MachineState.IDLE),
        candidate("unseen", 3000, None),
        candidate("scrypt", 3000, 1e9, algorithm="scrypt"),
    )
    assert order(*machines, by=1) == ["idle", "bad", "good", "unseen", "scrypt"]


def test_a_chosen_order_comes_before_efficiency() -> None:
    """Machines of the first label go first, however good they are."""
    machines = (
        candidate("last", 3000, 1e13, rank=1),
        candidate("first", 3000, 2e14),
    )
    assert order(*machines, by=1) == ["first", "last"]


def test_what_has_just_started_is_spared_where_others_do() -> None:
    """Not against an order that was chosen, and not where all are to stop."""
    old, young = candidate("good", 3000, 2e14), candidate("young", 3000, 1e14)
    young = replace(young, facts=replace(young.facts, uptime=599.0))
    assert order(young, old, by=3000) == ["good", "young"]
    run = replace(young, facts=replace(young.facts, uptime=600.0))
    assert order(run, old, by=3000) == ["young", "good"]
    assert order(young, replace(old, rank=1), by=3000) == ["young", "good"]
    assert plan((young, old), Target()).count == 2


def test_a_draw_that_is_unknown_promises_nothing() -> None:
    """It comes last where W are to be freed, and first where none may be left over."""
    machines = (candidate("known", 3000), candidate("unknown", None))
    freeing = plan(machines, Target(by=3000))
    assert [load.machine for load in freeing.chosen] == ["known"]
    assert freeing.unknown == 1
    left = plan(machines, Target(to=3000))
    assert [load.machine for load in left.chosen] == ["unknown"]
    assert (left.watts, left.unknown) == (0, 0)


def test_what_is_down_already_frees_nothing() -> None:
    """Nor does what somebody keeps down, or nothing can stop; the last is named."""
    machines = (
        candidate("paused", 20, 0.0, state=PAUSED),
        candidate("held", held=True),
        candidate("stubborn", levers=()),
        candidate("axe"),
    )
    planned = plan(machines, Target(by=9000))
    assert [load.machine for load in planned.chosen] == ["axe"]
    assert planned.unstoppable == ("stubborn",)
    assert planned.short_by == 6000


def test_all_is_also_what_may_wake_later() -> None:
    """What draws power first; a machine that cannot be reached is stopped once it can."""
    machines = (
        candidate("offline", None, None, state=OFFLINE),
        candidate("paused", 20, 0.0, state=PAUSED),
        candidate("axe"),
    )
    planned = plan(machines, Target())
    assert [load.machine for load in planned.chosen] == ["axe", "paused", "offline"]
    assert planned.watts == 3000


MACHINES = st.lists(
    st.builds(
        candidate,
        st.uuids().map(str),
        st.none() | st.floats(0, 1e4),
        st.none() | st.floats(0, 1e15),
        state=st.sampled_from(MachineState),
        levers=st.sampled_from([SLEEP, ()]),
        rank=st.integers(0, 2),
        held=st.booleans(),
    ),
    max_size=30,
)


@given(MACHINES, st.floats(0, 2e5))
def test_no_more_is_stopped_than_is_needed(
    machines: list[Candidate], by: float
) -> None:
    """Without the last machine it would not suffice; short by what is missing."""
    planned = plan(machines, Target(by=by))
    assert planned.watts >= by or planned.short_by == pytest.approx(by - planned.watts)
    if planned.chosen and not planned.short_by:
        assert sum(load.watts or 0 for load in planned.chosen[:-1]) < by
    if planned.short_by:
        assert all(load.watts is None for load in planned.loads[planned.count :])
    by_name = {each.machine: each for each in machines}
    assert not any(by_name[load.machine].held for load in planned.loads)
    assert all(by_name[load.machine].levers for load in planned.loads)


@given(MACHINES, st.floats(0, 2e5))
def test_what_is_left_is_known_to_draw_no_more(
    machines: list[Candidate], to: float
) -> None:
    """Unless it is said how much is missing, and of how many machines nothing is known."""
    planned = plan(machines, Target(to=to))
    stopped = {load.machine for load in planned.chosen}
    left = [
        each.facts
        for each in machines
        if each.machine not in stopped
        and each.facts.state.answers
        and not each.facts.state.down
    ]
    known = sum(facts.power or 0 for facts in left)
    assert known <= to + planned.short_by + 1e-6
    assert sum(facts.power is None for facts in left) <= planned.unknown


def loads(count: int, watts: float | None = 1000.0) -> tuple[Load, ...]:
    """Return so many loads."""
    return tuple(Load(machine=f"m{number}", watts=watts) for number in range(count))


def all_of(standing: Standing, count: int) -> dict[str, Progress]:
    """Return so many machines that have all come so far."""
    return {f"m{number}": Progress(standing=standing) for number in range(count)}


def test_machines_go_down_in_waves() -> None:
    """The next ones once the first were seen to stop."""
    one = Curtailment(since=NOW, loads=loads(40), count=40)
    progress = all_of(Standing.FREE, 40)
    first = next_wave(one, progress)
    assert len(first) == WAVE
    progress |= dict.fromkeys(first, Progress(standing=Standing.UNDER_WAY))
    assert next_wave(one, progress) == ()
    progress[first[0]] = Progress(standing=Standing.DOWN)
    assert next_wave(one, progress) == (f"m{WAVE}",)


def test_what_did_not_stop_is_made_up_for() -> None:
    """By the next in reserve; so are W that a sleeping machine still draws."""
    one = Curtailment(since=NOW, need=2000, loads=loads(4), count=2)
    progress = all_of(Standing.FREE, 4)
    assert next_wave(one, progress) == ("m0", "m1")
    progress["m0"] = Progress(standing=Standing.DOWN)
    progress["m1"] = Progress(standing=Standing.UNDER_WAY)
    assert next_wave(one, progress) == ()
    progress["m1"] = Progress(standing=Standing.MISSED)
    assert next_wave(one, progress) == ("m2",)
    progress["m2"] = Progress(standing=Standing.DOWN, draws=100)
    assert freed(one.loads[2], progress["m2"]) == 900
    assert next_wave(one, progress) == ("m3",)


@given(
    st.lists(st.none() | st.floats(0, 1e4), max_size=40),
    st.none() | st.floats(0, 1e5),
    st.data(),
)
def test_any_history_ends_and_orders_each_once(
    watts: list[float | None], need: float | None, data: st.DataObject
) -> None:
    """Never more than a wave at once; it ends with enough freed, or nothing left."""
    machines = tuple(
        Load(machine=f"m{number}", watts=each) for number, each in enumerate(watts)
    )
    count = len(machines) if need is None else 0
    one = Curtailment(since=NOW, need=need, loads=machines, count=count)
    progress = all_of(Standing.FREE, len(machines))
    ordered: list[str] = []
    while wave := next_wave(one, progress):
        ordered += wave
        progress |= dict.fromkeys(wave, Progress(standing=Standing.UNDER_WAY))
        under_way = [
            name
            for name, each in progress.items()
            if each.standing is Standing.UNDER_WAY
        ]
        assert len(under_way) <= WAVE
        for name in under_way:
            outcome = data.draw(st.sampled_from([Standing.DOWN, Standing.MISSED]))
            progress[name] = Progress(standing=outcome)
    assert len(ordered) == len(set(ordered))
    done = sum(freed(load, progress[load.machine]) for load in machines)
    left = [
        load
        for load in machines
        if progress[load.machine].standing is Standing.FREE and load.watts is not None
    ]
    assert not left or (need is not None and done >= need)


def test_it_is_kept_as_it_was() -> None:
    """And a damaged one is refused."""
    one = Curtailment(
        since=NOW,
        by="Ann",
        until=NOW + timedelta(hours=2),
        signal="binary_sensor.grid",
        need=5000,
        loads=(Load(machine="axe", watts=3000), Load(machine="bee")),
        count=1,
    )
    assert Curtailment.from_dict(one.as_dict()) == one
    assert not one.over(NOW)
    assert one.over(NOW + timedelta(hours=2))
    assert not replace(one, until=None).over(NOW + timedelta(days=900))
    for key in one.as_dict():
        with pytest.raises(ValueError, match=r"damaged|zone|number"):
            Curtailment.from_dict({**one.as_dict(), key: True})
