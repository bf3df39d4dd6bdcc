"""The solver's process as its parent sees it: one that is asked, and that is ended."""

import asyncio
from asyncio.subprocess import PIPE, Process
import contextlib
from itertools import count
import json
import os
from pathlib import Path
import shutil
import signal
import sys
from tempfile import mkdtemp
from typing import Any, Self

from ..errors import SolverEndedError, SolverError

_PACKAGE = Path(__file__).parents[1]
_LONGEST_LINE = 1 << 24
"""Bytes of an answer: some ten thousand winners take one megabyte."""


class SolverChild:
    """A process that answers several questions at a time."""

    def __init__(self, process: Process, folder: str) -> None:
        """Take a process and its folder, both of which end with this."""
        self._process = process
        self._folder = folder
        self.stopped = False
        """Whether its parent has ended it."""
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last_words = ""
        self._listening = (
            asyncio.create_task(self._hear()),
            asyncio.create_task(self._hear_errors()),
        )

    @classmethod
    async def start(cls) -> Self:
        """Start a process in a folder of its own; SolverError where that fails."""
        try:
            folder = await asyncio.to_thread(mkdtemp, prefix="mining_farm_auction_")
        except OSError as err:
            raise SolverError(f"there is no folder to solve in: {err}") from err
        try:
            return cls(await _start_process(folder), folder)
        except BaseException as err:
            await _remove(folder)
            if isinstance(err, OSError):
                raise SolverError(f"the solver could not be started: {err}") from err
            raise

    @property
    def ended(self) -> bool:
        """Whether it answers no more."""
        return self._listening[0].done()

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer; SolverError where there is none, or none any more.

        Cancelled, what is asked is broken off, and the process goes on.
        """
        number = next(self._numbers)
        future: asyncio.Future[dict[str, Any]]
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._write({"id": number, **request})
            with contextlib.suppress(ConnectionError):
                await self._stdin.drain()
            if self.ended:
                raise SolverEndedError(self._why_it_ended())
            answer = await future
        except asyncio.CancelledError:
            # It is short: nothing has to be waited for, least of all a process that hangs.
            self._write({"ask": "break_off", "of": number})
            raise
        finally:
            del self._waiting[number]
        if (error := answer.get("error")) is not None:
            raise SolverError(error)
        return answer

    @property
    def _stdin(self) -> asyncio.StreamWriter:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 A pipe
        return stdin

    def _write(self, message: dict[str, Any]) -> None:
        self._stdin.write(json.dumps(message).encode() + b"\n")

    async def end(self) -> None:
        """End the process, CBC with it, and remove its folder."""
        self.stopped = True
        await asyncio.shield(asyncio.ensure_future(self._end()))

    async def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await asyncio.gather(*self._listening)
        await _remove(self._folder)

    async def _hear(self) -> None:
        """Hand each answer to whoever waits for it; at the end, an error to all."""
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 A pipe
        with contextlib.suppress(ValueError, KeyError):
            while line := await stdout.readline():
                answer = json.loads(line)
                future = self._waiting.get(answer["id"])
                if future is not None and not future.done():
                    future.set_result(answer)
        with contextlib.suppress(ProcessLookupError):
            # What it started may hold its pipes.
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self._listening[1]
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(SolverEndedError(self._why_it_ended()))

    async def _hear_errors(self) -> None:
        """Keep the last line of stderr."""
        stderr = self._process.stderr
        assert stderr is not None  # noqa: S101 A pipe
        with contextlib.suppress(ValueError):
            while line := await stderr.readline():
                self._last_words = line.decode(errors="replace").strip()

    def _why_it_ended(self) -> str:
        status = self._process.returncode
        return f"the solver ended with exit status {status}: {self._last_words}"


async def _start_process(folder: str) -> Process:
    # Home Assistant puts packages on its path that a new Python would not find.
    path = os.pathsep.join([*filter(None, sys.path), str(_PACKAGE.parent)])
    return await asyncio.create_subprocess_exec(
        sys.executable,
        # CBC's files are in the working directory: nothing is to be imported from
        # there.
        "-P",
        "-m",
        f"{_PACKAGE.name}.solver.process",
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=_LONGEST_LINE,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        # A group of its own, so that CBC ends with it.
        start_new_session=True,
    )


async def _remove(folder: str) -> None:
    removal = asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    await asyncio.shield(asyncio.ensure_future(removal))
