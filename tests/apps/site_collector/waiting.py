"""Waiting until something is so; nothing depends on how long that takes."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 120.0


async def until[T](read: Callable[[], T]) -> T:
    """Return the first truthy value."""
    async with asyncio.timeout(PATIENCE_S):
        while not (value := read()):
            await asyncio.sleep(0.01)
        return value
