"""A thread with a loop of its own, which keeps the process that talks to the chain."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
import os
from pathlib import Path
import socket
import subprocess
import sys
import threading
from typing import Any

from ..errors import ChainError, ChainUnavailableError
from .peer import ChainProcessError, Handlers, Peer

_PACKAGE = Path(__file__).parents[1]
_RESTART_AFTER = 2.0
_RESTART_AT_MOST = 60.0
_END_WITHIN = 2.0

type Begin = Callable[[Peer], Coroutine[Any, Any, None]]
"""Called with each new process, before anything else is asked of it."""


class ChainClosedError(ChainUnavailableError):
    """What was under way has ended with the client."""


class ChainThread:
    """Runs coroutines in its loop for callers of any other one."""

    def __init__(
        self, handlers: Handlers, begin: Begin, ended: Callable[[], None]
    ) -> None:
        self._handlers = handlers
        self._begin = begin
        self._ended = ended
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop = asyncio.Event()
        self._peer: Peer | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._changed = asyncio.Event()

    async def start(self) -> None:
        """Start thread and process; returns at once."""
        running = asyncio.get_running_loop()
        started = running.create_future()

        def set_started() -> None:
            if not started.done():
                started.set_result(None)

        def pass_on() -> None:
            running.call_soon_threadsafe(set_started)

        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(pass_on)),
            name="mining_farm chain",
            daemon=True,
        )
        self._thread.start()
        try:
            await asyncio.shield(started)
        except asyncio.CancelledError:
            # Whoever was to close it has no client yet.
            await started
            await self.close()
            raise

    async def close(self) -> None:
        """End process and thread; what still waits fails."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self._loop = None
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._stop.set)
        await asyncio.to_thread(thread.join)

    async def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Await work in the thread's loop, from any other one."""
        if (loop := self._loop) is None:
            work.close()
            raise ChainUnavailableError("the chain's client is not running")
        future = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise ChainClosedError("the chain's client was closed") from None

    async def call(self, name: str, *args: object, within: float) -> Any:  # noqa: ANN401
        """Call a function of the process, in the thread's loop.

        The process keeps deadlines of its own: one that does not answer within so many
        seconds hangs, and is replaced by a new one. Raises ChainProcessError then.
        """
        peer = None
        try:
            async with asyncio.timeout(within):
                while (peer := self._peer) is None:
                    changed = self._changed
                    await changed.wait()
                return await peer.call(name, *args)
        except TimeoutError:
            # One that is still starting is left alone, however slow the machine.
            if peer is not None and peer is self._peer and self._process is not None:
                self._peer = None
                self._process.kill()
            raise ChainProcessError("the chain's process does not answer") from None

    async def _run(self, started: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        started()
        keeping = asyncio.create_task(self._keep())
        await self._stop.wait()
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping

    async def _keep(self) -> None:
        """Start the process, and start it again whenever it has ended."""
        loop = asyncio.get_running_loop()
        pause = _RESTART_AFTER
        while True:
            started_at = loop.time()
            # Without a process or socket to be had, it may be had later.
            with suppress(OSError):
                await self._serve()
            if loop.time() - started_at > _RESTART_AT_MOST:
                pause = _RESTART_AFTER
            await asyncio.sleep(pause)
            # One that cannot run would be started all day long.
            pause = min(2 * pause, _RESTART_AT_MOST)

    async def _serve(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            process = _start(theirs.fileno())
        self._process = process
        try:
            reader, writer = await asyncio.open_connection(sock=ours)
            peer = Peer(reader, writer, self._handlers)
            serving = asyncio.create_task(peer.run())
            try:
                await self._begin(peer)
                self._peer = peer
                self._wake()
                await serving
            finally:
                self._peer = None
                serving.cancel()
                await asyncio.wait([serving])
                # A task that was cancelled before it began has closed nothing.
                peer.close()
        except ChainError:
            # It has ended, or is of another version, after an update.
            pass
        finally:
            self._process = None
            ours.close()
            self._ended()
            # Submitted at once: a task might be cancelled before it has begun.
            ending = asyncio.get_running_loop().run_in_executor(None, _end, process)
            await asyncio.shield(ending)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _start(number: int) -> subprocess.Popen[bytes]:
    """Start the process; no URL and no key is in its arguments or environment."""
    path = os.pathsep.join([str(_PACKAGE.parent), *filter(None, sys.path)])
    return subprocess.Popen(  # noqa: S603 Ourselves, by this interpreter
        [
            sys.executable,
            "-P",
            "-m",
            f"{_PACKAGE.name}.chain.process",
            str(number),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[number],
        env={**os.environ, "PYTHONPATH": path},
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for the process to end by itself, and end it otherwise."""
    try:
        process.wait(_END_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
