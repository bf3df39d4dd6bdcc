"""Work that many ask for at once: each done once, one after the other."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class _UnderWay[T]:
    """Work that runs or waits for its turn."""

    task: asyncio.Task[T]
    askers: int = 0


class Turns[T]:
    """Does one thing at a time; who asks for what is under way gets its outcome."""

    def __init__(self) -> None:
        """Have nothing to do."""
        self._turn = asyncio.Lock()
        self._under_way: dict[Hashable, _UnderWay[T]] = {}

    async def take(
        self, what: Hashable, work: Callable[[], Coroutine[Any, Any, T]]
    ) -> T:
        """Return the outcome of the work of that name, begun when its turn comes.

        It is cancelled once all who asked for it are.
        """
        if (wanted := self._under_way.get(what)) is None:
            wanted = self._under_way[what] = self._begin(what, work)
        wanted.askers += 1
        try:
            return await asyncio.shield(wanted.task)
        finally:
            wanted.askers -= 1
            if not wanted.askers and not wanted.task.done():
                # Who asks from now on does not get what is being cancelled.
                self._forget(what, wanted)
                wanted.task.cancel()
                await asyncio.wait({wanted.task})

    def _begin(
        self, what: Hashable, work: Callable[[], Coroutine[Any, Any, T]]
    ) -> _UnderWay[T]:
        async def in_turn() -> T:
            async with self._turn:
                return await work()

        begun = _UnderWay(asyncio.create_task(in_turn()))
        begun.task.add_done_callback(lambda _: self._forget(what, begun))
        return begun

    def _forget(self, what: Hashable, done: _UnderWay[T]) -> None:
        if self._under_way.get(what) is done:
            del self._under_way[what]
