"""An event loop whose clock jumps to what is due next: hours pass in milliseconds."""

import asyncio
from collections.abc import Coroutine
import selectors
from typing import Any, override


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    @override
    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events:
            if timeout is None:
                raise RuntimeError("Everything waits, and nothing is due")
            self.now += max(timeout, 0)
        return events


class _VirtualLoop(asyncio.SelectorEventLoop):
    """Tells the selector's time."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    @override
    def time(self) -> float:
        return self._jumping.now


def run[T](program: Coroutine[Any, Any, T]) -> T:
    """Run a program in virtual time."""
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        return runner.run(program)
