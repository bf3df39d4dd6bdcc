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


def read_regular(path: Path, limit: int | None = None) -> bytes:
    """Return a file's bytes, at most so many; OSError, also for what is no file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is no regular file")
        return file.read(-1 if limit is None else limit)


async def run_within[T](seconds: float, work: Callable[[], T]) -> T:
    """Return what work that blocks returns; TimeoutError after so many seconds.

    Its thread is a daemon: unlike one of an executor it holds up no shutdown.
    """
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
    async with asyncio.timeout(seconds):
        return await done
