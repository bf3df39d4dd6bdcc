"""Time as simulated devices see it: the real one, a faster one, or one a test drives."""

import asyncio
from collections.abc import Callable
import heapq
import itertools
import time
from typing import Protocol, override


class Timer(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """Make sure that the call does not happen."""


class Clock(Protocol):
    """What every simulated device takes its time from."""

    def now(self) -> float:
        """Return seconds since the Unix epoch."""

    def call_later(self, delay: float, action: Callable[[], None]) -> Timer:
        """Call `action` once, `delay` seconds of this clock from now."""


async def sleep(clock: Clock, delay: float) -> None:
    """Wait for `delay` seconds of that clock."""
    over = asyncio.Event()
    timer = clock.call_later(delay, over.set)
    try:
        await over.wait()
    finally:
        timer.cancel()


class SystemClock:
    """The machine's time from now on, running `speed` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        """Start at the present moment."""
        if speed <= 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self._speed = speed
        self._wall_start = time.time()
        self._start = time.monotonic()

    def now(self) -> float:
        """Return seconds since the Unix epoch; never goes back."""
        return self._wall_start + (time.monotonic() - self._start) * self._speed

    def call_later(self, delay: float, action: Callable[[], None]) -> Timer:
        """Call `action` on the running event loop."""
        return asyncio.get_running_loop().call_later(delay / self._speed, action)


class ManualClock:
    """Stands still until it is advanced; deterministic."""

    def __init__(self, start: float = 1_900_000_000.0) -> None:
        """Start at a Unix time in seconds."""
        self._now = start
        self._order = itertools.count()
        self._due: list[tuple[float, int, _ManualTimer]] = []

    def now(self) -> float:
        """Return seconds since the Unix epoch."""
        return self._now

    def call_later(self, delay: float, action: Callable[[], None]) -> Timer:
        """Call `action` when the clock is advanced to that moment."""
        timer = _ManualTimer(action)
        heapq.heappush(self._due, (self._now + delay, next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Move on, making every call that falls due, each at its own moment."""
        end = self._now + seconds
        while self._due and self._due[0][0] <= end:
            moment, _, timer = heapq.heappop(self._due)
            self._now = max(self._now, moment)
            timer.fire()
        self._now = end


class _ManualTimer(Timer):
    """One call that a ManualClock still owes."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action: Callable[[], None] | None = action

    @override
    def cancel(self) -> None:
        self._action = None

    def fire(self) -> None:
        if self._action is not None:
            self._action()
