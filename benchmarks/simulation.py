"""Simulated devices in a process of their own, so that their CPU is not the client's."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Self

import psutil  # type: ignore[import-untyped]

_START_TIMEOUT_S = 300.0

type Serve = Callable[..., Coroutine[Any, Any, None]]
"""Runs devices until the other end hangs up; a function of a module."""


class Simulation:
    """The process, to which orders are given."""

    def __init__(self, what: str, serve: Serve, *arguments: object) -> None:
        """Take what it is, and what runs there with which arguments."""
        context = get_context("spawn")
        self._what = what
        self._orders, self._theirs = context.Pipe()
        self._process = context.Process(
            target=_run, args=(serve, self._theirs, *arguments)
        )
        self.greeting: Any = None
        """What was said when all of it ran."""

    def __enter__(self) -> Self:
        """Start; RuntimeError when it does not come up, its reason on stderr."""
        self._process.start()
        # Only the other process holds its end then, so that its end shows.
        self._theirs.close()
        try:
            if self._orders.poll(_START_TIMEOUT_S):
                self.greeting = self._orders.recv()
                return self
        except EOFError:
            pass
        self._process.kill()
        raise RuntimeError(f"{self._what} did not start")

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._orders.close()
        self._process.join()

    def order[T](self, order: object, answer: type[T]) -> T:
        """Give an order and return its answer."""
        self._orders.send(order)
        found = self._orders.recv()
        if not isinstance(found, answer):
            raise TypeError(f"{order} was answered by {found!r}")
        return found

    def cpu_s(self) -> float:
        """Return the CPU time that it has taken so far."""
        times = psutil.Process(self._process.pid).cpu_times()
        used: float = times.user + times.system
        return used


def _run(serve: Serve, orders: Connection, *arguments: object) -> None:
    asyncio.run(serve(orders, *arguments))


async def run_devices(
    orders: Connection,
    devices: Iterable[AbstractAsyncContextManager[object]],
    obey: Callable[[Any], object],
    begin: Callable[[], object] = lambda: None,
) -> None:
    """Run devices, and answer each order, until the other end hangs up.

    What `begin` returns when all of them run is the greeting.
    """
    done, loop = asyncio.Event(), asyncio.get_running_loop()

    def take() -> None:
        try:
            order = orders.recv()
        except EOFError:
            loop.remove_reader(orders.fileno())
            done.set()
        else:
            orders.send(obey(order))

    async with AsyncExitStack() as running:
        for device in devices:
            await running.enter_async_context(device)
        loop.add_reader(orders.fileno(), take)
        orders.send(begin())
        await done.wait()
