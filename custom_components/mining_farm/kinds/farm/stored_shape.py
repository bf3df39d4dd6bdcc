"""What a farm's entry stores, and how much of it can be used."""

from typing import Final

from ...common.stored_shape import StoredShape, each, flag, text, whole
from .const import (
    CONF_AREAS,
    CONF_ARMED,
    CONF_ASLEEP_ONLY,
    CONF_LABELS,
    CONF_MEMBERS,
    CONF_SIGNAL,
    CONF_SIGNAL_WATTS,
    CONF_START_SECONDS,
    CONF_STARTS,
    MOST_SECONDS,
    MOST_STARTS,
    MOST_WATTS,
)

FARM_SHAPE: Final = StoredShape(
    needed=lambda _: {},
    options=lambda _: {
        CONF_AREAS: each(text),
        CONF_LABELS: each(text),
        CONF_MEMBERS: each(text),
        CONF_ARMED: flag,
        CONF_ASLEEP_ONLY: flag,
        CONF_STARTS: whole(1, MOST_STARTS),
        CONF_START_SECONDS: whole(1, MOST_SECONDS),
        CONF_SIGNAL: text,
        CONF_SIGNAL_WATTS: whole(0, MOST_WATTS),
    },
    leaves=(CONF_ARMED,),
)
