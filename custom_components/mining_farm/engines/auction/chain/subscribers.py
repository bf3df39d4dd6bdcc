"""Callbacks, each in the event loop that it subscribed in."""

import asyncio
from collections.abc import Callable
from contextlib import suppress


class Subscribers[T]:
    """Callbacks in their own loops, called from whichever thread."""

    def __init__(self) -> None:
        self._callbacks: dict[object, Callable[[T], None]] = {}

    def add(self, callback: Callable[[T], None]) -> Callable[[], None]:
        """Call back in the running loop from now on; returns what ends that."""
        loop = asyncio.get_running_loop()
        key = object()

        def call(value: T) -> None:
            # It may have ended while this call was on its way.
            if key in self._callbacks:
                callback(value)

        def pass_on(value: T) -> None:
            with suppress(RuntimeError):
                # A closed loop has no listeners left.
                loop.call_soon_threadsafe(call, value)

        def end() -> None:
            self._callbacks.pop(key, None)

        self._callbacks[key] = pass_on
        return end

    def notify(self, value: T) -> None:
        """Pass a value on to all."""
        for pass_on in tuple(self._callbacks.values()):
            pass_on(value)
