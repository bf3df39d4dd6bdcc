"""What is stopped first when a site has to draw less, and how much that frees."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.farm import (
    Candidate,
    Curtailment,
    CurtailmentProgress as Progress,
    Levels,
    LeverKind,
    Load,
    MachineFacts,
    MachineState,
    Plan,
    Reach,
    Standing,
    Sure,
    Target,
    Targets,
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
TARGETS = Targets(least=1000, most=3000, step=100)
LEVELS = Levels(by_name={"low": 1200.0, "mid": 2000.0, "high": 2800.0})


def candidate(
    name: str,
    watts: float | None = 3000.0,
    rate: float | None = 1e14,
    *,
    state: MachineState = HASHING,
    levers: tuple[LeverKind, ...] = SLEEP,
    reach: Reach | None = None,
    rank: int = 0,
    held: bool = False,
    algorithm: str = "sha256",
) -> Candidate:
    """Return a machine."""
    facts = MachineFacts(state=state, power=watts, hashrate=rate, algorithm=algorithm)
    return Candidate(
        machine=name, facts=facts, levers=levers, reach=reach, rank=rank, held=held
    )


def lowerable(
    name: str, watts: float | None = 3000.0, rate: float = 1e14, **how: Any
) -> Candidate:
    """Return a machine that can be set to any 100 W from 1000 to 3000."""
    return candidate(name, watts, rate, reach=TARGETS, **how)


def done(planned: Plan) -> list[tuple[str, float | None]]:
    """Return what is done at first: each machine, and the W that are left to it."""
    return [(load.machine, load.to) for load in planned.chosen]


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


def test_levels_come_before_sleep() -> None:
    """The worst J/TH first, and the last only as far as is needed."""
    machines = (
        lowerable("good", rate=2e14),
        lowerable("bad"),
        candidate("fixed", rate=1e13),
    )
    planned = plan(machines, Target(by=2500))
    assert done(planned) == [("bad", 1000), ("good", 2500)]
    assert (planned.watts, planned.short_by) == (2500, 0)
    assert planned.watts_of(Sure.NOMINAL) == 2500
    reserve = [(load.machine, load.to) for load in planned.loads[planned.count :]]
    assert reserve == [
        ("good", 1000),
        ("fixed", None),
        ("bad", None),
        ("good", None),
    ]


def test_what_lowering_does_not_free_is_freed_by_sleep() -> None:
    """One that sleeps is not lowered as well, and the best need less then."""
    machines = (lowerable("good", rate=2e14), lowerable("bad"))
    planned = plan(machines, Target(by=4500))
    assert done(planned) == [("good", 1500), ("bad", None)]
    assert planned.watts == 4500
    assert done(plan(machines, Target(by=3000))) == [("bad", 1000), ("good", 2000)]
    assert done(plan(machines, Target(by=9000))) == [("bad", None), ("good", None)]
    assert done(plan(machines, Target())) == [("bad", None), ("good", None)]


def test_lowered_as_far_as_a_machine_goes_and_where_it_is_worth_it() -> None:
    """By levels whose W are known; not for some W that do not matter."""
    axe = candidate("axe", 2900, reach=LEVELS)
    assert done(plan([axe], Target(by=100))) == [("axe", 2800)]
    assert done(plan([axe], Target(by=1000))) == [("axe", 1200)]
    assert done(plan([axe], Target(by=2000))) == [("axe", None)]
    idle = lowerable("idle", 1040)
    assert done(plan([idle], Target(by=10))) == [("idle", None)]


def test_how_sure_it_is() -> None:
    """A meter, the miner's own word, or only what it is set to."""
    metered = candidate("metered")
    metered = replace(metered, facts=replace(metered.facts, power_measured=True))
    machines = (
        metered,
        candidate("told", rate=1e13),
        lowerable("axe"),
        candidate("unknown", None),
    )
    planned = plan(machines, Target(to=0))
    assert [load.sure for load in planned.chosen] == [
        Sure.UNKNOWN,
        Sure.REPORTED,
        Sure.METERED,
        Sure.REPORTED,
    ]
    assert planned.watts_of(Sure.METERED) == 3000
    lowered = plan(machines, Target(by=1))
    assert [load.sure for load in lowered.chosen] == [Sure.NOMINAL]


MACHINES = st.lists(
    st.builds(
        candidate,
        st.uuids().map(str),
        st.none() | st.floats(0, 1e4),
        st.none() | st.floats(0, 1e15),
        state=st.sampled_from(MachineState),
        levers=st.sampled_from([SLEEP, ()]),
        reach=st.sampled_from([None, TARGETS, LEVELS]),
        rank=st.integers(0, 2),
        held=st.booleans(),
    ),
    max_size=30,
)


@given(MACHINES, st.floats(0, 2e5))
def test_never_less_is_freed_than_can_be(machines: list[Candidate], by: float) -> None:
    """Short only where everything sleeps of which it is known what it draws."""
    planned = plan(machines, Target(by=by))
    assert planned.watts >= by - 1e-3 or planned.short_by == by - planned.watts
    if planned.short_by:
        assert all(load.to is None for load in planned.chosen)
        assert all(load.watts is None for load in planned.loads[planned.count :])


@given(MACHINES, st.floats(0, 2e5))
def test_no_more_sleep_than_needed(machines: list[Candidate], by: float) -> None:
    """Without the last of them it would not suffice, however low the others are set."""
    planned = plan(machines, Target(by=by))
    by_name = {each.machine: each for each in machines}
    asleep = [load.machine for load in planned.chosen if load.to is None]
    free = {load.machine for load in planned.loads if load.watts is not None}
    if asleep:
        without = set(asleep[:-1])
        most = sum(by_name[name].facts.power or 0 for name in without)
        most += sum(_lowest(by_name[name]) for name in free - without)
        assert most < by + 1e-3


