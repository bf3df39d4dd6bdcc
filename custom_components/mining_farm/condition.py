"""Conditions that the editor of automations offers."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import Condition

from .common.automations import is_in
from .trigger import AT_WORK, STOPPED

CONDITIONS: Final[dict[str, type[Condition]]] = {
    "machine_is_hashing": is_in("sensor", "status", AT_WORK),
    "machine_is_stopped": is_in("sensor", "status", STOPPED),
    "rig_is_online": is_in("binary_sensor", "rig_online", {"on"}),
    "container_has_problem": is_in("binary_sensor", "container_problem", {"on"}),
    "farm_is_stopped": is_in("binary_sensor", "farm_emergency_stop", {"on"}),
    "interlock_is_latched": is_in("binary_sensor", "farm_latched", {"on"}),
}


async def async_get_conditions(_hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions by name."""
    return CONDITIONS
