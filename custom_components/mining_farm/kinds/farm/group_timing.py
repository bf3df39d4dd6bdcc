"""When a cooling group is looked at next, and when its containers are read once more."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ...engines.farm import READ_AGAIN

LOOK_EVERY_S: Final = 10.0
LOOK_SOON_S: Final = 1.0
"""While anything is wrong, or under way."""


class GroupTiming:
    """The timers of one group: one look and one reading are due at most."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without any."""
        self._hass = hass
        self._next: CALLBACK_TYPE | None = None
        self._reading: CALLBACK_TYPE | None = None

    def look_later(self, look: Callable[[datetime], None], *, quiet: bool) -> None:
        """Look again after a while, in place of the look that was due."""
        if self._next is not None:
            self._next()

        @callback
        def due(now: datetime) -> None:
            self._next = None
            look(now)

        self._next = self._later(LOOK_EVERY_S if quiet else LOOK_SOON_S, due)

    def read_again(self, read: Callable[[], None]) -> None:
        """Read the containers once more, soon: a bit alone orders nothing."""
        if self._reading is not None:
            return

        @callback
        def due(_now: datetime) -> None:
            self._reading = None
            read()

        self._reading = self._later(READ_AGAIN, due)

    @callback
    def cancel(self) -> None:
        """Do nothing of it."""
        for cancel in (self._next, self._reading):
            if cancel is not None:
                cancel()
        self._next = self._reading = None

    def _later(
        self, seconds: float, action: Callable[[datetime], None]
    ) -> CALLBACK_TYPE:
        job = HassJob(action, cancel_on_shutdown=True)
        return async_call_later(self._hass, timedelta(seconds=seconds), job)
