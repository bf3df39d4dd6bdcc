"""Notices that the clock jumped ahead: pure."""

from collections.abc import Callable
from datetime import datetime

AHEAD_S = 60.0
"""A smaller correction makes no rig look silent for long."""


class ClockWatch:
    """Compares the clock with one that cannot be set."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Take a clock that counts the seconds in which the process ran."""
        self._monotonic = monotonic
        self._noted: tuple[datetime, float] | None = None
        self.jumped_at: datetime | None = None
        """When more time was last seen to have passed than the process lived through."""

    def note(self, now: datetime) -> datetime | None:
        """Return when the clock last jumped ahead, after a look at it."""
        before, self._noted = self._noted, (now, self._monotonic())
        if before is not None:
            lived = self._noted[1] - before[1]
            if (now - before[0]).total_seconds() - lived >= AHEAD_S:
                self.jumped_at = now
        return self.jumped_at
