"""What a farm's entry stores, and how much of it can be used."""

from collections.abc import Mapping
from typing import Any, Final

from ...common.stored_shape import StoredShape, Take, each, flag, text, whole
from .const import (
    CONF_AREAS,
    CONF_ARMED,
    CONF_ASLEEP_ONLY,
    CONF_LABELS,
    CONF_LESS_AFTER,
    CONF_MEMBERS,
    CONF_MORE_AFTER,
    CONF_SIGNAL,
    CONF_SIGNAL_WATTS,
    CONF_START_SECONDS,
    CONF_STARTS,
    MOST_MINUTES,
    MOST_SECONDS,
    MOST_STARTS,
    MOST_WATTS,
)

WATTS: Final = whole(0, MOST_WATTS)


def _signal(stored: Mapping[str, Any]) -> Take:
    """Return what takes the signal; without its W it would stop everything."""

    def take(value: Any) -> str:  # noqa: ANN401
        if CONF_SIGNAL_WATTS in stored:
            WATTS(stored[CONF_SIGNAL_WATTS])
        return text(value)

    return take


FARM_SHAPE: Final = StoredShape(
    needed=lambda _: {},
    options=lambda stored: {
        CONF_AREAS: each(text),
        CONF_LABELS: each(text),
        CONF_MEMBERS: each(text),
        CONF_ARMED: flag,
        CONF_ASLEEP_ONLY: flag,
        CONF_STARTS: whole(1, MOST_STARTS),
        CONF_START_SECONDS: whole(1, MOST_SECONDS),
        CONF_SIGNAL: _signal(stored),
        CONF_SIGNAL_WATTS: WATTS,
        CONF_LESS_AFTER: whole(0, MOST_MINUTES),
        CONF_MORE_AFTER: whole(0, MOST_MINUTES),
    },
    leaves=(CONF_ARMED,),
)
