"""Holds on one machine: the strictest rules, and only its owner lets one go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.farm import (
    Hold,
    HoldKind,
    LeverKind,
    Limited,
    Owner,
    Record,
    Want,
    strictest,
)
from custom_components.mining_farm.engines.farm.holds import LEFT

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


def hold(
    owner: Owner = Owner.USER,
    kind: HoldKind = HoldKind.ASLEEP,
    source: str = "one",
    watts: float | None = None,
) -> Hold:
    """Return a hold of this night."""
    return Hold(
        owner=owner, source=source, kind=kind, watts=watts, reason="paused", since=NOW
    )


HOLDS = st.builds(
    Hold,
    owner=st.sampled_from(Owner),
    source=st.sampled_from(["north", "south"]),
    kind=st.sampled_from(HoldKind),
    watts=st.floats(0, 5000),
    reason=st.text(max_size=9),
    since=st.datetimes(timezones=st.just(UTC)),
    by=st.none() | st.text(max_size=9),
)


def record_of(*holds: Hold) -> Record:
    """Return the record after all these were placed."""
    record = Record()
    for one in holds:
        record = record.placed(one)
    return record


def test_the_strictest_rules() -> None:
    """Without power is stricter than asleep, and fewer watts than more."""
    more, fewer = (hold(kind=HoldKind.AT_MOST, watts=w) for w in (2000.0, 1000.0))
    assert strictest([more, fewer]) == Want(kind=HoldKind.AT_MOST, watts=1000.0)
    assert strictest([more, hold()]) == Want(kind=HoldKind.ASLEEP)
    assert strictest([hold(), hold(kind=HoldKind.CUT)]) == Want(kind=HoldKind.CUT)
    assert strictest([]) is None


def test_a_milder_hold_that_comes_later_changes_nothing() -> None:
    """Neither what the machine is to be, nor who rules."""
    interlock = hold(Owner.INTERLOCK, HoldKind.CUT)
    record = record_of(interlock, hold())
    assert record.want == record_of(interlock).want
    assert record.ruling == interlock


def test_of_two_that_are_as_strict_the_one_for_safety_is_named() -> None:
    """Whoever asks why a machine is down has to know that first."""
    assert record_of(hold(), hold(Owner.INTERLOCK)).ruling == hold(Owner.INTERLOCK)


def test_a_hold_that_is_placed_again_keeps_its_time() -> None:
    """A second cause joins; a stricter one takes the place of the first."""
    again = replace(hold(Owner.INTERLOCK), since=NOW + timedelta(minutes=1))
    record = record_of(hold(Owner.INTERLOCK), again)
    assert record.holds == (hold(Owner.INTERLOCK),)
    cut = replace(again, kind=HoldKind.CUT)
    assert record.placed(cut).holds == (replace(cut, since=NOW),)


def test_two_owners_let_go_in_either_order() -> None:
    """The machine is held until the second has."""
    user, interlock = hold(), hold(Owner.INTERLOCK, source="north")
    both = record_of(user, interlock)
    assert both.released(Owner.USER, "one").holds == (interlock,)
    assert both.released(Owner.INTERLOCK, "north").holds == (user,)
    assert not both.released(Owner.USER, "one").released(Owner.INTERLOCK, "north").holds


@given(st.lists(HOLDS), st.sampled_from(Owner), st.sampled_from(["north", "south"]))
def test_only_its_owner_lets_a_hold_go(
    holds: list[Hold], owner: Owner, source: str
) -> None:
    """Whatever is on a machine: all but the owner's own stays, and no more is wanted."""
    before = record_of(*holds)
    after = before.released(owner, source)
    assert set(after.holds) == {
        one for one in before.holds if (one.owner, one.source) != (owner, source)
    }
    assert after.by(owner, source) is None
    rank = -1 if after.want is None else after.want.kind.rank
    assert rank <= (-1 if before.want is None else before.want.kind.rank)


@given(st.lists(HOLDS, min_size=1))
def test_no_hold_is_stricter_than_what_is_wanted(holds: list[Hold]) -> None:
    """Whoever asks for most gets it."""
    want = record_of(*holds).want
    assert want is not None
    kept = record_of(*holds).holds
    assert want.kind.rank == max(one.kind.rank for one in kept)
    if want.kind is HoldKind.AT_MOST:
        assert want.watts == min(one.watts or 0.0 for one in kept)


SETTINGS = st.floats(0, 5000) | st.text(max_size=9)
RECORDS = st.builds(
    lambda holds, stopped, down_at, again, limited: replace(
        record_of(*holds),
        stopped=frozenset(stopped),
        down_at=down_at,
        again=again,
        limited=limited,
    ),
    st.lists(HOLDS),
    st.sets(st.sampled_from(LeverKind)),
    st.none() | st.just(NOW),
    st.booleans(),
    st.none()
    | st.builds(
        Limited,
        before=SETTINGS,
        ordered=SETTINGS,
        seen_at=st.none() | st.just(NOW),
    ),
)


@given(RECORDS)
def test_a_record_survives_the_disk(record: Record) -> None:
    """As JSON holds it."""
    assert Record.from_dict(json.loads(json.dumps(record.as_dict()))) == record


@given(RECORDS, st.data())
def test_a_damaged_record_is_known_as_one(record: Record, data: st.DataObject) -> None:
    """A record that lacks something is no record that says nothing."""
    stored = record.as_dict()
    # The first version did not lower machines.
    key = data.draw(st.sampled_from(sorted(stored.keys() - {"limited"})))
    del stored[key]
    with pytest.raises(ValueError, match="damaged"):
        Record.from_dict(stored)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("owner", "nobody"),
        ("kind", "boiled"),
        ("since", "2026-11-29T03:00:00"),
        ("since", None),
        ("watts", float("nan")),
        ("watts", "many"),
    ],
)
def test_a_hold_that_cannot_be(key: str, value: object) -> None:
    """Whatever is wrong with it, it is refused as damage."""
    stored = record_of(hold(kind=HoldKind.AT_MOST, watts=1.0)).as_dict()
    stored["holds"][0][key] = value
    with pytest.raises(ValueError):  # noqa: PT011 Of any text
        Record.from_dict(stored)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("before", None),
        ("before", True),
        ("ordered", float("inf")),
        ("seen_at", "2026-11-29T03:00:00"),
        ("seen_at", 5),
    ],
)
def test_a_limit_that_cannot_be(key: str, value: object) -> None:
    """What a machine is set back to is never guessed."""
    stored = Record().lowered(2700.0, 1500.0).as_dict()
    stored["limited"][key] = value
    with pytest.raises(ValueError):  # noqa: PT011 Of any text
        Record.from_dict(stored)


def test_a_farm_that_goes_leaves_its_holds_to_the_user() -> None:
    """As strict, as old, and with their reason."""
    record = record_of(hold(Owner.INTERLOCK, HoldKind.CUT, "north"))
    assert record.handed_over(Owner.INTERLOCK, "north").holds == (
        hold(Owner.USER, HoldKind.CUT, LEFT),
    )
    assert record.handed_over(Owner.INTERLOCK, "south") == record
