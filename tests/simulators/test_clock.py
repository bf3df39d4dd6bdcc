"""The clocks that simulated devices live by."""

import asyncio
from unittest.mock import patch

import pytest

from simulators.clock import ManualClock, SystemClock, sleep

from .asking import settle


def test_manual_clock_makes_each_call_at_its_own_moment() -> None:
    """Calls come in order of time, each seeing its own time, chained ones included."""
    clock = ManualClock(100.0)
    seen: list[tuple[str, float]] = []
    clock.call_later(3, lambda: seen.append(("late", clock.now())))

    def early() -> None:
        seen.append(("early", clock.now()))
        clock.call_later(1, lambda: seen.append(("chained", clock.now())))

    clock.call_later(1, early)
    clock.advance(2.5)
    assert seen == [("early", 101.0), ("chained", 102.0)]
    assert clock.now() == 102.5
    clock.advance(1)
    assert seen[2:] == [("late", 103.0)]


def test_a_cancelled_call_does_not_come() -> None:
    """Cancelling a timer takes its call away."""
    clock, seen = ManualClock(), []
    timer = clock.call_later(1, lambda: seen.append(1))
    timer.cancel()
    clock.advance(2)
    assert seen == []


async def test_sleep_ends_with_the_clock_and_not_before() -> None:
    """A sleep lasts exactly as long as its clock says."""
    clock = ManualClock()
    sleeping = asyncio.create_task(sleep(clock, 5))
    await settle()
    clock.advance(4.9)
    await settle()
    assert not sleeping.done()
    clock.advance(0.2)
    await asyncio.wait_for(sleeping, 1)


def test_system_clock_runs_at_its_speed() -> None:
    """At speed 60 a second of the machine is a minute."""
    with patch("simulators.clock.time") as time:
        time.time.return_value = 1000.0
        time.monotonic.return_value = 5.0
        clock = SystemClock(speed=60)
        assert clock.now() == 1000.0
        time.monotonic.return_value = 6.0
        assert clock.now() == 1060.0


async def test_system_clock_calls_on_the_event_loop() -> None:
    """A delay of the fast clock is a short one of the loop."""
    called = asyncio.Event()
    SystemClock(speed=1e6).call_later(1000, called.set)
    await asyncio.wait_for(called.wait(), 1)


@pytest.mark.parametrize("speed", [0, -1])
def test_time_cannot_stand_still_or_go_back(speed: float) -> None:
    """A speed that makes no sense is refused."""
    with pytest.raises(ValueError, match="speed must be above 0"):
        SystemClock(speed)
