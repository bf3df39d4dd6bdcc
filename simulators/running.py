"""Running simulators from the command line."""

import asyncio
import signal


def interruption() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set, in place of ending the process."""
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupted.set)
    return interrupted
