"""How late an event loop is with what is due, and whose doing it was."""

import asyncio
import gc
import time
from typing import Any, NamedTuple, Self

_TICK_S = 0.01
_LONG_MS = 100


class Stalls(NamedTuple):
    """The worst of a while, in ms."""

    late_ms: float
    """How late the loop was, for whatever reason: others may have had the core."""
    busy_ms: float
    """How long the loop's own thread worked in one go, garbage collection apart."""
    collection_ms: float
    """Longest garbage collection, in whichever thread: it stops them all."""
    long: int
    """How often the loop was more than 100 ms late."""


class LoopWatch:
    """Asks to be woken every 10 ms and notes how late it is."""

    def __init__(self) -> None:
        """Begin to watch when entered."""
        self.stalls = Stalls(0, 0, 0, 0)
        self._collections_ms = 0.0
        self._collection_start = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        gc.callbacks.append(self._on_collection)
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        gc.callbacks.remove(self._on_collection)
        if self._task is not None:
            self._task.cancel()

    def _on_collection(self, phase: str, _info: dict[str, Any]) -> None:
        if phase == "start":
            self._collection_start = time.monotonic()
            return
        took_ms = (time.monotonic() - self._collection_start) * 1000
        self._collections_ms += took_ms
        if took_ms > self.stalls.collection_ms:
            self.stalls = self.stalls._replace(collection_ms=took_ms)

    async def _watch(self) -> None:
        while True:
            due, cpu = time.monotonic() + _TICK_S, time.thread_time()
            collections_ms = self._collections_ms
            await asyncio.sleep(_TICK_S)
            late_ms = (time.monotonic() - due) * 1000
            busy_ms = (time.thread_time() - cpu) * 1000
            busy_ms -= self._collections_ms - collections_ms
            stalls = self.stalls
            self.stalls = stalls._replace(
                late_ms=max(late_ms, stalls.late_ms),
                busy_ms=max(busy_ms, stalls.busy_ms),
                long=stalls.long + (late_ms > _LONG_MS),
            )
