"""Diagnostics of a farm, without names and addresses."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from ...common.actions import plain_json
from .const import CONF_AREAS, CONF_LABELS, CONF_SIGNAL
from .controls import described_machine
from .coordinator import FarmConfigEntry

TO_REDACT = {
    *(
        "by",
        "causes",
        "hottest_name",
        "id",
        "machine",
        "name",
        "unconfirmed",
        "worst_at",
    ),
    # A curtailment's name, or a cause with that of a container.
    "reason",
    # Ids that were made of names.
    *(CONF_AREAS, CONF_LABELS, CONF_SIGNAL, "signal", "entity_id"),
}
MOST_MACHINES = 100


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: FarmConfigEntry
) -> dict[str, Any]:
    """Return the sums, the stop, and the first machines with their holds."""
    site = entry.runtime_data
    machines = list(site.facts_by_machine.items())[:MOST_MACHINES]
    data = asdict(site.data) if site.data else {}
    # Beside the entity that is to be redacted.
    data["allowance"] = data.pop("signal", None)
    known = {
        "options": dict(entry.options),
        "data": data,
        "groups": [
            {
                **group.as_dict(),
                "machines": len(group.machines),
                "stopped": group.stopped,
                "settings": asdict(group.shape.settings),
            }
            for group in site.groups.values()
        ],
        "record_lost": site.journal.lost,
        "holds_lost": site.holds.lost,
        "holds_unsaved": site.holds.unsaved,
        "machines": [described_machine(site, key, facts) for key, facts in machines],
    }
    return async_redact_data(plain_json(known), TO_REDACT)
