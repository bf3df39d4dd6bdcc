"""Keeps power-ups apart: the inrush of many rigs at once trips a breaker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

AT_ONCE = 1
GAP_S = 20.0


class PowerUpGate:
    """Lets one rig after the other through, with a gap behind each."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        at_once: int = AT_ONCE,
        gap_s: float = GAP_S,
    ) -> None:
        """Take the clock and the limits; one gate serves the whole farm."""
        self._slots = asyncio.Semaphore(at_once)
        self._monotonic = monotonic
        self._sleep = sleep
        self._gap_s = gap_s
        self._last: float | None = None

    @asynccontextmanager
    async def async_pass(self) -> AsyncIterator[None]:
        """Hold a slot while a rig is switched; leave it when its outlet is on."""
        async with self._slots:
            if self._last is not None:
                wait = self._last + self._gap_s - self._monotonic()
                if wait > 0:
                    await self._sleep(wait)
            try:
                yield
            finally:
                self._last = self._monotonic()
