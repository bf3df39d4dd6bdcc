"""A Home Assistant core in a process of its own, seen from outside."""

import asyncio
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from .core_folder import async_write_folder
from .core_process import CONSOLE, Phase, Start, run

_ANSWER_TIMEOUT_S = 600.0
_STOP_TIMEOUT_S = 60.0


class Core:
    """Runs with one entry per miner for as long as it is entered."""

    def __init__(self, hosts: Sequence[str], port: int) -> None:
        """Take the addresses of miners that answer."""
        self._hosts = hosts
        self._port = port
        self._temporary = TemporaryDirectory(prefix="benchmark")
        self._folder = Path(self._temporary.name)
        context = get_context("spawn")
        self._conversation, theirs = context.Pipe()
        self._process = context.Process(target=run, args=(theirs, self._folder))
        self._theirs = theirs
        self.start: Start

    def __enter__(self) -> Self:
        """Start; RuntimeError tells what Home Assistant said if it does not come up."""
        asyncio.run(async_write_folder(self._folder, self._hosts, self._port))
        self._process.start()
        # Only the other process holds its end then, so that its end shows.
        self._theirs.close()
        self.start = self._receive(Start)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._conversation.close()
        self._process.join(_STOP_TIMEOUT_S)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        self._temporary.cleanup()

    def run(self, seconds: float) -> Phase:
        """Let it run that long and return what was measured meanwhile."""
        self._conversation.send(seconds)
        return self._receive(Phase)

    def _receive[T](self, kind: type[T]) -> T:
        """Return what comes next; RuntimeError when it is something else, or nothing."""
        answer: object = None
        try:
            if self._conversation.poll(_ANSWER_TIMEOUT_S):
                answer = self._conversation.recv()
        except EOFError:
            pass
        if isinstance(answer, kind):
            return answer
        said = (self._folder / CONSOLE).read_text(errors="replace")
        self.__exit__()
        raise RuntimeError(f"Home Assistant ended or hangs:\n{said[-4000:]}")
