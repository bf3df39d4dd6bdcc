"""Keeps power-ups apart: the inrush of many machines at once trips a breaker."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
import math


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """So many starts in so many seconds, which the site's feed has to bear."""

    starts: int = 1
    seconds: float = 20.0


class PowerUpGate:
    """Lets machines start one after the other, at the pace of the house.

    One gate serves all that starts: rigs after a restart, and machines that wake.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        known_since: float,
    ) -> None:
        """Take the clock, and since when all starts are known.

        What started right before is not: until a gap after it nothing does.
        """
        self.pace = Pace()
        self._known_since = known_since
        self._turn = asyncio.Lock()
        self._inside = 0
        self._left = asyncio.Event()
        self._monotonic = monotonic
        self._sleep = sleep
        self._starts: deque[float] = deque()

    @asynccontextmanager
    async def async_pass(self) -> AsyncIterator[None]:
        """Hold a place while a machine is switched; leave it when its outlet is on."""
        async with self._turn:
            await self._async_until_free()
            self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            # Counted from its end: a rig that is cut draws its surge only then.
            self._starts.append(self._monotonic())
            self._left.set()

    async def _async_until_free(self) -> None:
        await self._async_until_known()
        while True:
            self._left.clear()
            now, pace = self._monotonic(), self.pace
            # By the same sum as the wait below: rounded otherwise, it would be waited for
            # no time at all, again and again.
            while self._starts and self._starts[0] + pace.seconds <= now:
                self._starts.popleft()
            if self._inside >= pace.starts:
                await self._left.wait()
            elif self._inside + len(self._starts) >= pace.starts:
                await self._sleep(self._starts[0] + pace.seconds - now)
            else:
                return

    async def _async_until_known(self) -> None:
        """Wait until what started before anything was known has drawn its surge."""
        left = self._known_since + self.pace.seconds - self._monotonic()
        if left > 0:
            await self._sleep(left)
        # Waited for once, however its sum is rounded.
        self._known_since = -math.inf
