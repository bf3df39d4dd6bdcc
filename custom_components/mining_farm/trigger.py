"""Triggers that the editor of automations offers."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.trigger import Trigger

from .common.automations import happened, named_something, went

AT_WORK: Final = {"hashing", "degraded", "tuning", "limited"}
STOPPED: Final = {"paused", "stopping", "idle", "fault", "offline"}
TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "machine_stopped": went("status", before=AT_WORK, after=STOPPED),
    "hashboard_failed": named_something("failed_boards"),
    "rig_restarted": happened("restarts", "restarted"),
    "alarm_raised": happened("container_alarms", "raised"),
    "interlock_tripped": happened("farm_events", "trip"),
    "window_won": happened("auction", "window_won"),
}


async def async_get_triggers(_hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by name."""
    return TRIGGERS
