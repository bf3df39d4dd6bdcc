"""The life of alarms: raised, kept while they last, cleared only by an explicit off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from .models import Alarm, PlantReading
from .rows import AlarmKind, PlantTable

MOST_PAST = 200
"""Past alarms that are kept; the oldest go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChange:
    """What one reading did to a container's alarms."""

    active: Mapping[str, Alarm]
    """Those that are on, by key, in the order of the plant's table."""
    raised: tuple[Alarm, ...] = ()
    cleared: tuple[Alarm, ...] = ()


def follow(
    table: PlantTable,
    previous: Mapping[str, Alarm],
    reading: PlantReading | None,
    now: datetime,
) -> AlarmChange:
    """Return the alarms after a reading; None is a failed one, which clears nothing."""
    if reading is None:
        return AlarmChange(active=dict(previous))
    active: dict[str, Alarm] = {}
    raised: list[Alarm] = []
    for kind in table.alarms:
        known = previous.get(kind.key)
        on = reading.alarm_states.get(kind.key)
        # Unknown clears nothing: a leak whose flag turns into an empty text is still one.
        if known is not None and on is not False:
            active[kind.key] = _as_bad_as(kind, known)
        elif on:
            active[kind.key] = _raise(kind, now)
            raised.append(active[kind.key])
    return AlarmChange(
        active=active,
        raised=tuple(raised),
        cleared=tuple(
            replace(alarm, cleared_at=now)
            for key, alarm in previous.items()
            if key not in active
        ),
    )


def remember(past: Iterable[Alarm], cleared: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Return the past alarms with those that were cleared now, the last ones last."""
    return (*past, *cleared)[-MOST_PAST:]


def _as_bad_as(kind: AlarmKind, known: Alarm) -> Alarm:
    """Return an alarm with the severity of now, which its user may have changed."""
    if known.severity is kind.severity:
        return known
    return replace(known, severity=kind.severity)


def _raise(kind: AlarmKind, now: datetime) -> Alarm:
    return Alarm(
        id=f"{kind.key}@{now.isoformat()}",
        key=kind.key,
        name=kind.name,
        severity=kind.severity,
        nature=kind.nature,
        number=kind.number,
        raised_at=now,
    )
