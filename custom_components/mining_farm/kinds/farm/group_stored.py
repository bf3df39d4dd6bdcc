"""What a cooling group's subentry stores, as the interlock takes it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Self

from homeassistant.config_entries import ConfigSubentry

from ...common.kept import DAMAGE
from ...engines.farm import RULES, Cause, Guard, Reaction, Rule, Settings, Side
from .const import (
    AUTOMATIC,
    GROUP_AFTER_LEAK,
    GROUP_BY_ADDRESS,
    GROUP_CAUSE,
    GROUP_CONTAINERS,
    GROUP_DELAY,
    GROUP_ENTITY,
    GROUP_FIELD,
    GROUP_GUARDS,
    GROUP_LIMIT,
    GROUP_MACHINES,
    GROUP_PUMP,
    GROUP_PUMP_WATTS,
    GROUP_REACTION,
    GROUP_REACTIONS,
    GROUP_RETURN,
    GROUP_SECONDS,
    GROUP_SENSORS,
    GROUP_SIDE,
    PUMP_WATTS,
    STOP_COOLING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShape:
    """Which containers cool which machines, and what follows from what."""

    id: str
    name: str
    containers: tuple[str, ...]
    machines: frozenset[str]
    by_address: bool
    sensors: Mapping[str, Cause]
    """Binary sensors by entity id."""
    settings: Settings
    pump: str | None = None
    """Sensor of the watts of its pump, at an outlet of its own."""
    pump_watts: float = PUMP_WATTS
    """What the pump draws at least while coolant moves."""

    @property
    def entities(self) -> list[str]:
        """Entities of Home Assistant whose changes are looked at at once."""
        return [*self.sensors, *([] if self.pump is None else [self.pump])]

    @classmethod
    def of(cls, subentry: ConfigSubentry) -> Self:
        """Return what a subentry stores; what cannot be used of it is as by default."""
        data = subentry.data
        return cls(
            id=subentry.subentry_id,
            name=subentry.title,
            containers=tuple(_usable(str, data.get(GROUP_CONTAINERS))),
            machines=frozenset(_usable(str, data.get(GROUP_MACHINES))),
            by_address=bool(data.get(GROUP_BY_ADDRESS, True)),
            pump=data.get(GROUP_PUMP) or None,
            pump_watts=_watts(data.get(GROUP_PUMP_WATTS)),
            sensors=dict(_usable(_sensor, data.get(GROUP_SENSORS))),
            settings=Settings(
                rules=_rules(data.get(GROUP_REACTIONS)),
                guards=tuple(_usable(_guard, data.get(GROUP_GUARDS))),
                stop_cooling=data.get(GROUP_AFTER_LEAK) == STOP_COOLING,
                by_hand=data.get(GROUP_RETURN) != AUTOMATIC,
            ),
        )


def _usable[T](take: Callable[[Any], T], stored: object) -> Iterator[T]:
    """Yield what can be used of a stored list."""
    for each in stored if isinstance(stored, (list, tuple)) else ():
        with suppress(*DAMAGE):
            yield take(each)


def _watts(stored: object) -> float:
    if isinstance(stored, (int, float)) and not isinstance(stored, bool):
        return float(stored)
    return PUMP_WATTS


def _sensor(stored: Mapping[str, Any]) -> tuple[str, Cause]:
    return str(stored[GROUP_ENTITY]), Cause(stored[GROUP_CAUSE])


def _rules(stored: object) -> dict[Cause, Rule]:
    rules = dict(RULES)
    given = list(stored.items()) if isinstance(stored, Mapping) else []
    rules |= {
        cause: rule for cause, rule in _usable(_rule, given) if cause is not Cause.HAND
    }
    return rules


def _rule(stored: tuple[str, Mapping[str, Any]]) -> tuple[Cause, Rule]:
    cause, given = Cause(stored[0]), stored[1]
    return cause, replace(
        RULES[cause],
        reaction=Reaction(given[GROUP_REACTION]),
        delay=float(given.get(GROUP_DELAY, RULES[cause].delay)),
    )


def _guard(stored: Mapping[str, Any]) -> Guard:
    return Guard(
        field=str(stored[GROUP_FIELD]),
        side=Side(stored[GROUP_SIDE]),
        limit=float(stored[GROUP_LIMIT]),
        seconds=float(stored[GROUP_SECONDS]),
        cause=Cause(stored[GROUP_CAUSE]),
    )
