"""What a machine is set to so that it draws no more than it may, and what it returns to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from custom_components.mining_farm.engines.farm import (
    Hold,
    HoldKind,
    Levels,
    Limited,
    Lowering,
    MachineFacts,
    Owner,
    Reach,
    Record,
    Setting,
    SettingBack,
    Targets,
    lowering,
    setting_back,
    started_at,
)

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
REACHES = st.builds(
    lambda least, more, step: Targets(least=least, most=least + more, step=step),
    st.floats(1, 2000),
    st.floats(0, 3000),
    st.floats(1, 200),
) | st.builds(
    lambda by_name: Levels(by_name=by_name),
    st.dictionaries(st.text(max_size=3), st.floats(1, 5000), min_size=1, max_size=9),
)
SETTINGS = st.floats(1, 6000) | st.text(max_size=3)
LIMITED = st.none() | st.builds(
    Limited, before=SETTINGS, ordered=SETTINGS, seen_at=st.none() | st.just(NOW)
)


def present_of(reach: Reach, data: st.DataObject) -> Setting:
    """Return what a machine may be set to."""
    if isinstance(reach, Targets):
        return data.draw(st.floats(reach.least, reach.most))
    return data.draw(st.sampled_from(sorted(reach.by_name)))


@given(REACHES, st.floats(0, 6000))
def test_never_more_than_it_may_and_never_less_than_it_can(
    reach: Reach, watts: float
) -> None:
    """Nothing is ordered where even the least is too much."""
    setting = reach.at_most(watts)
    assert (setting is None) == (watts < reach.least)
    if setting is not None:
        known = reach.watts(setting)
        assert known is not None
        assert reach.least <= known <= watts


@given(REACHES, st.data())
def test_what_is_below_is_lower(reach: Reach, data: st.DataObject) -> None:
    """And is as far as before."""
    present = present_of(reach, data)
    below, now = reach.below(present), reach.watts(present)
    assert now is not None
    if below is not None:
        assert below.least == reach.least
        highest = below.at_most(1e9)
        assert highest is not None
        assert (below.watts(highest) or 0) < now


@given(REACHES, st.floats(0, 6000), LIMITED, st.none() | SETTINGS, st.booleans())
def test_whatever_is_found_has_an_answer(
    reach: Reach,
    watts: float,
    limited: Limited | None,
    present: Setting | None,
    restarted: bool,
) -> None:
    """An order is never above what is allowed, nor above what was set before."""
    started = NOW + timedelta(minutes=5) if restarted else None
    how, due = lowering(watts, limited, reach, present, started=started)
    assert (due is not None) == (how in (Lowering.DUE, Lowering.FORGOTTEN))
    if due is not None and present is not None:
        ordered = reach.watts(due)
        before = reach.watts(present if limited is None else limited.before)
        assert ordered is not None
        assert before is not None
        assert reach.least <= ordered <= min(watts, before)


@given(REACHES, st.data(), st.lists(st.floats(0, 6000), min_size=1, max_size=5))
def test_any_limits_in_any_order_come_back_to_what_was(
    reach: Reach, data: st.DataObject, limits: list[float]
) -> None:
    """The smallest rules at each moment; with the last one gone it is set as before."""
    first = present = present_of(reach, data)
    record = Record()
    for watts in limits:
        record = record.placed(hold(f"{len(record.holds)}", watts))
        present, record = followed(reach, record, present)
    for one in data.draw(st.permutations(record.holds)):
        record = record.released(one.owner, one.source)
        present, record = followed(reach, record, present)
    if record.limited is not None:
        how = setting_back(record.limited, reach, present)
        if how is SettingBack.DUE:
            present = record.limited.before
    assert reach.same(present, first)


def followed(reach: Reach, record: Record, present: Setting) -> tuple[Setting, Record]:
    """Return what a machine that obeys is set to, and its record."""
    if (want := record.want) is None or want.watts is None:
        return present, record
    how, due = lowering(want.watts, record.limited, reach, present)
    if how is Lowering.DUE and due is not None:
        record, present = record.lowered(present, due).seen_lowered(NOW), due
    if how is not Lowering.IMPOSSIBLE:
        assert (reach.watts(present) or 0) <= want.watts
    return present, record


def hold(source: str, watts: float) -> Hold:
    """Return a limit for comfort."""
    return Hold(
        owner=Owner.CURTAILMENT,
        source=source,
        kind=HoldKind.AT_MOST,
        watts=watts,
        reason="peak",
        since=NOW,
    )


def test_a_restart_forgets_and_a_hand_decides() -> None:
    """Only what was set before a restart is forgotten; anything else is somebody's will."""
    reach = Targets(least=1000.0, most=3000.0, step=100.0)
    limited = Limited(before=2700.0, ordered=1500.0, seen_at=NOW)
    later = NOW + timedelta(minutes=5)
    assert lowering(1500, limited, reach, 2700.0, started=later) == (
        Lowering.FORGOTTEN,
        1500,
    )
    for present, started in ((2700.0, NOW), (2700.0, None), (2000.0, later)):
        found = lowering(1500, limited, reach, present, started=started)
        assert found == (Lowering.CHANGED, None)
    # Nobody has seen the order work yet.
    unseen = replace(limited, seen_at=None)
    assert lowering(1500, unseen, reach, 2700.0)[0] is Lowering.DUE
    assert setting_back(unseen, reach, 2700.0) is SettingBack.DUE
    assert setting_back(limited, reach, 2700.0) is SettingBack.DONE
    assert setting_back(limited, reach, 2000.0) is SettingBack.DONE
    assert setting_back(limited, reach, None) is SettingBack.UNKNOWN
    assert setting_back(limited, None, 1500.0) is SettingBack.UNKNOWN


def test_when_mining_started() -> None:
    """By its uptime, where it has one."""
    assert started_at(MachineFacts(uptime=60.0), NOW) == NOW - timedelta(minutes=1)
    assert started_at(MachineFacts(), NOW) is None
