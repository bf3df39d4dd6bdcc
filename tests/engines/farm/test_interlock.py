"""From what a plant reports to stopped machines, and back only once cooling is proved."""

import json

from hypothesis import given, settings as hypothesis_settings, strategies as st
import pytest

from custom_components.mining_farm.engines.farm import (
    NOT_STOPPED,
    RULES,
    Cause,
    Group,
    Guard,
    HoldKind,
    Phase,
    Reaction,
    Rule,
    Settings,
    Side,
    stop_by_hand,
)

from .scenes import Plant

LEAK = "leakage_fault"
FLOW = "supply_liquid_flow_low"
HOT = "supply_liquid_temp_too_high"


def test_all_is_well() -> None:
    """Nothing is told, and nothing is held."""
    plant = Plant()
    plant.after(600)
    assert (plant.group.phase, plant.group.kind, plant.events) == (
        Phase.WATCHING,
        None,
        [],
    )


def test_a_leak_cuts_after_two_readings() -> None:
    """The first asks for another one at once; no delay comes on top of it."""
    plant = Plant(bits={LEAK})
    first = plant.after(1)
    assert first.look_again
    assert first.group.kind is None
    second = plant.after(2, step=2)
    assert second.group.kind is HoldKind.CUT
    assert plant.events == ["warned", "trip"]
    assert second.group.causes == (f"leak:north:{LEAK}",)


def test_a_bit_that_flickers_orders_nothing() -> None:
    """It comes and goes within its delay, again and again."""
    plant = Plant()
    for _ in range(50):
        plant.bits = {FLOW}
        plant.after(2, step=2)
        plant.bits = set()
        plant.after(2, step=2)
    assert plant.kind() is None
    assert "trip" not in plant.events


def test_lost_flow_sleeps_and_never_cuts_by_a_bit_alone() -> None:
    """Also where the user asked for a cut; two witnesses do cut."""
    rules = {**RULES, Cause.FLOW_LOST: Rule(reaction=Reaction.CUT, delay=5)}
    alone = Plant(settings=Settings(rules=rules), bits={FLOW})
    alone.after(30)
    assert alone.group.kind is HoldKind.ASLEEP
    two = Plant(
        settings=Settings(rules=rules), bits={FLOW, "return_liquid_pressure_low"}
    )
    two.after(30)
    assert two.group.kind is HoldKind.CUT


def test_lost_flow_counts_only_while_machines_hash() -> None:
    """A pump that rests between two seasons stops nothing."""
    plant = Plant(bits={FLOW}, running=False, hashing=0, follow=False)
    plant.after(600)
    assert plant.kind() is None
    plant.hashing = 10
    plant.after(30)
    assert plant.kind() is HoldKind.ASLEEP


def test_a_pump_that_stands_while_machines_hash() -> None:
    """Its flag alone is enough, read twice and for five seconds."""
    plant = Plant(running=False)
    plant.after(20)
    assert plant.kind() is HoldKind.ASLEEP
    assert plant.group.causes == ("flow_lost:north:stopped",)


@pytest.mark.parametrize(
    ("model", "bits", "kind"),
    [
        ("hk3", {"fan1_fault"}, None),
        ("hk3", {"liquid_level_low"}, None),
        ("hk3", {"freezing_alarm"}, None),
        ("hk3", {"circulating_pump_fault"}, HoldKind.ASLEEP),
        ("immersion", {"second_pump1_fault"}, None),
        ("immersion", {"second_pump1_fault", "second_pump2_fault"}, HoldKind.ASLEEP),
        ("immersion", {"lever_low"}, HoldKind.ASLEEP),
        ("immersion", {"return_liquid_temp_too_high"}, HoldKind.ASLEEP),
        ("of tomorrow", {"something_new"}, None),
    ],
)
def test_what_an_alarm_means(model: str, bits: set[str], kind: HoldKind | None) -> None:
    """By its model's table; one that nobody knows is told."""
    plant = Plant(model=model, bits=bits)
    plant.after(60)
    assert plant.kind() is kind
    assert "warned" in plant.events


def test_lost_power_stops_machines_where_flow_is_unknown() -> None:
    """As long as the pumps are seen to run, it is told."""
    plant = Plant(bits={"power_fault"})
    plant.after(60)
    assert plant.kind() is None
    plant.running = None
    plant.after(10)
    assert plant.kind() is HoldKind.ASLEEP


def test_a_guard_of_the_user() -> None:
    """Above its limit for its time; an unknown number trips nothing."""
    guard = Guard(
        field="supply_liquid_temp",
        side=Side.ABOVE,
        limit=37,
        seconds=60,
        cause=Cause.HEAT,
    )
    plant = Plant(
        settings=Settings(guards=(guard,)), numbers={"supply_liquid_temp": 37.0}
    )
    plant.after(300)
    plant.numbers = {"supply_liquid_temp": None}
    plant.after(300)
    assert plant.kind() is None
    plant.numbers = {"supply_liquid_temp": 38.0}
    plant.after(60)
    assert plant.kind() is None
    plant.after(20)
    assert plant.kind() is HoldKind.ASLEEP


