"""Running simulators from the command line."""

import asyncio
from collections.abc import Coroutine
import signal
import sys
from typing import Any


def run(program: Coroutine[Any, Any, None]) -> None:
    """Run a program; an address or a value that will not do ends it with one line."""
    try:
        asyncio.run(program)
    except (OSError, ValueError) as error:
        sys.exit(f"{error}")


def interruption() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set, in place of ending the process."""
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupted.set)
    return interrupted
