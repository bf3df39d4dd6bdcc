"""Diagnostics of a rig, without secrets and names."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...common.actions import plain_json
from ...common.power_switch import CONF_SWITCH_ENTITY
from ...const import CONF_MINER_ENTRY
from .const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_FIRST_STEP,
    CONF_KASA_CREDENTIALS_HASH,
    CONF_KASA_DEVICE_ID,
    CONF_KASA_HOST,
    CONF_KASA_OUTLET_ID,
    CONF_POWER_SENSOR,
    CONF_TOKEN,
    CONF_WORKER,
)
from .coordinator import RigConfigEntry
from .pool_witness import PoolWitness
from .resources import async_get_resources

TO_REDACT = {
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_FIRST_STEP,
    CONF_KASA_CREDENTIALS_HASH,
    CONF_KASA_DEVICE_ID,
    CONF_KASA_HOST,
    CONF_KASA_OUTLET_ID,
    CONF_MINER_ENTRY,
    CONF_POWER_SENSOR,
    CONF_SWITCH_ENTITY,
    CONF_TOKEN,
    CONF_WORKER,
    # Of the pool's answer: often the wallet, a dot, and the worker.
    "name",
    "known_as",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: RigConfigEntry
) -> dict[str, Any]:
    """Return configuration, evidence, decision, memory and the health of the pool."""
    rig = entry.runtime_data
    now = dt_util.utcnow()
    resources = async_get_resources(hass)
    reading = rig.witnesses.reading
    known = {
        "data": dict(entry.data),
        "options": dict(entry.options),
        "fresh": rig.fresh,
        "last_seen": rig.last_seen,
        "state": rig.data and rig.data.state,
        "reason": rig.data and rig.data.reason,
        "evidence": rig.describe(),
        "memory": rig.power.memory.as_dict(),
        "being_switched": rig.power.busy,
        "outlet": None if reading is None else asdict(reading),
        "pool": _pool(rig.witnesses.first),
        "second_pool": None
        if rig.witnesses.second is None
        else _pool(rig.witnesses.second),
        "pool_health": asdict(rig.neighbours.health(rig)),
        "blind": resources.blind(now),
        "quiet_start": resources.quiet(now),
    }
    # async_redact_data descends into lists, not into tuples.
    return async_redact_data(plain_json(known), TO_REDACT)


def _pool(pool: PoolWitness) -> dict[str, Any] | None:
    """Return the pool's last answer, of the workers only the rig's own."""
    if (report := pool.report) is None:
        return None
    worker = pool.listed
    known = {**asdict(report), "workers": len(report.workers)}
    return _plain(known) | {
        "worker": None if worker is None else _plain(asdict(worker))
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return durations in seconds."""
    return {
        key: value.total_seconds() if isinstance(value, timedelta) else value
        for key, value in values.items()
    }
