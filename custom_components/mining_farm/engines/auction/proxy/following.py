"""Brings something in line with each result: the latest first, again until it works."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ..errors import RoutingError
from ..models import AuctionResult

ROUTE_AGAIN = 60.0
"""Seconds before what failed is tried again."""

type Apply = Callable[[AuctionResult], Awaitable[bool]]
"""Brings it in line and returns whether that changed anything; RoutingError."""


@dataclass(frozen=True, slots=True)
class Routed:
    """A proxy's file, or a hook, is in line with a result."""

    result: AuctionResult
    changed: bool


@dataclass(frozen=True, slots=True)
class RoutingProblem:
    """A proxy's file was left as it is, or a hook has failed."""

    error: RoutingError


class Follower:
    """Follows results for as long as it runs."""

    def __init__(
        self,
        apply: Apply,
        listener: Callable[[Routed | RoutingProblem], None],
        sleep: Callable[[float], Coroutine[Any, Any, object]],
    ) -> None:
        """Have no result yet."""
        self._apply = apply
        self._listener = listener
        self._sleep = sleep
        self._result: AuctionResult | None = None
        self._has_result = asyncio.Event()

    def take(self, result: AuctionResult) -> None:
        """Take a result, unless it is of a window before the last one's.

        One of before may become final late, and says nothing of the present.
        """
        known = self._result
        if known is None or result.window.start >= known.window.start:
            self._result = result
            self._has_result.set()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            await self._has_result.wait()
            self._has_result.clear()
            if (result := self._result) is None:
                continue
            try:
                changed = await self._apply(result)
            except RoutingError as err:
                self._listener(RoutingProblem(err))
                await self._sleep(ROUTE_AGAIN)
                self._has_result.set()
            else:
                self._listener(Routed(result, changed))
