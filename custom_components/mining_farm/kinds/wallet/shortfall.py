"""What follows where machines no longer deliver: it is published, and the next bid may shrink."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...engines import auction
from . import issues
from .const import CONF_LOWER_BID
from .delivery import Delivery
from .history import WindowHistory

SURE_AFTER: Final = timedelta(minutes=2)
"""Machines that were not held but fell silent may be back by then."""


class Trigger(Protocol):
    """Triggers an event of the wallet."""

    def __call__(self, event: str, attributes: dict[str, Any]) -> None:
        """Trigger it."""


class Shortfall:
    """Watches what is delivered in a window, and how much may be bid for the next."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        history: WindowHistory,
        trigger: Trigger,
        publish: Callable[[], None],
    ) -> None:
        """Take who keeps, tells and publishes."""
        self._hass = hass
        self._entry = entry
        self._history = history
        self._trigger = trigger
        self._publish = publish
        self._since: datetime | None = None
        """Since when less than what was won is delivered."""
        self._other_since: datetime | None = None
        """Since when another limit of bids would be right."""
        self._wanted: float | None = None

    @property
    def lowers(self) -> bool:
        """Whether the user lets bids shrink to what is alive."""
        return bool(self._entry.options.get(CONF_LOWER_BID))

    @callback
    def look(self, delivery: Delivery, window: int | None) -> None:
        """Look at what is delivered in the window that begins with a block."""
        self._look_at_window(delivery, window)
        self._look_at_bid(delivery)

    def _look_at_window(self, delivery: Delivery, window: int | None) -> None:
        if not delivery.short or window is None:
            if delivery.short is False or window is None:
                self._since = None
                issues.update_shortfall(self._hass, self._entry, None)
            return
        now = dt_util.utcnow()
        self._since = self._since or now
        if not delivery.held and now - self._since < SURE_AFTER:
            return
        issues.update_shortfall(self._hass, self._entry, delivery)
        if self._history.short != window:
            self._history.keep_short(window)
            self._trigger(
                "under_delivery",
                {
                    "window": window,
                    "promised": delivery.promised,
                    "delivered": delivery.delivered,
                    "machines_held": delivery.held,
                },
            )

    def _look_at_bid(self, delivery: Delivery) -> None:
        if not self.lowers or self._wanted is None:
            return
        before = self._history.limit
        limit = auction.limit_after(before, self._wanted, delivery.delivered)
        if limit == before:
            self._other_since = None
            return
        now = dt_util.utcnow()
        self._other_since = self._other_since or now
        if not delivery.held and now - self._other_since < SURE_AFTER:
            return
        self._other_since = None
        self._history.keep_limit(limit)
        event = "bid_restored" if limit is None else "bid_lowered"
        self._trigger(event, {"wanted": self._wanted, "alive": delivery.delivered})
        self._publish()

    def take(self, offer: auction.Offer | None) -> auction.Offer | None:
        """Return what of a bid may be committed now."""
        self._wanted = None if offer is None else auction.offered(offer)
        limit = self._history.limit
        if offer is None or not self.lowers or limit is None:
            return offer
        return auction.lowered(offer, limit)
