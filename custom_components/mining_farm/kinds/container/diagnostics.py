"""What a container's entry knows, safe to post."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant

from ...common.actions import plain_json
from .coordinator import ContainerConfigEntry

TO_REDACT = {
    CONF_HOST,
    # Of miners.
    "ip",
    "latitude",
    "latitude_direction",
    "longitude",
    "longitude_direction",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ContainerConfigEntry
) -> dict[str, Any]:
    """Return configuration, the last reading, and the alarms."""
    container = entry.runtime_data
    known = {
        "data": dict(entry.data),
        "options": dict(entry.options),
        "bounds": asdict(container.bounds),
        **container.describe(),
        # A title that was not changed holds the address.
        "name": REDACTED,
    }
    # The redaction looks into lists, not into tuples.
    return async_redact_data(plain_json(known), TO_REDACT)
