"""A process on a share of a core, whatever else the machine does."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
import signal
from threading import Event, Thread

_PERIOD_S = 0.1


@contextmanager
def throttled(pid: int | None, share: float) -> Iterator[None]:
    """Let a process run for no more than this share of the time, within this context."""
    if pid is None or share >= 1:
        yield
        return
    done = Event()

    def throttle() -> None:
        while not done.wait(_PERIOD_S * share):
            os.kill(pid, signal.SIGSTOP)
            done.wait(_PERIOD_S * (1 - share))
            os.kill(pid, signal.SIGCONT)

    thread = Thread(target=throttle, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
