"""What a container's entry stores, and how much of it can be used."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PORT

from ...common.stored_shape import (
    Fields,
    StoredShape,
    each,
    flag,
    number,
    one_of,
    text,
    whole,
)
from ...engines.containers import PressureUnit, Severity, Side, plant
from .alarm_options import (
    ATTR_ALARM,
    ATTR_FIELD,
    ATTR_LIMIT,
    ATTR_NAME,
    ATTR_SECONDS,
    ATTR_SEVERITY,
    ATTR_SIDE,
)
from .const import (
    COLDEST,
    CONF_CONTROLS,
    CONF_MINER_READINGS,
    CONF_MODEL,
    CONF_PRESSURE_UNIT,
    CONF_SET_POINT_HIGHEST,
    CONF_SET_POINT_LOWEST,
    CONF_SEVERITIES,
    CONF_THRESHOLDS,
    HOTTEST,
)

ANY_LIMIT = 1e9


def _model(value: Any) -> str:  # noqa: ANN401
    return plant(text(value)).model


def _all_of(fields: Fields) -> Any:  # noqa: ANN401
    """Return what takes a mapping that has all of some keys."""

    def take(value: Any) -> Mapping[str, Any]:  # noqa: ANN401
        return {key: fields[key](value[key]) for key in fields} | dict(value)

    return take


CONTAINER_SHAPE: Final = StoredShape(
    needed=lambda _: {CONF_HOST: text, CONF_PORT: whole(1, 65535), CONF_MODEL: _model},
    options=lambda _: {
        CONF_CONTROLS: flag,
        CONF_MINER_READINGS: flag,
        CONF_PRESSURE_UNIT: one_of(*PressureUnit),
        CONF_SET_POINT_LOWEST: number(COLDEST, HOTTEST),
        CONF_SET_POINT_HIGHEST: number(COLDEST, HOTTEST),
        CONF_SEVERITIES: each(
            _all_of({ATTR_ALARM: text, ATTR_SEVERITY: one_of(*Severity)})
        ),
        CONF_THRESHOLDS: each(
            _all_of(
                {
                    ATTR_NAME: text,
                    ATTR_FIELD: text,
                    ATTR_SIDE: one_of(*Side),
                    ATTR_LIMIT: number(-ANY_LIMIT, ANY_LIMIT),
                    ATTR_SECONDS: number(0, ANY_LIMIT),
                    ATTR_SEVERITY: one_of(*Severity),
                }
            )
        ),
    },
    leaves=(CONF_CONTROLS,),
)