def _lowest(machine: Candidate) -> float:
    """Return what lowering a machine frees at most, where that is worth it."""
    power, reach = machine.facts.power or 0.0, machine.reach
    least = power if reach is None else reach.least
    return power - least if power - least >= 0.05 * power else 0.0


@given(MACHINES, st.floats(0, 2e5), st.booleans())
def test_each_machine_is_asked_for_what_it_can(
    machines: list[Candidate], watts: float, left: bool
) -> None:
    """Never below its least, never what is held or has no lever, and one thing each."""
    planned = plan(machines, Target(to=watts) if left else Target(by=watts))
    by_name = {each.machine: each for each in machines}
    chosen = [load.machine for load in planned.chosen]
    assert len(chosen) == len(set(chosen))
    for load in planned.loads:
        machine = by_name[load.machine]
        assert machine.levers
        assert not machine.held
        if load.to is not None:
            reach = machine.reach
            assert reach is not None
            assert reach.least <= load.to < (machine.facts.power or 0)
            setting = reach.at_most(load.to)
            assert setting is not None
            assert reach.watts(setting) == load.to


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
    known += sum(load.to or 0 for load in planned.chosen)
    assert known <= to + planned.short_by + 1e-3
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
    first = names(next_wave(one, progress))
    assert len(first) == WAVE
    progress |= dict.fromkeys(first, Progress(standing=Standing.UNDER_WAY))
    assert next_wave(one, progress) == ()
    progress[first[0]] = Progress(standing=Standing.DONE)
    assert names(next_wave(one, progress)) == [f"m{WAVE}"]


def test_what_did_not_stop_is_made_up_for() -> None:
    """By the next in reserve; so are W that a sleeping machine still draws."""
    one = Curtailment(since=NOW, need=2000, loads=loads(4), count=2)
    progress = all_of(Standing.FREE, 4)
    assert names(next_wave(one, progress)) == ["m0", "m1"]
    progress["m0"] = Progress(standing=Standing.DONE)
    progress["m1"] = Progress(standing=Standing.UNDER_WAY)
    assert next_wave(one, progress) == ()
    progress["m1"] = Progress(standing=Standing.MISSED)
    assert names(next_wave(one, progress)) == ["m2"]
    progress["m2"] = Progress(standing=Standing.DONE, draws=100)
    assert freed(one.loads[2:3], progress["m2"]) == 900
    assert names(next_wave(one, progress)) == ["m3"]


def names(wave: tuple[Load, ...]) -> list[str]:
    """Return the machines of a wave."""
    return [load.machine for load in wave]


def test_what_is_not_lowered_is_made_up_for() -> None:
    """By lowering others, then by sleep; what somebody set otherwise is left to him."""
    low = [Load(machine=f"m{each}", watts=2000, to=1000) for each in range(2)]
    down = [Load(machine=f"m{each}", watts=3000) for each in range(2)]
    one = Curtailment(since=NOW, need=2000, loads=(*low, *down), count=1)
    progress = all_of(Standing.FREE, 2)
    assert next_wave(one, progress) == (low[0],)
    progress["m0"] = Progress(standing=Standing.UNDER_WAY, to=1000)
    assert next_wave(one, progress) == ()
    progress["m0"] = Progress(standing=Standing.DONE, to=1000)
    assert next_wave(one, progress) == ()
    progress["m0"] = Progress(standing=Standing.DONE, to=1000, draws=1040)
    assert next_wave(one, progress) == ()
    progress["m0"] = Progress(standing=Standing.DONE, to=1000, draws=1500)
    assert next_wave(one, progress) == (low[1],)
    progress["m1"] = Progress(standing=Standing.MISSED, to=1000)
    assert next_wave(one, progress) == (down[0],)
    progress["m0"] = Progress(standing=Standing.LEFT)
    assert next_wave(one, progress) == (down[1],)


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
    while wave := names(next_wave(one, progress)):
        ordered += wave
        progress |= dict.fromkeys(wave, Progress(standing=Standing.UNDER_WAY))
        under_way = [
            name
            for name, each in progress.items()
            if each.standing is Standing.UNDER_WAY
        ]
        assert len(under_way) <= WAVE
        for name in under_way:
            outcome = data.draw(st.sampled_from([Standing.DONE, Standing.MISSED]))
            progress[name] = Progress(standing=outcome)
    assert len(ordered) == len(set(ordered))
    done = sum(freed([load], progress[load.machine]) for load in machines)
    left = [
        load
        for load in machines
        if progress[load.machine].standing is Standing.FREE and load.watts
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
        loads=(
            Load(machine="axe", watts=2000, to=1000),
            Load(machine="axe", watts=3000, cut=True),
            Load(machine="bee"),
        ),
        count=1,
        left=frozenset({"bee"}),
    )
    assert Curtailment.from_dict(one.as_dict()) == one
    # As the first version kept it.
    old = {**one.as_dict(), "loads": [["axe", 3000]]}
    del old["left"]
    loads = (Load(machine="axe", watts=3000),)
    assert Curtailment.from_dict(old) == replace(one, loads=loads, left=frozenset())
    assert not one.over(NOW)
    assert one.over(NOW + timedelta(hours=2))
    assert not replace(one, until=None).over(NOW + timedelta(days=900))
    for key in one.as_dict():
        with pytest.raises(ValueError, match=r"damaged|zone|number"):
            Curtailment.from_dict({**one.as_dict(), key: True})
