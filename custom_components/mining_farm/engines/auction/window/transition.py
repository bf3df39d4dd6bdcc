"""The original's way from one window to the next, by polling: for a silent node."""

from collections.abc import Awaitable, Callable

from ..models import Window
from ..windows import BLOCK_SECONDS, epoch_start, validation_window

THRESHOLD = 45.0
"""Seconds before the next window from which on the head is read each second."""
POLLS = 48
"""How often at most."""
INTERVAL = 60.0
"""Seconds between two checks at other times."""


def time_left(window: Window, head: int) -> float:
    """Return the seconds until the block after a window is due."""
    return (window.end + 1 - head) * BLOCK_SECONDS


async def follow_transition(
    head: int,
    read_head: Callable[[], Awaitable[int]],
    pause: Callable[[float], Awaitable[object]],
    *,
    netuid: int,
    tempo: int,
) -> Window:
    """Return the window of a head, or the next one where it begins meanwhile.

    The epoch is that of the first head throughout, and another window is recognised by its
    index, as in the original.
    """
    epoch = epoch_start(head, netuid, tempo)
    window = validation_window(head, epoch)
    if time_left(window, head) > THRESHOLD:
        return window
    for _ in range(POLLS):
        await pause(1.0)
        now = validation_window(await read_head(), epoch)
        if now.index != window.index:
            return now
    return window
