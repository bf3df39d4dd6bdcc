"""What a cooling group's subentry stores, as the interlock takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from homeassistant.config_entries import ConfigSubentry

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
    GROUP_REACTION,
    GROUP_REACTIONS,
    GROUP_RETURN,
    GROUP_SECONDS,
    GROUP_SENSORS,
    GROUP_SIDE,
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

    @classmethod
    def of(cls, subentry: ConfigSubentry) -> Self:
        """Return what a subentry stores; what cannot be used of it is as by default."""
        data = subentry.data
        return cls(
            id=subentry.subentry_id,
            name=subentry.title,
            containers=tuple(data.get(GROUP_CONTAINERS, ())),
            machines=frozenset(data.get(GROUP_MACHINES, ())),
            by_address=bool(data.get(GROUP_BY_ADDRESS, True)),
            sensors={
                each[GROUP_ENTITY]: Cause(each[GROUP_CAUSE])
                for each in data.get(GROUP_SENSORS, ())
            },
            settings=Settings(
                rules=_rules(data.get(GROUP_REACTIONS, {})),
                guards=tuple(map(_guard, data.get(GROUP_GUARDS, ()))),
                stop_cooling=data.get(GROUP_AFTER_LEAK) == STOP_COOLING,
                by_hand=data.get(GROUP_RETURN) != AUTOMATIC,
            ),
        )


def _rules(stored: Mapping[str, Mapping[str, Any]]) -> dict[Cause, Rule]:
    rules = dict(RULES)
    for name, given in stored.items():
        cause = Cause(name)
        if cause is Cause.HAND:
            continue
        rules[cause] = replace(
            RULES[cause],
            reaction=Reaction(given[GROUP_REACTION]),
            delay=float(given.get(GROUP_DELAY, RULES[cause].delay)),
        )
    return rules


def _guard(stored: Mapping[str, Any]) -> Guard:
    return Guard(
        field=stored[GROUP_FIELD],
        side=Side(stored[GROUP_SIDE]),
        limit=float(stored[GROUP_LIMIT]),
        seconds=float(stored[GROUP_SECONDS]),
        cause=Cause(stored[GROUP_CAUSE]),
    )
