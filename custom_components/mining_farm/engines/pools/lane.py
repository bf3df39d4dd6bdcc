"""The way to one host: one request at a time, none too soon, none while it says no."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from .models import AccountReport, Outcome

UNREACHABLE_PAUSE = timedelta(seconds=30)
"""Keeps many accounts at a dead host from waiting for it one after the other."""
_FIRST_BACK_OFF = timedelta(minutes=1)
_LONGEST_BACK_OFF = timedelta(minutes=15)
_OF_THE_HOST = frozenset({Outcome.RATE_LIMITED, Outcome.API_ERROR, Outcome.UNREACHABLE})


class Lane:
    """Requests to one host, in turn."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        """Take the time from `clock` and wait by `sleep`, in seconds."""
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._asked_at: datetime | None = None
        self._failure: AccountReport | None = None
        self._pause = timedelta()
        self._failures = 0

    def backing_off(self) -> AccountReport | None:
        """Return the last failure while the host is to be left alone."""
        if self._failure is None:
            return None
        since = self._clock() - self._failure.at
        # After the clock was set back the time that passed is unknown.
        if not timedelta() <= since < self._pause:
            self._failure = None
            return None
        return self._failure

    async def async_ask(
        self, ask: Callable[[], Awaitable[AccountReport]], gap: timedelta
    ) -> AccountReport:
        """Return what is answered in turn, or the failure that came in the meantime."""
        async with self._turn:
            if failure := self.backing_off():
                return failure
            await self._async_keep(gap)
            self._asked_at = self._clock()
            return self._learn(await ask())

    async def _async_keep(self, gap: timedelta) -> None:
        if self._asked_at is None:
            return
        since = self._clock() - self._asked_at
        if timedelta() <= since < gap:
            await self._sleep((gap - since).total_seconds())

    def _learn(self, report: AccountReport) -> AccountReport:
        """Return the report with the wait that follows from it."""
        limited = report.outcome is Outcome.RATE_LIMITED
        self._failures = self._failures + 1 if limited else 0
        if limited and report.retry_after is None:
            back_off = min(
                _FIRST_BACK_OFF * 2 ** min(self._failures - 1, 10),
                _LONGEST_BACK_OFF,
            )
            report = replace(report, retry_after=back_off.total_seconds())
        # What a pool says about one account is no reason to keep the others waiting.
        concerns_all = report.outcome in _OF_THE_HOST
        self._failure = report if concerns_all else None
        self._pause = (
            UNREACHABLE_PAUSE
            if report.outcome is Outcome.UNREACHABLE
            else timedelta(seconds=report.retry_after or 0)
        )
        return report
