"""What a group does next and when, and what would follow from each cause."""

from hypothesis import given, settings, strategies as st

from custom_components.mining_farm.engines.farm import (
    RULES,
    Cause,
    Next,
    Reaction,
    Settings,
    answers,
    confirmed_within,
    outlook,
)

from .scenes import WALL, Plant


def ahead(plant: Plant) -> tuple[Next, float | None]:
    """Return what comes next, in so many seconds."""
    due = () if plant.last is None else plant.last.hazards
    found = outlook(plant.settings, plant.group, plant.scene, due, WALL + plant.now)
    return found.step, None if found.at is None else found.at - plant.now


def test_an_alarm_within_its_delay_is_announced() -> None:
    """And is off the list once it ends."""
    plant = Plant(model="immersion")
    plant.after(10)
    assert ahead(plant) == (Next.NOTHING, None)
    plant.bits = {"lever_low"}
    plant.after(10)
    assert ahead(plant) == (Next.STOP, 30)
    plant.after(10)
    assert ahead(plant) == (Next.STOP, 20)
    plant.bits = set()
    plant.after(10)
    assert ahead(plant) == (Next.NOTHING, None)


def test_silence_is_announced_and_calm_machines_call_it_off() -> None:
    """Two minutes after the last reading, unless the chips show that cooling works."""
    plant = Plant(answers=False)
    plant.after(60)
    assert ahead(plant) == (Next.STOP, 60)
    plant.calm = True
    assert ahead(plant) == (Next.NOTHING, None)


@given(
    st.sampled_from(
        ["leakage_fault", "supply_liquid_temp_too_high", "circulating_pump_fault"]
    ),
    st.booleans(),
    st.lists(
        st.sampled_from(["wait", "clear", "back", "release", "silent"]), max_size=20
    ),
)
@settings(deadline=None)
def test_it_is_total_and_never_behind_what_is_shown(
    bit: str, follow: bool, steps: list[str]
) -> None:
    """Whatever happens: a stop is announced only while nothing is held, a start only while it is."""
    plant = Plant(follow=follow, bits={bit})
    for step in steps:
        match step:
            case "clear":
                plant.bits = set()
            case "back":
                plant.bits = {bit}
            case "release":
                plant.let_go()
            case "silent":
                plant.answers = not plant.answers
        plant.after(60)
        found, _ = ahead(plant)
        if found in (Next.STOP, Next.ALL_STARTED):
            assert not plant.group.holds
        if found in (Next.START, Next.RELEASE, Next.CAUSE_ENDS, Next.COOL):
            assert plant.group.holds


def test_each_cause_has_its_answer() -> None:
    """With the alarms of the models that there are, and the times from their first sign."""
    found = {each.cause: each for each in answers(Settings(), frozenset({"hk3"}))}
    assert set(found) == set(Cause)
    assert found[Cause.LEAK].alarms == ("leakage_fault",)
    assert found[Cause.LEAK].ordered_within == 12
    assert found[Cause.BLIND].ordered_within == 120
    assert found[Cause.HAND].ordered_within == 0
    for cause, rule in RULES.items():
        assert (found[cause].ordered_within is None) == (not rule.reaction.stops)


def test_a_cut_uses_all_levers_at_once() -> None:
    """Sleep is waited for before the next lever."""
    assert confirmed_within(0, Reaction.SLEEP) == 0
    assert confirmed_within(2, Reaction.SLEEP) == 120
    assert confirmed_within(2, Reaction.CUT) == 60
