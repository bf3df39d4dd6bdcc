"""What a rig's entry stores, and how much of it can be used."""

from collections.abc import Mapping
import math
from typing import Any, Final

from ...common.power_switch import CONF_SWITCH_ENTITY
from ...common.stored_shape import (
    Fields,
    StoredShape,
    Take,
    each,
    flag,
    mapping,
    maybe,
    number,
    one_of,
    text,
    unusable,
    whole,
    written,
)
from ...const import CONF_MINER_ENTRY
from ...engines.pools import POOLS
from .const import (
    CONF_ACCOUNT,
    CONF_ARMED,
    CONF_BASE_URL,
    CONF_COIN,
    CONF_DRAW_IS_EVIDENCE,
    CONF_FIRST_STEP,
    CONF_KASA_CONNECTION,
    CONF_KASA_CREDENTIALS_HASH,
    CONF_KASA_DEVICE_ID,
    CONF_KASA_HOST,
    CONF_KASA_MEASURES,
    CONF_KASA_OUTLET_ID,
    CONF_MINER_STEPS,
    CONF_OUTLET,
    CONF_POOL,
    CONF_POWER_SENSOR,
    CONF_REPEAT_ON_SILENCE,
    CONF_SECOND_POOL,
    CONF_TOKEN,
    CONF_WORKER,
    OUTLET_KASA,
    OUTLET_NONE,
    OUTLET_SWITCH,
)
from .policy import MINER_STEPS, POLICY_FIELDS, PolicyField

MOST = 1_000_000
"""Of any number of the policy, whatever a form of another version allowed."""
ACCOUNT: Final[Fields] = {
    CONF_POOL: one_of(*POOLS),
    CONF_ACCOUNT: maybe(written),
    CONF_COIN: maybe(written),
    CONF_TOKEN: maybe(written),
    CONF_BASE_URL: maybe(written),
    CONF_WORKER: written,
}
OUTLETS: Final[Mapping[str, Fields]] = {
    OUTLET_NONE: {},
    OUTLET_KASA: {
        CONF_KASA_HOST: text,
        CONF_KASA_DEVICE_ID: text,
        CONF_KASA_OUTLET_ID: text,
        CONF_KASA_CONNECTION: maybe(mapping({})),
        CONF_KASA_CREDENTIALS_HASH: maybe(text),
    },
    OUTLET_SWITCH: {CONF_SWITCH_ENTITY: text},
}


def _number(field: PolicyField) -> Take:
    least = math.ceil(field.least)
    return whole(least, MOST) if field.integer else number(field.least, MOST)


def is_account(stored: Mapping[str, Any]) -> bool:
    """Return whether an account that another entry stores can be used."""
    return not unusable(ACCOUNT, stored)


def _needed(data: Mapping[str, Any]) -> Fields:
    outlet = data.get(CONF_OUTLET)
    known = OUTLETS.get(outlet, {}) if isinstance(outlet, str) else {}
    return {**ACCOUNT, CONF_OUTLET: one_of(*OUTLETS), **known}


def _second_pool(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, Mapping) or not is_account(value):
        raise ValueError("no account")
    return value


RIG_SHAPE: Final = StoredShape(
    needed=_needed,
    data={
        CONF_SECOND_POOL: _second_pool,
        CONF_MINER_ENTRY: text,
        CONF_KASA_MEASURES: flag,
    },
    options=lambda _: {
        **{field.key: _number(field) for field in POLICY_FIELDS},
        CONF_ARMED: flag,
        CONF_DRAW_IS_EVIDENCE: flag,
        CONF_REPEAT_ON_SILENCE: flag,
        CONF_FIRST_STEP: text,
        CONF_MINER_STEPS: each(one_of(*MINER_STEPS)),
        CONF_POWER_SENSOR: text,
    },
    leaves=(CONF_ARMED,),
)
