"""Pauses that protect machines: what was stopped is not started again at once."""

from datetime import datetime, timedelta
import math
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

DATA_STOPPED: Final[HassKey[dict[str, datetime]]] = HassKey(f"{DOMAIN}_stopped")
"""When the machine of an entry was stopped last; outlives a reload of the entry."""


@callback
def async_note_stop(hass: HomeAssistant, entry_id: str) -> None:
    """Remember that the machine of an entry was stopped just now."""
    hass.data.setdefault(DATA_STOPPED, {})[entry_id] = dt_util.utcnow()


@callback
def async_require_pause(
    hass: HomeAssistant, entry_id: str, pause: timedelta, name: str
) -> None:
    """Raise ServiceValidationError while the last stop is shorter ago than a pause."""
    stopped = hass.data.get(DATA_STOPPED, {}).get(entry_id)
    if stopped is None:
        return
    left = stopped + pause - dt_util.utcnow()
    # More than all of it is left where the clock was set back.
    if timedelta() < left <= pause:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="stopped_just_now",
            translation_placeholders={"name": name, "seconds": seconds(left)},
        )


def seconds(left: timedelta) -> str:
    """Return a time that is left in whole seconds, as texts show it."""
    return str(math.ceil(left.total_seconds()))
