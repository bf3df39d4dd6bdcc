"""What a core shows of a wallet's windows, and when."""

import asyncio
from collections.abc import Callable
import time
from typing import NamedTuple

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from .loop_watch import LoopWatch, Stalls

WALLET = "benchmark"
_RESULT = f"sensor.{WALLET}_last_result"
_EVENT = f"event.{WALLET}_auction"
_TIMEOUT_S = 300.0


class Published(NamedTuple):
    """When a window's result was there: s of the machine's monotonic clock."""

    state_at: float
    event_at: float
    stalls: Stalls
    """While it was waited for."""


class WindowWatch:
    """Notes when the states of the wallet show a window."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin to listen."""
        self._states: dict[int, float] = {}
        self._events: dict[int, float] = {}
        self._news = asyncio.Event()
        self.stop: Callable[[], None] = hass.bus.async_listen(
            EVENT_STATE_CHANGED, self._changed
        )

    async def async_wait(self, start: int) -> Published:
        """Return when the window with that first block was seen; TimeoutError."""
        async with asyncio.timeout(_TIMEOUT_S), LoopWatch() as watch:
            while start not in self._states or start not in self._events:
                self._news.clear()
                await self._news.wait()
        return Published(self._states[start], self._events[start], watch.stalls)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        now, state = time.monotonic(), event.data["new_state"]
        if state is None:
            return
        if event.data["entity_id"] == _RESULT and "start_block" in state.attributes:
            self._states.setdefault(state.attributes["start_block"], now)
        elif event.data["entity_id"] == _EVENT and "window" in state.attributes:
            self._events.setdefault(state.attributes["window"]["start"], now)
        self._news.set()
