"""How late an event loop is with what is due."""

import asyncio
import time
from typing import NamedTuple, Self

_TICK_S = 0.01


class Stall(NamedTuple):
    """One delay of the loop, and what the loop's own thread did of it; in ms."""

    wall_ms: float
    cpu_ms: float
    """The rest was the machine's: others had the core, or the disk."""


class LoopWatch:
    """Asks to be woken every 10 ms and notes how late it is."""

    def __init__(self) -> None:
        """Begin to watch when entered."""
        self.stalls: list[Stall] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()

    @property
    def worst(self) -> Stall:
        """The longest stall."""
        return max(self.stalls, default=Stall(0, 0))

    @property
    def worst_cpu_ms(self) -> float:
        """The most that the loop's thread worked between two looks at the loop."""
        return max((stall.cpu_ms for stall in self.stalls), default=0)

    def longer_than(self, limit_ms: float) -> int:
        """Return the number of stalls above a limit."""
        return sum(stall.wall_ms > limit_ms for stall in self.stalls)

    async def _watch(self) -> None:
        while True:
            due, cpu = time.monotonic() + _TICK_S, time.thread_time()
            await asyncio.sleep(_TICK_S)
            late = time.monotonic() - due
            busy = time.thread_time() - cpu
            self.stalls.append(Stall(late * 1000, busy * 1000))
