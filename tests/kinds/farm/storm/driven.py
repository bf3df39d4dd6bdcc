"""An event loop whose clock jumps to what is due next: hours take no time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from datetime import UTC, datetime, timedelta
import selectors
from typing import Any, Final, override

START: Final = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
_LOOK_S: Final = 0.05
_SOONEST_S: Final = 1e-6


class _Selector(selectors.SelectSelector):
    """Does not wait for what is due later; it is later then."""

    def __init__(self) -> None:
        """Start at zero."""
        super().__init__()
        self.now = 0.0
        self.threads = 0
        """How many jobs threads have: time does not pass while they work."""

    @override
    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or self.threads:
            return super().select(_LOOK_S if timeout is None else min(timeout, _LOOK_S))
        self.now += max(0.0, timeout)
        return super().select(0)


class DrivenLoop(asyncio.SelectorEventLoop):
    """Time passes where nothing is left to be done at a moment, and only then."""

    def __init__(self) -> None:
        """Start at zero."""
        self._driven = _Selector()
        super().__init__(self._driven)

    @override
    def time(self) -> float:
        return self._driven.now

    @override
    def call_at[*Ts](
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        # What is due sooner than a clock can tell, asyncio runs at once: where time
        # stands still meanwhile, whoever waits for the rest would wait without end.
        soonest = self.time() + _SOONEST_S
        return super().call_at(max(when, soonest), callback, *args, context=context)

    @property
    def wall(self) -> datetime:
        """The time on the wall."""
        return START + timedelta(seconds=self.time())

    @override
    def run_in_executor[*Ts, T](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._driven.threads += 1
        future.add_done_callback(self._end_job)
        return future

    def _end_job(self, _future: asyncio.Future[Any]) -> None:
        self._driven.threads -= 1

    @override
    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        self._driven.threads += 1
        await super().shutdown_default_executor()
        self._driven.threads -= 1
