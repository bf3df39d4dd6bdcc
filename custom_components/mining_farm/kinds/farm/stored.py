"""What a farm's entry stores, as it is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from ...engines.farm import Pace, Tempo
from .const import (
    CONF_AREAS,
    CONF_LABELS,
    CONF_LESS_AFTER,
    CONF_MEMBERS,
    CONF_MORE_AFTER,
    CONF_START_SECONDS,
    CONF_STARTS,
    LESS_AFTER,
    MORE_AFTER,
    START_SECONDS,
    STARTS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which entries belong to a farm; an empty one is everything that no other farm has."""

    areas: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Return what an entry stores."""
        return cls(
            areas=_texts(stored.get(CONF_AREAS)),
            labels=_texts(stored.get(CONF_LABELS)),
            entries=_texts(stored.get(CONF_MEMBERS)),
        )

    @property
    def everything(self) -> bool:
        """Return whether nothing was chosen."""
        return not (self.areas or self.labels or self.entries)


def _texts(stored: object) -> frozenset[str]:
    # Another farm's entry may be damaged, and not set up.
    if not isinstance(stored, (list, tuple)):
        return frozenset()
    return frozenset(each for each in stored if isinstance(each, str))


def pace_of(options: Mapping[str, Any]) -> Pace:
    """Return how many machines may start in how many seconds."""
    return Pace(
        starts=int(options.get(CONF_STARTS, STARTS)),
        seconds=float(options.get(CONF_START_SECONDS, START_SECONDS)),
    )


def tempo_of(options: Mapping[str, Any]) -> Tempo:
    """Return how fast a number of W is followed."""
    return Tempo(
        less_after=timedelta(minutes=options.get(CONF_LESS_AFTER, LESS_AFTER)),
        more_after=timedelta(minutes=options.get(CONF_MORE_AFTER, MORE_AFTER)),
    )
