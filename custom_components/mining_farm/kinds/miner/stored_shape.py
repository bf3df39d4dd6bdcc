"""What a miner's entry stores, and how much of it can be used."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME

from ...common.power_switch import CONF_SWITCH_ENTITY
from ...common.stored_shape import (
    StoredShape,
    each,
    flag,
    mapping,
    maybe,
    number,
    one_of,
    text,
    unusable,
    whole,
)
from ...engines.edge_collector import (
    OPTIONAL_READINGS,
    SET_POINTS,
    Algorithm,
    Capabilities,
    Way,
    driver_names,
)
from .const import (
    CONF_CONTROLS,
    CONF_DETAIL,
    CONF_DETAIL_SHOWN,
    CONF_DRIVER,
    CONF_LEARNED,
    CONF_LEAST_CHANGE,
    CONF_LEAST_REST,
    CONF_LEAST_RESTART,
    CONF_LEAST_RETUNE,
    CONF_MAC,
    CONF_NEW_POOL,
    CONF_POOL_WATCH,
    CONF_POOLS,
    CONF_POWER_MAXIMUM,
    CONF_POWER_MINIMUM,
    CONF_POWER_SENSOR,
    CONF_PROFILE,
    CONF_SECOND,
    CONF_TAKE_OVER,
)
from .detail import Detail

DAY_MINUTES = 24 * 60
ANY_LIMIT = 1e9


def _capabilities(stored: Any) -> Any:  # noqa: ANN401
    if not isinstance(stored, Mapping):
        raise ValueError("no mapping")  # noqa: TRY004
    found = Capabilities.from_dict(stored)
    limits = [
        limit
        for bounds in found.numbers.values()
        for limit in (bounds.minimum, bounds.maximum, bounds.step)
    ]
    for limit in (*limits, *found.unbounded.values()):
        number(-ANY_LIMIT, ANY_LIMIT)(limit)
    for word in (
        *found.boards,
        *(choice for row in found.choices.values() for choice in row),
    ):
        text(word)
    for key, label in found.labels.items():
        text(key), text(label)
    for key, watts in found.level_watts.items():
        text(key), number(0, ANY_LIMIT)(watts)
    maybe(flag)(found.writable)
    return stored


def _way(stored: Any) -> Any:  # noqa: ANN401
    way = Way(**stored)
    one_of(*driver_names())(way.driver)
    whole(1, 65535)(way.port)
    return stored


def _pool_and_worker(stored: Any) -> Any:  # noqa: ANN401
    pool, worker = stored
    maybe(text)(pool), maybe(text)(worker)
    return stored


def _entity_ids(stored: Any) -> Any:  # noqa: ANN401
    for ours, theirs in stored.items():
        text(ours), text(theirs)
    return stored


PROFILE: Final = mapping(
    {
        "model": maybe(text),
        "firmware": maybe(text),
        "hardware_id": maybe(text),
        "mac": maybe(text),
        "algorithm": maybe(one_of(*Algorithm)),
        "boards": each(whole(0, 65535)),
        "fans": each(text),
        "water": flag,
        "power": flag,
        "maker": maybe(text),
        "readings": each(one_of(*OPTIONAL_READINGS)),
        "capabilities": maybe(_capabilities),
        "level": maybe(text),
        "set_points": each(one_of(*SET_POINTS)),
    }
)
MINER_SHAPE: Final = StoredShape(
    needed=lambda _: {
        CONF_HOST: text,
        CONF_PORT: whole(1, 65535),
        # Entries of the first version name none.
        CONF_DRIVER: maybe(one_of(*driver_names())),
    },
    data={
        CONF_MAC: text,
        CONF_SECOND: maybe(_way),
        CONF_USERNAME: maybe(text),
        CONF_PASSWORD: maybe(text),
        CONF_PROFILE: PROFILE,
        CONF_LEARNED: mapping({}),
        CONF_TAKE_OVER: _entity_ids,
        CONF_DETAIL_SHOWN: one_of(*Detail),
        CONF_POOLS: each(_pool_and_worker),
        CONF_NEW_POOL: maybe(_pool_and_worker),
    },
    options=lambda _: {
        CONF_DETAIL: one_of(*Detail),
        CONF_CONTROLS: flag,
        CONF_POOL_WATCH: flag,
        CONF_LEAST_REST: number(0, DAY_MINUTES),
        CONF_LEAST_CHANGE: number(0, DAY_MINUTES),
        CONF_LEAST_RETUNE: number(0, DAY_MINUTES),
        CONF_LEAST_RESTART: number(0, DAY_MINUTES),
        CONF_POWER_MINIMUM: maybe(number(0, ANY_LIMIT)),
        CONF_POWER_MAXIMUM: maybe(number(0, ANY_LIMIT)),
        CONF_POWER_SENSOR: text,
        CONF_SWITCH_ENTITY: text,
    },
    leaves=(CONF_CONTROLS,),
)


def is_usable(entry: ConfigEntry[Any]) -> bool:
    """Return whether an entry has all without which its miner cannot be reached."""
    return not unusable(MINER_SHAPE.needed(entry.data), entry.data)
