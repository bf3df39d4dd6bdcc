"""An event loop with real sockets whose clock can leap: hours of polls in seconds."""

import asyncio
from collections.abc import Coroutine
import selectors
import time
from typing import Any, override

_LOOK_S = 0.0005
"""For which sockets may still bring something before time leaps."""


class _Selector(selectors.DefaultSelector):
    """Waits as ever, or leaps to what is due next when no socket has anything."""

    def __init__(self) -> None:
        super().__init__()
        self.leaps = False
        self.ahead_s = 0.0

    @override
    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if not self.leaps or timeout is None:
            return super().select(timeout)
        events = super().select(min(timeout, _LOOK_S))
        if not events:
            self.ahead_s += timeout
        return events


class LeapingLoop(asyncio.SelectorEventLoop):
    """Real time, but for what it has leapt."""

    def __init__(self) -> None:
        self._leaping = _Selector()
        super().__init__(self._leaping)

    @override
    def time(self) -> float:
        return time.monotonic() + self._leaping.ahead_s

    async def async_pass(self, seconds: float) -> None:
        """Let so much time pass, with everything that falls due in it."""
        self._leaping.leaps = True
        try:
            await asyncio.sleep(seconds)
        finally:
            self._leaping.leaps = False


def run[T](program: Coroutine[Any, Any, T]) -> T:
    """Run a program on such a loop."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(program)
