"""When a site follows a number of W that moves all day."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
import math

from hypothesis import given, strategies as st

from custom_components.mining_farm.engines.farm import Allowance, Tempo, heard

DAWN = datetime(2026, 6, 21, 5, 0, tzinfo=UTC)
TEMPO = Tempo(less_after=timedelta(minutes=2), more_after=timedelta(minutes=15))
STEP = timedelta(seconds=10)

numbers = st.floats(min_value=0, max_value=20000)
tempos = st.builds(
    Tempo,
    less_after=st.integers(0, 600).map(lambda each: timedelta(seconds=each)),
    more_after=st.integers(0, 1800).map(lambda each: timedelta(seconds=each)),
)
days = st.lists(
    st.one_of(numbers, st.none(), st.tuples(numbers, st.integers(1, 200))),
    min_size=1,
    max_size=40,
)


def followed(
    told: Sequence[float | None], tempo: Tempo = TEMPO, full: float = 9000.0
) -> Iterator[tuple[datetime, float | None, float, float | None]]:
    """Yield time, what was allowed, what was drawn, and to what that was changed then.

    Machines that can draw any power up to `full`, and follow at once.
    """
    allowance, drawn = Allowance(), full
    for place, allowed in enumerate(told):
        now = DAWN + place * STEP
        if allowed is None:
            allowance = allowance.unheard
            yield now, None, drawn, None
            continue
        allowance, to = heard(allowance, now, allowed, drawn, tempo)
        if to is not None and min(to, full) != drawn:
            drawn = min(to, full)
            allowance = allowance.changed(now)
            yield now, allowed, drawn, drawn
        else:
            yield now, allowed, drawn, None


def changes(
    told: Sequence[float | None], tempo: Tempo = TEMPO
) -> list[tuple[float, float]]:
    """Return after how many minutes it was changed to how many W."""
    return [
        ((now - DAWN) / timedelta(minutes=1), round(to, 3))
        for now, _, _, to in followed(told, tempo)
        if to is not None
    ]


def minutes(count: float, watts: float | None) -> list[float | None]:
    """Return what is told for so many minutes."""
    return [watts] * int(count * 6)


def test_too_much_is_drawn_for_two_minutes_at_most() -> None:
    """Then a twentieth is left free, and nothing is changed again."""
    assert changes(minutes(60, 4000)) == [(2, 3800)]


def test_a_cloud_that_passes_wakes_nothing() -> None:
    """It has to be gone for a quarter of an hour, and what it left counts."""
    day = minutes(30, 4000) + minutes(3, 1000) + minutes(10, 8000) + minutes(4, 7000)
    assert changes(day + minutes(14, 8000)) == [
        (2, 3800),
        (32, 950),
        (48, 6650),
    ]


def test_a_dip_of_a_minute_stops_nothing() -> None:
    """Nor does a number that jumps about, as long as enough is allowed in between."""
    assert changes((minutes(5, 9500) + minutes(1, 0)) * 10) == []


def test_within_the_dead_band_nothing_moves() -> None:
    """Between nine tenths and all of what is allowed there is no reason to."""
    wave = [4000 + 200 * math.sin(place / 9) for place in range(6 * 120)]
    at, to = changes(wave)[-1]
    assert at < 10
    assert 3600 < to < 3800


def test_a_whole_day_of_sun() -> None:
    """Machines that take any power are set 78 times in 15 hours, with the sun."""
    sun = [
        max(0.0, 9500 * math.sin(math.pi * place / (6 * 60 * 15)))
        for place in range(6 * 60 * 15)
    ]
    told = changes(sun)
    assert len(told) == 78
    assert max(watts for _, watts in told) > 8900
    over = [
        drawn - allowed
        for _, allowed, drawn, _ in followed(sun)
        if allowed is not None and drawn > allowed
    ]
    # While the sun sinks it is late by what it sinks within twice two minutes.
    assert max(over[13:]) < 4 * 9500 * math.pi / (15 * 60)


def test_silence_changes_nothing_and_a_reason_stands_anew() -> None:
    """Unknown in between, the two minutes begin again."""
    assert changes(minutes(1, 4000) + minutes(60, None) + minutes(1.5, 4000)) == []
    assert changes(minutes(1, 4000) + minutes(60, None) + minutes(3, 4000)) == [
        (63, 3800)
    ]


@given(days, tempos)
def test_whatever_is_told(day: list[object], tempo: Tempo) -> None:
    """Each change has its reason all the time before it, and they keep apart."""
    told: list[float | None] = []
    for each in day:
        told += [each[0]] * each[1] if isinstance(each, tuple) else [each]  # type: ignore[list-item]
    seen = list(followed(told, tempo))
    last: datetime | None = None
    for place, (now, allowed, _, to) in enumerate(seen):
        if to is None:
            continue
        assert allowed is not None
        before = seen[place - 1][2] if place else 9000.0
        needed = tempo.less_after if to < before else tempo.more_after
        if last is not None:
            assert now - last >= needed
        window = [one for at, one, _, _ in seen[: place + 1] if now - at <= needed]
        heard_of = [one for one in window if one is not None]
        assert len(heard_of) == len(window)
        if to < before:
            assert all(before > one for one in heard_of)
            assert to <= max(heard_of)
        else:
            assert all(to <= one for one in heard_of)
        last = now


@given(numbers, numbers, tempos)
def test_what_stays_is_followed_once(first: float, second: float, tempo: Tempo) -> None:
    """After one change for a number that stays, nothing is changed again."""
    told = [first] * 400 + [second] * 400
    assert len(changes(told, tempo)) <= 2
    (*_, (_, allowed, drawn, _)) = followed(told, tempo)
    assert allowed is not None
    assert drawn <= allowed
    assert drawn == 9000 or drawn >= 0.9 * allowed * (1 - 1e-9)
