"""The life of alarms: one raising, one clearing, the same id in between."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from custom_components.mining_farm.engines.containers import (
    Alarm,
    AlarmChange,
    Nature,
    Severity,
    follow,
)
from custom_components.mining_farm.engines.containers.antspace import (
    TABLES,
    Model,
    parse_plant,
)

from .states import fresh

HK3 = TABLES[Model.HK3]
NOW = datetime(2031, 5, 4, 9, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)
MUCH_LATER = LATER + timedelta(hours=1)


def _after(previous: AlarmChange | None, now: datetime, **bits: object) -> AlarmChange:
    active = previous.active if previous is not None else {}
    return follow(HK3, active, parse_plant(fresh(Model.HK3, **bits)), now)


def test_raised_kept_and_cleared() -> None:
    """An alarm is news once when it comes and once when it goes."""
    raised = _after(None, NOW, leakage_fault=1)
    (leak,) = raised.raised
    assert (leak.key, leak.name) == ("leakage_fault", "leakage_fault")
    assert (leak.severity, leak.nature) == (Severity.CRITICAL, Nature.MOISTURE)
    assert (leak.raised_at, leak.cleared_at, leak.number) == (NOW, None, None)
    kept = _after(raised, LATER, leakage_fault=1)
    assert kept == AlarmChange(active={"leakage_fault": leak})
    cleared = _after(kept, MUCH_LATER)
    assert cleared.active == {}
    assert cleared.raised == ()
    (gone,) = cleared.cleared
    assert (gone.id, gone.raised_at, gone.cleared_at) == (leak.id, NOW, MUCH_LATER)


def test_one_that_comes_back_is_another() -> None:
    """A second leak has an id of its own."""
    first = _after(None, NOW, leakage_fault=1)
    second = _after(_after(first, LATER), MUCH_LATER, leakage_fault=1)
    assert second.raised[0].id != first.raised[0].id


def test_fans_are_told_apart() -> None:
    """Numbered parts share a name and are alarms of their own."""
    one = _after(None, NOW, fan1_fault=1)
    both = _after(one, LATER, fan1_fault=1, fan2_fault=1)
    assert [(a.name, a.number) for a in both.active.values()] == [
        ("fan_fault", 1),
        ("fan_fault", 2),
    ]
    assert [a.key for a in both.raised] == ["fan2_fault"]
    other = _after(both, MUCH_LATER, fan2_fault=1)
    assert [a.key for a in other.cleared] == ["fan1_fault"]
    assert other.active["fan2_fault"] == both.active["fan2_fault"]


def test_unknown_is_not_cleared() -> None:
    """A failed read, a missing bit and a lost PLC keep what was on, and raise nothing."""
    raised = _after(None, NOW, leakage_fault=1, supply_liquid_temp=10)
    assert follow(HK3, raised.active, None, LATER) == AlarmChange(active=raised.active)
    bits = {"leakage_fault": None, "supply_liquid_temp": None}
    assert _after(raised, LATER, **bits) == AlarmChange(active=raised.active)
    assert _after(None, NOW, **bits) == AlarmChange(active={})
    lost = _after(raised, LATER, disconnect=1, power_fault=1)
    assert {a.key for a in lost.raised} == {"disconnect", "power_fault"}
    assert lost.cleared == ()
    assert raised.active.items() <= lost.active.items()
    back = _after(lost, MUCH_LATER)
    assert {a.key for a in back.cleared} == set(lost.active)


def test_alarms_that_no_model_has_are_cleared() -> None:
    """What was remembered under a key that is not the model's does not stay for ever."""
    raised = _after(None, NOW, leakage_fault=1)
    change = follow(HK3, {**raised.active, "lever_low": raised.raised[0]}, None, LATER)
    assert set(change.active) == {"leakage_fault", "lever_low"}
    assert set(_after(change, LATER, leakage_fault=1).active) == {"leakage_fault"}


BITS = [kind.wire for kind in TABLES[Model.HK3].alarms if kind.wire]
POLLS = st.lists(
    st.none()
    | st.dictionaries(
        st.sampled_from(BITS), st.sampled_from([True, False, None, "on"])
    ),
    max_size=25,
)


@given(polls=POLLS)
def test_the_life_of_alarms(polls: list[dict[str, object] | None]) -> None:
    """In any history each alarm is raised once, keeps its id, and is cleared once."""
    active: dict[str, Alarm] = {}
    ids: set[str] = set()
    for minute, bits in enumerate(polls):
        now = NOW + timedelta(minutes=minute)
        reading = None if bits is None else parse_plant(fresh(Model.HK3, **bits))
        change = follow(HK3, active, reading, now)
        raised = {a.key: a for a in change.raised}
        cleared = {a.key: a for a in change.cleared}
        assert raised.keys().isdisjoint(active)
        assert cleared.keys() <= active.keys()
        assert change.active.keys() == (active.keys() | raised.keys()) - cleared.keys()
        for key, alarm in change.active.items():
            assert alarm is raised.get(key, active.get(key))
            assert alarm.cleared_at is None
        assert all(a.raised_at == now and a.id not in ids for a in raised.values())
        for key, alarm in cleared.items():
            assert (alarm.id, alarm.cleared_at) == (active[key].id, now)
            assert reading is not None
            assert reading.alarm_states[key] is False
        if reading is not None:
            assert reading.alarms <= change.active.keys()
        ids |= {a.id for a in raised.values()}
        active = dict(change.active)
