"""Reading files of others' making: never for longer than there is time.

Opening a FIFO waits for whoever writes into it, and a mount whose server is gone answers
nothing at all: only regular files are opened, and in a thread that may be left behind.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import errno
import os
from pathlib import Path
import stat
import threading
from typing import Any, Final

DISK_WITHIN: Final = 5.0
"""Seconds that a disk may take; a mount whose server is gone takes for ever."""
DISK_SILENT: Final = f"the disk did not answer within {DISK_WITHIN:g} s"

LARGEST = 1 << 20
"""Bytes of a file that is read whole."""


def read_regular(path: Path, limit: int | None = None) -> bytes:
    """Return a file's bytes, at most so many; OSError, also for what is no file.

    Without a limit, OSError for more than 1 MiB. It is opened once, and what is open is
    what is checked: in the place of a link that was followed there may be another soon.
    """
    descriptor = os.open(
        os.path.realpath(path),
        os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW,
    )
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is no regular file")
        content = file.read(LARGEST + 1 if limit is None else limit)
    if limit is None and len(content) > LARGEST:
        raise OSError(errno.EFBIG, "is larger than 1 MiB")
    return content


class Disk:
    """One thing at a time on a disk: what hangs is waited for, and not done twice.

    Else each try would leave another thread behind, and what was asked for long ago
    could be written over what was written since.
    """

    def __init__(self) -> None:
        """Do nothing yet."""
        self._turn = asyncio.Lock()
        self._last: asyncio.Future[Any] | None = None

    async def run[T](self, work: Callable[[], T]) -> T:
        """Return what work that blocks returns; TimeoutError after `DISK_WITHIN`."""
        async with asyncio.timeout(DISK_WITHIN), self._turn:
            if self._last is not None:
                await asyncio.wait([self._last])
            self._last = started = _start(work)
            # Once it was given up, its error is of no use any more.
            started.add_done_callback(lambda done: done.cancelled() or done.exception())
            return await asyncio.shield(started)


async def run_within[T](seconds: float, work: Callable[[], T]) -> T:
    """Return what work that blocks returns; TimeoutError after so many seconds."""
    async with asyncio.timeout(seconds):
        return await _start(work)


def _start[T](work: Callable[[], T]) -> asyncio.Future[T]:
    """Begin work in a thread; a daemon, which holds up no shutdown as an executor's does."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 Raised where it is awaited
            failure = error
        # The loop may be closed by now.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="mining_farm file", daemon=True).start()
    return done
