"""Answers that many wait for, each worked out once."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any


class Answers[T]:
    """Questions that many may ask, each asked once; nobody's leaving ends one."""

    def __init__(self) -> None:
        """Know none yet."""
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}

    def ask(
        self, what: Hashable, question: Callable[[], Coroutine[Any, Any, T]]
    ) -> asyncio.Task[T]:
        """Return the answer, or what will have it: to be shielded from who waits.

        What has failed is asked again.
        """
        task = self._tasks.get(what)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._tasks[what] = asyncio.create_task(question())
            task.add_done_callback(retrieve)
        return task

    def give_up(self) -> None:
        """Wait for no answer any more; those that there are stay."""
        for what, task in tuple(self._tasks.items()):
            if not task.done():
                del self._tasks[what]
                task.cancel()


def retrieve(task: asyncio.Task[Any]) -> None:
    """Take note of how a task ended that nobody may wait for."""
    if not task.cancelled():
        task.exception()