def test_a_sensor_of_the_user() -> None:
    """Smoke anywhere in Home Assistant; unknown is no smoke."""
    rules = {**RULES, Cause.HAND: RULES[Cause.LEAK]}
    plant = Plant(settings=Settings(rules=rules))
    plant.sensors = {"binary_sensor.smoke": (Cause.LEAK, None)}
    plant.after(60)
    assert plant.kind() is None
    plant.sensors = {"binary_sensor.smoke": (Cause.LEAK, True)}
    plant.after(10)
    assert plant.kind() is HoldKind.CUT


@pytest.mark.parametrize(
    ("silence", "phase", "kind"),
    [
        (29, Phase.WATCHING, None),
        (31, Phase.BLIND, None),
        (119, Phase.BLIND, None),
        (121, Phase.COOLING_DOWN, HoldKind.ASLEEP),
    ],
)
def test_a_controller_that_is_silent(
    silence: float, phase: Phase, kind: HoldKind | None
) -> None:
    """Its last facts hold for a while, then it is blind, then machines sleep."""
    plant = Plant(answers=False)
    plant.after(silence, step=1)
    plant.look()
    assert (plant.group.phase, plant.group.kind) == (phase, kind)


def test_a_lost_plant_is_blind_at_once() -> None:
    """What the controller repeats counts as nothing: no alarm comes, and none goes."""
    plant = Plant(connected=False, bits={FLOW})
    plant.after(10)
    assert plant.phase() is Phase.BLIND
    plant.after(100)
    assert plant.kind() is None
    plant.after(30)
    assert plant.kind() is HoldKind.ASLEEP


def test_machines_that_stay_cool_are_a_witness() -> None:
    """They hash on while they show it, and sleep at once when they do not."""
    plant = Plant(answers=False, calm=True)
    plant.after(1800)
    assert (plant.group.phase, plant.group.kind) == (Phase.BLIND, None)
    plant.calm = False
    plant.after(1)
    assert plant.kind() is HoldKind.ASLEEP


def test_silence_of_everything_is_our_own_network() -> None:
    """Held, told, no order; judged anew once they are back."""
    plant = Plant(answers=False, silent=8)
    plant.after(1800)
    assert plant.kind() is None
    plant.silent = 0
    plant.after(1)
    assert plant.kind() is HoldKind.ASLEEP


def test_smoke_decides_also_in_silence() -> None:
    """What is seen elsewhere counts."""
    plant = Plant(answers=False, silent=8)
    plant.sensors = {"binary_sensor.smoke": (Cause.LEAK, True)}
    plant.after(60)
    assert plant.kind() is HoldKind.CUT


def test_before_the_first_reading_nothing_trips_and_nothing_starts() -> None:
    """After a start of Home Assistant."""
    plant = Plant(read_at=None, answers=False)
    plant.after(1800)
    assert plant.kind() is None
    plant.group = Group(phase=Phase.STOPPED, kind=HoldKind.ASLEEP, latched=True)
    plant.after(1800)
    assert plant.let_go() == "blind"


def test_a_second_cause_joins() -> None:
    """Nothing is told twice, and the stricter one counts."""
    plant = Plant(bits={HOT})
    plant.after(60)
    assert plant.kind() is HoldKind.ASLEEP
    plant.bits.add(LEAK)
    plant.after(20)
    assert plant.kind() is HoldKind.CUT
    assert plant.events.count("trip") == 1
    assert plant.events.count("joined") == 1
    assert plant.group.latched


def test_a_leak_is_let_go_by_hand_alone() -> None:
    """Refused while it stands; then cooling is proved for five minutes."""
    plant = Plant(bits={LEAK})
    plant.after(60)
    assert plant.let_go() == "leak"
    plant.bits = set()
    plant.after(3600)
    assert plant.kind() is HoldKind.CUT
    assert plant.let_go() == ""
    plant.after(290)
    assert plant.kind() is HoldKind.CUT
    plant.after(20)
    assert plant.kind() is None
    assert plant.events[-2:] == ["returning", "returned"]
    assert plant.let_go() == NOT_STOPPED


def test_a_cause_that_comes_back_while_cooling_is_proved() -> None:
    """Back to stopping; a second release is needed."""
    plant = Plant(bits={LEAK})
    plant.after(60)
    plant.bits = set()
    plant.after(60)
    assert plant.let_go() == ""
    plant.after(100)
    plant.bits = {LEAK}
    plant.after(20)
    plant.bits = set()
    plant.after(3600)
    assert plant.kind() is HoldKind.CUT


def test_a_lost_flow_that_stands_keeps_machines_down() -> None:
    """Though none hashes any more."""
    plant = Plant(bits={"circulating_pump_fault"}, running=False)
    plant.after(60)
    assert plant.let_go() == "flow_lost"
    plant.bits = set()
    plant.after(30)
    assert plant.let_go() == ""
    plant.after(3600)
    # The pump has to move coolant, too.
    assert plant.kind() is HoldKind.ASLEEP
    plant.running = True
    plant.after(320)
    assert plant.kind() is None


