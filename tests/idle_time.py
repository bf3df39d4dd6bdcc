"""A clock of the event loop that no busy machine drives: only waiting takes time.

Devices of a test live on its own loop. While one of them has something to do, or the
machine is busy elsewhere, a deadline of the program comes no nearer.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from selectors import BaseSelector, SelectorKey
import time
from unittest.mock import patch

_LOOK_S = 0.00002
"""What a look takes that finds nothing: who looks again and again does wait."""


@contextmanager
def only_waiting_takes_time(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let the loop's clock run only while nothing is there for it to do."""
    selector: BaseSelector = loop._selector  # type: ignore[attr-defined]  # noqa: SLF001
    select, now = selector.select, loop.time()

    def wait(timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        nonlocal now
        if events := select(0):
            return events
        began = time.monotonic()
        events = select(timeout)
        waited = time.monotonic() - began
        now += max(_LOOK_S, waited if timeout is None else min(waited, timeout))
        return events

    with (
        patch.object(loop, "time", lambda: now),
        patch.object(selector, "select", wait),
    ):
        yield
