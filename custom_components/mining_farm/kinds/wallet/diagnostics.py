"""What a wallet's entry knows, safe to post."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from ...common.actions import plain_json
from ...engines.auction import describe_result
from .const import (
    CONF_DIRECTORY,
    CONF_ENDPOINTS,
    CONF_HOTKEY,
    CONF_HOTKEY_NAME,
    CONF_MACHINES,
    CONF_PROXY_FILE,
    CONF_PROXY_SENTINEL,
    CONF_WALLET,
    CONF_WORKERS_FILE,
)
from .coordinator import WalletConfigEntry

TO_REDACT = {
    # May hold an API key.
    CONF_ENDPOINTS,
    CONF_DIRECTORY,
    CONF_HOTKEY,
    CONF_HOTKEY_NAME,
    CONF_MACHINES,
    CONF_PROXY_FILE,
    CONF_PROXY_SENTINEL,
    CONF_WALLET,
    CONF_WORKERS_FILE,
    "coldkey",
    "unique_id",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: WalletConfigEntry
) -> dict[str, Any]:
    """Return configuration, chain, commitment and the present window."""
    wallet = entry.runtime_data
    data = wallet.data
    stored = data and data.commitment and data.commitment.stored
    known = {
        "data": dict(entry.data),
        "options": dict(entry.options),
        "fresh": wallet.fresh,
        "last_seen": wallet.last_seen,
        "hotkey_unsafe": bool(wallet.cautions),
        "endpoints_known": [asdict(state) for state in wallet.chain.endpoints],
        "head": data and data.head.number,
        "own": data and data.own and asdict(data.own),
        "commitment": data and data.commitment and data.commitment.standing,
        "on_chain": stored and stored.raw and stored.raw.decode(errors="replace"),
        "on_chain_block": stored and stored.block,
        "result": data and data.result and describe_result(data.result),
        "result_final": data and data.result_final,
        "windows_kept": len(wallet.history.results()),
    }
    # Core's redaction goes into lists, and not into tuples.
    return async_redact_data(plain_json(known), TO_REDACT)
