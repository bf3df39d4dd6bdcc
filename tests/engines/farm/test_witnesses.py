"""Power is cut by two witnesses, and a pump that only starts trips nothing."""

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.mining_farm.engines.farm import (
    RULES,
    Cause,
    HoldKind,
    Phase,
    Pump,
    Reaction,
    Rule,
    Settings,
    Trend,
)

from .scenes import Plant

CUTS = Settings(
    rules={
        **RULES,
        Cause.FLOW_LOST: Rule(reaction=Reaction.CUT, delay=5, latched=True),
        Cause.BLIND: Rule(reaction=Reaction.CUT),
    }
)
FLOW = {"supply_liquid_flow_low"}
PUMP = "sensor.pump_power"


@pytest.mark.parametrize(
    "second",
    [
        {"numbers": {"supply_liquid_flow": 0.2}},
        {"rise": 1.5},
        {"pump": Pump(key=PUMP, runs=False)},
        {"bits": FLOW | {"circulating_pump_fault"}},
    ],
)
def test_a_second_witness_cuts(second: dict[str, object]) -> None:
    """The flow meter, the coolant's own temperature, the pump's watts, another alarm."""
    plant = Plant(settings=CUTS, bits=set(FLOW))
    plant.after(30)
    assert plant.kind() is HoldKind.ASLEEP
    for name, value in second.items():
        setattr(plant, name, value)
    plant.after(30)
    assert plant.kind() is HoldKind.CUT


@pytest.mark.parametrize(
    "calm",
    [
        {"numbers": {"supply_liquid_flow": 80.0}},
        {"numbers": {"supply_liquid_flow": None}},
        {"rise": 0.9},
        {"pump": Pump(key=PUMP, runs=True)},
        {"pump": Pump(key=PUMP, runs=None)},
    ],
)
def test_what_is_well_or_unknown_is_no_witness(calm: dict[str, object]) -> None:
    """One alarm alone puts to sleep."""
    plant = Plant(settings=CUTS, bits=set(FLOW))
    for name, value in calm.items():
        setattr(plant, name, value)
    plant.after(60)
    assert plant.kind() is HoldKind.ASLEEP


def test_silence_never_cuts() -> None:
    """However warm its last coolant became, and whatever the user asked for."""
    plant = Plant(settings=CUTS, answers=False, rise=5.0)
    plant.after(300)
    assert plant.kind() is HoldKind.ASLEEP


def test_smoke_cuts_at_once() -> None:
    """In a group without any container, too."""
    plant = Plant(sensors={"binary_sensor.smoke": (Cause.SMOKE, True)})
    plant.look()
    assert plant.kind() is HoldKind.CUT
    assert plant.group.latched


def test_a_pump_that_starts_trips_nothing() -> None:
    """Once it has run for a minute, lost flow keeps idle machines down."""
    plant = Plant(bits=set(FLOW), running_for=10.0, follow=False, hashing=0)
    plant.after(40)
    assert plant.kind() is None
    plant.running_for = 60.0
    plant.after(10)
    assert plant.kind() is HoldKind.ASLEEP


def test_a_pump_without_watts_is_lost_flow() -> None:
    """By itself, of machines that hash: a loop at home has no other witness."""
    plant = Plant(pump=Pump(key=PUMP, runs=False))
    plant.after(20)
    assert plant.phase() is Phase.STOPPING
    assert plant.kind() is HoldKind.ASLEEP


def test_a_pump_with_watts_stands_for_a_silent_container() -> None:
    """For as long as it goes on."""
    plant = Plant(answers=False, pump=Pump(key=PUMP, runs=True))
    plant.after(600)
    assert plant.kind() is None
    plant.pump = Pump(key=PUMP, runs=None)
    plant.after(10)
    assert plant.kind() is HoldKind.ASLEEP


@given(
    st.lists(
        st.tuples(
            st.floats(min_value=0.1, max_value=60),
            st.one_of(st.none(), st.floats(min_value=-50, max_value=150)),
        ),
        max_size=40,
    )
)
@settings(deadline=None)
def test_a_slope_is_never_steeper_than_what_was_read(
    readings: list[tuple[float, float | None]],
) -> None:
    """And unknown where a reading is missing, or the readings are too close."""
    trend, at = Trend(), 0.0
    known: list[tuple[float, float]] = []
    for seconds, value in readings:
        at += seconds
        slope = trend.learn(at, value)
        known = [] if value is None else [*known, (at, value)]
        if slope is None:
            continue
        span = [temperature for _, temperature in known]
        assert known[-1][0] - known[0][0] >= 30
        assert abs(slope) <= (max(span) - min(span)) / 30 * 60 + 1e-6
