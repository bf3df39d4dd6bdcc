"""Alarms by limits of the user's own: a number above or below one for so long."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from .models import Severity
from .rows import AlarmKind, PlantTable, Values


class Side(StrEnum):
    """On which side of a limit a number is an alarm."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A limit for one number of a plant, in the number's own unit."""

    key: str
    """Unique among the plant's alarms."""
    name: str
    field: str
    side: Side
    limit: float
    seconds: float
    """How long the number has to be beyond the limit before it is an alarm."""
    severity: Severity

    def is_beyond(self, value: float) -> bool:
        """Return whether a number is beyond the limit; the limit itself is not."""
        if self.side is Side.ABOVE:
            return value > self.limit
        return value < self.limit

    def alarm(self) -> AlarmKind:
        """Return the alarm that it raises, which leaves the status as it is."""
        return AlarmKind(
            key=self.key,
            wire=None,
            name=self.name,
            severity=self.severity,
            is_fault=False,
            own=True,
        )


def with_thresholds(table: PlantTable, thresholds: Iterable[Threshold]) -> PlantTable:
    """Return a plant's table with the alarms of thresholds after its own."""
    alarms = (threshold.alarm() for threshold in thresholds)
    return replace(table, alarms=(*table.alarms, *alarms))


class ThresholdWatch:
    """Knows since when each number has been beyond its limit."""

    def __init__(self, thresholds: Iterable[Threshold]) -> None:
        """Start without any number beyond its limit."""
        self._thresholds = tuple(thresholds)
        self._since: dict[str, float] = {}

    def states(
        self, values: Values, active: Container[str], now: float
    ) -> dict[str, bool | None]:
        """Return by key which are alarms at a time in seconds on a monotonic clock.

        An unknown number is neither and starts the time again. What is active already,
        from before a restart, does not wait once more.
        """
        return {
            threshold.key: self._state(
                threshold,
                values.get(threshold.field),
                now,
                active=threshold.key in active,
            )
            for threshold in self._thresholds
        }

    def _state(
        self, threshold: Threshold, value: float | None, now: float, *, active: bool
    ) -> bool | None:
        if value is None or not threshold.is_beyond(value):
            self._since.pop(threshold.key, None)
            return None if value is None else False
        since = self._since.setdefault(threshold.key, now)
        return active or now - since >= threshold.seconds
