"""Asks the user again, once, for what a pool or a plug refuses."""

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ...engines.pools import POOLS, Account, Outcome, TokenUse
from ...engines.restart import OutletKind
from .outlets import RigOutletReading

CONF_REASON = "reason"
REASON_POOL = "pool"
REASON_OUTLET = "outlet"

_NOT_SAID = (
    Outcome.UNREACHABLE,
    Outcome.NOT_JSON,
    Outcome.API_ERROR,
    Outcome.RATE_LIMITED,
)
"""Answers that are silent about the token."""


class Refusals:
    """What one rig was refused, and whether the user was asked for it already."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Take the rig's entry."""
        self._hass = hass
        self._entry = entry
        self._asked: set[str] = set()

    @callback
    def note_pool(self, account: Account, outcome: Outcome) -> None:
        """Ask for a token that the pool accepts, where it takes one at all."""
        if outcome is Outcome.AUTH:
            if POOLS[account.pool].token is not TokenUse.NONE:
                self._ask(REASON_POOL)
        elif outcome not in _NOT_SAID:
            self._asked.discard(REASON_POOL)

    @callback
    def note_outlet(self, reading: RigOutletReading) -> None:
        """Ask for credentials that the plug accepts."""
        if reading.refused:
            self._ask(REASON_OUTLET)
        elif reading.kind is not OutletKind.UNREACHABLE:
            self._asked.discard(REASON_OUTLET)

    def _ask(self, reason: str) -> None:
        busy = {SOURCE_REAUTH, SOURCE_RECONFIGURE}
        # One thing at a time: what is refused then as well is asked for afterwards.
        if reason in self._asked or any(
            self._entry.async_get_active_flows(self._hass, busy)
        ):
            return
        self._asked.add(reason)
        self._entry.async_start_reauth(self._hass, data={CONF_REASON: reason})