def test_heat_returns_by_itself_twice_a_day() -> None:
    """Cool for five minutes; the third time a human is asked."""
    plant = Plant()
    for returns in (True, True, False):
        plant.bits = {HOT}
        plant.after(60)
        assert plant.kind() is HoldKind.ASLEEP
        plant.bits = set()
        plant.hottest = 30.0
        plant.after(360)
        assert (plant.kind() is None) is returns
    assert plant.let_go() == ""


def test_cooling_ends_only_when_chips_are_cool() -> None:
    """And once, after a leak, where the user wants it."""
    plant = Plant(settings=Settings(stop_cooling=True), bits={LEAK})
    plant.after(60)
    assert plant.phase() is Phase.COOLING_DOWN
    plant.hottest = 45.0
    assert plant.after(10).stop_cooling
    assert plant.phase() is Phase.STOPPED
    assert not plant.after(10).stop_cooling


def test_rehearsing_decides_the_same_and_holds_nothing() -> None:
    """It tells once what it would have done."""
    plant = Plant(bits={LEAK}, armed=False)
    plant.after(600)
    assert plant.kind() is None
    assert plant.events == ["warned", "would_have"]


def test_a_bypass_stops_nothing() -> None:
    """Until its end."""
    plant = Plant(bits={LEAK}, bypassed=True)
    plant.after(600)
    assert plant.kind() is None
    plant.bypassed = False
    plant.after(10)
    assert plant.kind() is HoldKind.CUT


def test_a_stop_by_hand_needs_a_hand_to_end() -> None:
    """Also where the group returns by itself otherwise."""
    plant = Plant(settings=Settings(by_hand=False))
    plant.group = stop_by_hand(plant.group, HoldKind.CUT)
    plant.after(3600)
    assert plant.kind() is HoldKind.CUT
    assert plant.let_go() == ""
    plant.after(320)
    assert plant.kind() is None


def test_a_latch_outlasts_a_restart() -> None:
    """What is on disk keeps machines down, before anything is read."""
    plant = Plant(bits={LEAK})
    plant.after(60)
    plant.restarted()
    plant.bits = set()
    plant.after(3600)
    assert plant.kind() is HoldKind.CUT


@pytest.mark.parametrize("key", sorted(Group().as_dict()))
def test_a_damaged_group_is_known_as_one(key: str) -> None:
    """What lacks something is not what says nothing."""
    stored = Group().as_dict()
    del stored[key]
    with pytest.raises(ValueError, match="damaged"):
        Group.from_dict(stored)


MOVES = st.one_of(
    st.tuples(
        st.just("bits"),
        st.sets(st.sampled_from([LEAK, FLOW, HOT, "fan1_fault", "power_fault"])),
    ),
    st.tuples(st.just("running"), st.sampled_from([True, False, None])),
    st.tuples(st.just("connected"), st.sampled_from([True, False, None])),
    st.tuples(st.just("answers"), st.booleans()),
    st.tuples(st.just("calm"), st.sampled_from([True, False, None])),
    st.tuples(st.just("silent"), st.sampled_from([0, 4, 9])),
    st.tuples(st.just("armed"), st.booleans()),
    st.tuples(st.just("after"), st.floats(1, 400)),
    st.tuples(st.just("release"), st.none()),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("hand"), st.sampled_from([HoldKind.ASLEEP, HoldKind.CUT])),
)


@given(st.lists(MOVES, max_size=40))
@hypothesis_settings(max_examples=200)
def test_random_histories(moves: list[tuple[str, object]]) -> None:
    """Machines start only by a release or a return, never while a cause stands."""
    plant = Plant()
    for name, value in moves:
        held = plant.group.kind
        latched = plant.group.latched
        match name:
            case "after":
                plant.after(float(str(value)))
            case "release":
                plant.let_go()
            case "restart":
                plant.restarted()
            case "hand":
                assert isinstance(value, HoldKind)
                plant.group = stop_by_hand(plant.group, value)
                assert plant.kind() is not None
            case _:
                setattr(plant, name, value)
                plant.look()
        json.dumps(plant.group.as_dict())
        if held is not None and plant.kind() is None:
            assert plant.last is not None
            # Whatever let them go, it was seen that coolant moves, and that no cause is.
            assert "returning" in plant.events
            assert not latched or name == "after" or not plant.group.latched
        if plant.kind() is not None:
            assert plant.group.phase in (
                Phase.STOPPING,
                Phase.COOLING_DOWN,
                Phase.STOPPED,
                Phase.RETURNING,
            )


@given(st.lists(MOVES, max_size=30))
@hypothesis_settings(max_examples=100)
def test_a_latched_group_never_returns_without_a_human(
    moves: list[tuple[str, object]],
) -> None:
    """Whatever the plant does meanwhile."""
    plant = Plant(bits={LEAK})
    plant.after(60)
    for name, value in moves:
        if name in ("release", "hand"):
            continue
        if name == "after":
            plant.after(float(str(value)))
        elif name == "restart":
            plant.restarted()
        else:
            setattr(plant, name, value)
            plant.look()
        assert plant.kind() is HoldKind.CUT
        assert plant.group.latched
