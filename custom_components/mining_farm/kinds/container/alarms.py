"""Follows a container's alarms: the plant's own, and those by limits of the user's."""

from dataclasses import replace
from time import monotonic
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ...common.events import EventQueue
from ...engines.containers import (
    Alarm,
    PlantReading,
    PlantTable,
    Threshold,
    ThresholdWatch,
    follow,
    remember,
)
from .journal import ContainerJournal

ALARM_RAISED: Final = "raised"
ALARM_CLEARED: Final = "cleared"


class ContainerAlarms:
    """What is on, kept in the journal, and an event for each that comes or goes."""

    def __init__(
        self,
        table: PlantTable,
        thresholds: tuple[Threshold, ...],
        journal: ContainerJournal,
        events: EventQueue,
    ) -> None:
        """Take the table in force, which has the alarms of the thresholds as well."""
        self._table = table
        self._thresholds = ThresholdWatch(thresholds)
        self._journal = journal
        self._events = events
        self._reported = False

    def follow(self, plant: PlantReading) -> PlantReading:
        """Follow the alarms of a reading; return it with those of the thresholds."""
        self._reported = any(
            plant.alarm_states.get(kind.key) is not None
            for kind in self._table.alarms
            if kind.wire is not None
        )
        states = self._thresholds.states(
            plant.values, self._journal.alarms, monotonic()
        )
        plant = replace(plant, alarm_states={**plant.alarm_states, **states})
        change = follow(self._table, self._journal.alarms, plant, dt_util.utcnow())
        self._journal.keep(
            change.active,
            remember(self._journal.past, change.cleared),
            self._manual_set_point(plant),
        )
        for alarm in change.raised:
            self._events.trigger(ALARM_RAISED, _attributes(alarm))
        for alarm in change.cleared:
            self._events.trigger(ALARM_CLEARED, _attributes(alarm))
        return plant

    @property
    def worst_first(self) -> tuple[Alarm, ...] | None:
        """Return those that are on; None where the plant reports none either way."""
        active = self._journal.alarms.values()
        if not active and not self._reported:
            return None
        return tuple(sorted(active, key=lambda alarm: alarm.severity, reverse=True))

    def _manual_set_point(self, plant: PlantReading) -> float | None:
        """Return the last target in °C that was in force without PID."""
        if plant.pid_mode is False and plant.set_point is not None:
            return plant.set_point
        return self._journal.manual_set_point


def _attributes(alarm: Alarm) -> dict[str, Any]:
    return {
        "alarm": alarm.key,
        "name": alarm.name,
        "severity": alarm.severity,
        "number": alarm.number,
        "raised_at": alarm.raised_at.isoformat(),
        "cleared_at": alarm.cleared_at and alarm.cleared_at.isoformat(),
        "duration": alarm.duration,
    }
