"""Reports an endpoint that is lost, but not one that is connected again at once."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

PATIENCE_S = 15
"""Longer than it takes to go over to another endpoint: one block's time."""


class EndpointFailover:
    """Follows which endpoint is in use."""

    def __init__(
        self, hass: HomeAssistant, report: Callable[[str, str | None], None]
    ) -> None:
        """Report the URL that was lost, and the one that is used instead, if any."""
        self._hass = hass
        self._report = report
        self._last: str | None = None
        self._timer: CALLBACK_TYPE | None = None

    @callback
    def update(self, url: str | None) -> None:
        """Note the endpoint in use; None: there is none now."""
        if url is None:
            if self._last is not None and self._timer is None:
                job = HassJob(self._waited, cancel_on_shutdown=True)
                self._timer = async_call_later(self._hass, PATIENCE_S, job)
            return
        self.stop()
        was, self._last = self._last, url
        if was is not None and was != url:
            self._report(was, url)

    @callback
    def stop(self) -> None:
        """Stop waiting."""
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _waited(self, _now: datetime) -> None:
        self._timer = None
        was, self._last = self._last, None
        if was is not None:
            self._report(was, None)
