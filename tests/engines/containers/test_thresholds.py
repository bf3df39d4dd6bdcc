"""Limits on numbers: beyond one for long enough, and never on an unknown number."""

from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.containers import (
    Severity,
    Side,
    Threshold,
    ThresholdWatch,
)


def limit(side: Side, seconds: float = 30) -> Threshold:
    """Return a limit of 10 for one number."""
    return Threshold(
        key="own",
        name="Own",
        field="number",
        side=side,
        limit=10,
        seconds=seconds,
        severity=Severity.HIGH,
    )


@pytest.mark.parametrize(
    ("side", "value", "state"),
    [
        (Side.ABOVE, 10.01, True),
        (Side.ABOVE, 10, False),
        (Side.ABOVE, 9.99, False),
        (Side.BELOW, 9.99, True),
        (Side.BELOW, 10, False),
        (Side.BELOW, 10.01, False),
        (Side.ABOVE, None, None),
        (Side.BELOW, None, None),
    ],
)
def test_the_limit_itself_is_not_beyond(
    side: Side, value: float | None, state: bool | None
) -> None:
    """Without a time it counts at once."""
    watch = ThresholdWatch([limit(side, seconds=0)])
    assert watch.states({"number": value}, (), 0) == {"own": state}


@given(
    readings=st.lists(
        st.tuples(
            st.none() | st.floats(min_value=0, max_value=20),
            st.floats(min_value=0.1, max_value=60),
        ),
        min_size=1,
    )
)
def test_it_trips_only_after_a_whole_time_beyond(
    readings: list[tuple[float | None, float]],
) -> None:
    """Whatever the numbers and the pauses between them."""
    watch = ThresholdWatch([limit(Side.ABOVE)])
    now = 0.0
    history: list[tuple[float, float | None]] = []
    for value, pause in readings:
        now += pause
        history.append((now, value))
        state = watch.states({"number": value}, (), now)["own"]
        beyond = 0.0
        for (earlier, first), (later, second) in pairwise(history):
            both = (first or 0) > 10 and (second or 0) > 10
            beyond = later - earlier + beyond if both else 0.0
        if value is None:
            assert state is None
        elif abs(beyond - 30) > 1e-6:
            assert state is (value > 10 and beyond > 30)
