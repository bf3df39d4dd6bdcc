"""Watts become energy: within 1 % of the truth, and nothing is filled in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.common.energy import Draw, EnergyMeter

START = datetime(2026, 11, 29, tzinfo=UTC)


def metered(
    watts_at: Callable[[float], float | None], seconds: int, every: int = 30
) -> float:
    """Return what a meter makes of a curve that is read every so often."""
    meter = EnergyMeter()
    for second in range(0, seconds + 1, every):
        watts = watts_at(second)
        at = START + timedelta(seconds=second)
        meter.add(
            None if watts is None else Draw(at=at, watts=watts, source="reported")
        )
    return meter.kwh


def is_out(second: float) -> bool:
    """Return whether the device is silent: ten minutes of every hour."""
    return second % 3600 >= 3000


@pytest.mark.parametrize("every", [10, 30, 60])
def test_a_known_curve_with_outages(every: int) -> None:
    """Of a day that swings between 2 and 4 kW, what was read is within 1 %."""

    def curve(second: float) -> float:
        return 3000 + 1000 * math.sin(second / 900)

    truth = math.fsum(curve(s) for s in range(86_400) if not is_out(s)) / 3.6e6
    found = metered(
        lambda second: None if is_out(second) else curve(second), 86_400, every
    )
    assert found == pytest.approx(truth, rel=0.01)


def test_a_gap_is_not_filled() -> None:
    """What lies between two readings that are too far apart is not counted."""
    meter = EnergyMeter()
    for minutes in (0, 1, 61, 62):
        at = START + timedelta(minutes=minutes)
        meter.add(Draw(at=at, watts=6000, source="reported"))
    # Two minutes between neighbours, and half a minute at each edge of the gap.
    assert meter.kwh == pytest.approx(0.3)


def test_the_first_reading_ever_stands_for_nothing_before_it() -> None:
    """A restart does not add anything."""
    meter = EnergyMeter(5.0)
    meter.add(Draw(at=START, watts=6000, source="reported"))
    assert meter.kwh == 5.0


DRAWS = st.none() | st.builds(
    Draw,
    at=st.integers(-500, 5000).map(lambda s: START + timedelta(seconds=s)),
    watts=st.floats(0, 20_000),
    source=st.sampled_from(("plug", "reported")),
)


@given(st.lists(DRAWS, max_size=50), st.floats(0, 1e6))
def test_it_only_rises(draws: list[Draw | None], kept: float) -> None:
    """Whatever readings come, also when the clock is set back."""
    meter = EnergyMeter(kept)
    for draw in draws:
        before = meter.kwh
        meter.add(draw)
        assert meter.kwh >= before
