"""Says of a miner that it restarted, forgot that it was paused, and is paused again."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ...common.following import Told
from ...common.keeping import async_keeper
from ...const import CONF_KIND, DOMAIN, Kind

EVENT_PAUSED_AGAIN: Final = "paused_again"
FOLLOWED: Final[HassKey[bool]] = HassKey(f"{DOMAIN}_miners_paused_again")


@callback
def async_follow(hass: HomeAssistant) -> None:
    """Listen once for all miners: a stop tells of hundreds of them."""
    if FOLLOWED in hass.data:
        return
    hass.data[FOLLOWED] = True

    @callback
    def told(machine_id: str, what: Told, _about: Mapping[str, Any]) -> None:
        if what is not Told.WOKE_BY_ITSELF:
            return
        entry = hass.config_entries.async_get_entry(machine_id)
        if (
            entry is not None
            and entry.state is ConfigEntryState.LOADED
            and entry.data.get(CONF_KIND) == Kind.MINER
        ):
            entry.runtime_data.events.trigger(EVENT_PAUSED_AGAIN, {})

    async_keeper(hass).listen(told)
