"""What a core shows of a wallet's windows, and when."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import time
from typing import NamedTuple

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from .loop_watch import LoopWatch, Stalls

WALLET = "benchmark"
_RESULT = f"sensor.{WALLET}_last_result"
_EVENT = f"event.{WALLET}_auction"
_TIMEOUT_S = 300.0
_SETTLES_WITHIN_S = 130.0
"""The solvers have two minutes."""
_SETTLED = ("confirmed", "estimate")


class Published(NamedTuple):
    """When a window's result was there: s of the machine's monotonic clock."""

    event_at: float
    """When something was said of the own bids."""
    certainty: str
    """Of that."""
    settled_at: float | None
    """When the network's solver had answered; None: it has not."""
    corrected: bool
    """Whether it answered otherwise than what had been said."""
    stalls: Stalls
    """While it was waited for."""


class WindowWatch:
    """Notes when the states of the wallet show a window."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin to listen."""
        self._settled: dict[int, float] = {}
        self._events: dict[int, tuple[float, str]] = {}
        self._corrected: set[int] = set()
        self._news = asyncio.Event()
        self.stop: Callable[[], None] = hass.bus.async_listen(
            EVENT_STATE_CHANGED, self._changed
        )

    async def async_wait(self, start: int) -> Published | None:
        """Return what was seen of the window with that first block; None: nothing was."""
        async with LoopWatch() as watch:
            with suppress(TimeoutError):
                async with asyncio.timeout(_TIMEOUT_S):
                    while start not in self._events:
                        if max(self._events, default=0) > start:
                            break
                        await self._more()
        if start not in self._events:
            return None
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLES_WITHIN_S):
                while start not in self._settled:
                    await self._more()
        return Published(
            *self._events[start],
            settled_at=self._settled.get(start),
            corrected=start in self._corrected,
            stalls=watch.stalls,
        )

    async def _more(self) -> None:
        self._news.clear()
        await self._news.wait()

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        now, state = time.monotonic(), event.data["new_state"]
        if state is None:
            return
        seen = state.attributes
        if event.data["entity_id"] == _RESULT and "start_block" in seen:
            if seen["certainty"] in _SETTLED:
                self._settled.setdefault(seen["start_block"], now)
        elif event.data["entity_id"] == _EVENT and "window" in seen:
            start = seen["window"]["start"]
            self._events.setdefault(start, (now, seen["certainty"]))
            if seen.get("correction"):
                self._corrected.add(start)
        self._news.set()
