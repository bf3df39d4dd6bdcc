"""What a miner's entry knows, safe to post."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant

from ...common.actions import plain_json
from .const import CONF_MAC, CONF_NEW_POOL, CONF_POOLS
from .coordinator import MinerConfigEntry

TO_REDACT = {
    CONF_HOST,
    CONF_MAC,
    CONF_NEW_POOL,
    CONF_PASSWORD,
    CONF_POOLS,
    CONF_USERNAME,
    "hardware_id",
    "url",
    "worker",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: MinerConfigEntry
) -> dict[str, Any]:
    """Return configuration, profile and the last snapshot, however old it is."""
    coordinator = entry.runtime_data
    known = {
        "data": dict(entry.data),
        "options": dict(entry.options),
        "fresh": coordinator.fresh,
        "last_seen": coordinator.last_seen,
        # Its key only: the text names the miner's address.
        "last_failure": getattr(coordinator.last_exception, "translation_key", None),
        "snapshot": asdict(coordinator.data) if coordinator.data else None,
    }
    # Core redacts inside lists, not inside tuples.
    return async_redact_data(plain_json(known), TO_REDACT)
