"""Starts a reauthentication, once, when a pool or a plug rejects what it is given."""

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ...engines.pools import POOLS, Account, Outcome, TokenUse
from ...engines.restart import OutletKind
from .outlets import RigOutletReading

CONF_REASON = "reason"
REASON_POOL = "pool"
REASON_SECOND_POOL = "second_pool"
REASON_OUTLET = "outlet"

_INCONCLUSIVE = (
    Outcome.UNREACHABLE,
    Outcome.NOT_JSON,
    Outcome.API_ERROR,
    Outcome.RATE_LIMITED,
)
"""Answers that say nothing about the token."""


class ReauthRequests:
    """Which credentials of one rig the user was asked for, and has not corrected yet."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Take the rig's entry."""
        self._hass = hass
        self._entry = entry
        self._requested: set[str] = set()

    @callback
    def update_pool(self, reason: str, account: Account, outcome: Outcome) -> None:
        """Ask for a token that the pool accepts, where it takes one at all."""
        if outcome is Outcome.AUTH:
            if POOLS[account.pool].token is not TokenUse.NONE:
                self._request(reason)
        elif outcome not in _INCONCLUSIVE:
            self._requested.discard(reason)

    @callback
    def update_outlet(self, reading: RigOutletReading) -> None:
        """Ask for credentials that the plug accepts."""
        if reading.refused:
            self._request(REASON_OUTLET)
        elif reading.kind is not OutletKind.UNREACHABLE:
            self._requested.discard(REASON_OUTLET)

    def _request(self, reason: str) -> None:
        # A second flow would hide behind the first: the other reason is asked for next.
        busy = {SOURCE_REAUTH, SOURCE_RECONFIGURE}
        if reason in self._requested or any(
            self._entry.async_get_active_flows(self._hass, busy)
        ):
            return
        self._requested.add(reason)
        self._entry.async_start_reauth(self._hass, data={CONF_REASON: reason})
