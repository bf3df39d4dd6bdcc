"""Which callback of an event loop works longest in one go."""

import asyncio
from asyncio import Handle
from collections.abc import Callable
import gc
import time
from typing import Any, NamedTuple, Self

_RUN = "_run"
"""asyncio has nothing public through which every callback passes."""
_NOTED_S = 0.001
_FULL = 2
"""Generation of objects that only a full garbage collection looks at."""
_OURS = "mining_farm/"
_FOLDERS = ("custom_components/", "homeassistant/", "site-packages/")


class Callback(NamedTuple):
    """The longest run of one callback, in ms of CPU time, garbage collection apart."""

    name: str
    """File and function."""
    ms: float
    ours: bool


class CallbackWatch:
    """Times every callback of every loop of this process, for as long as it is entered.

    What is called by a callback of ours counts as ours, and so does what a task of ours
    does between two waits. Only full garbage collections are left out: they belong to
    nobody.
    """

    def __init__(self) -> None:
        """Begin when entered."""
        self._longest: dict[str, Callback] = {}
        self.collections: list[float] = []
        """ms of CPU time of each full garbage collection."""
        self._collected = 0.0
        self._collection_start = 0.0
        self._run: Callable[[Handle], None] = getattr(Handle, _RUN)

    def __enter__(self) -> Self:
        """Begin."""
        gc.callbacks.append(self._on_collection)
        run = self._run

        def timed(handle: Handle) -> None:
            # A handle forgets what it called once it has run.
            callback = getattr(handle, "_callback", None)
            arguments = getattr(handle, "_args", None)
            start, collected = time.thread_time(), self._collected
            run(handle)
            took = time.thread_time() - start - (self._collected - collected)
            if took > _NOTED_S:
                self._note(callback, arguments, took * 1000)

        setattr(Handle, _RUN, timed)
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        setattr(Handle, _RUN, self._run)
        gc.callbacks.remove(self._on_collection)

    @property
    def longest(self) -> list[Callback]:
        """Return the longest run of each callback, the longest first."""
        return sorted(self._longest.values(), key=lambda each: -each.ms)

    def _note(self, callback: Any, arguments: Any, ms: float) -> None:  # noqa: ANN401
        name = _name(callback, arguments)
        known = self._longest.get(name)
        if known is None or ms > known.ms:
            self._longest[name] = Callback(name, ms, _OURS in name)

    def _on_collection(self, phase: str, info: dict[str, Any]) -> None:
        if info["generation"] < _FULL:
            return
        if phase == "start":
            self._collection_start = time.thread_time()
            return
        took = time.thread_time() - self._collection_start
        self._collected += took
        self.collections.append(took * 1000)


def _name(callback: Any, arguments: Any) -> str:  # noqa: ANN401
    """Return where what is called was written."""
    task = getattr(callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        called: Any = task.get_coro()
    else:
        # Timers of Home Assistant carry what they call.
        jobs = (getattr(each, "target", None) for each in arguments or ())
        called = next((each for each in jobs if each is not None), callback)
        called = getattr(called, "func", called)
    name = getattr(called, "__qualname__", type(called).__name__)
    code = getattr(called, "cr_code", None) or getattr(called, "__code__", None)
    file = "" if code is None else code.co_filename
    for folder in _FOLDERS:
        _, found, rest = file.rpartition(folder)
        if found:
            file = rest
            break
    return f"{file}:{name}"
