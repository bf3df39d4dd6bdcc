"""Simulated containers in a process of their own, so that their CPU is not counted."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
import ipaddress
from itertools import cycle, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
import time
from typing import NamedTuple, Self, cast

from simulators.antspace import PORT, AntspaceSimulator, Model

_BASE = ipaddress.ip_address("127.30.0.0")
_START_TIMEOUT_S = 60.0
_ALARMS = {
    # None of these makes a plant raise another one.
    Model.HK3: (
        "fan1_fault",
        "fan2_fault",
        "fluid_infusion_pump_fault",
        "spray_pump_fault",
    ),
    Model.IMMERSION: (
        "dry_cooler_power_fre_fault",
        "fan_fault",
        "lever_sensor_fault",
        "smoke_sensor_fault",
    ),
}


class Raised(NamedTuple):
    """An alarm bit that was set."""

    container: int
    """Its place in the list of hosts."""
    alarm: str
    at: float
    """Seconds since the Unix epoch."""


class RaiseAlarms(NamedTuple):
    """Order to set all alarm bits at random moments of so many s; answered at once."""

    seconds: float


class Plants:
    """Living containers, HK3 and Immersion in turn, at loopback addresses."""

    def __init__(self, count: int) -> None:
        """Hold that many."""
        self.models = list(islice(cycle(Model), count))
        self.hosts = [str(_BASE + number) for number in range(1, count + 1)]
        self.port = PORT
        context = get_context("spawn")
        self._orders, theirs = context.Pipe()
        self._process = context.Process(
            target=_run, args=(theirs, list(zip(self.models, self.hosts, strict=True)))
        )

    def __enter__(self) -> Self:
        """Start; RuntimeError when they do not come up, their reason on stderr."""
        self._process.start()
        if not self._orders.poll(_START_TIMEOUT_S):
            self._process.kill()
            raise RuntimeError("the simulated containers did not start")
        self._orders.recv()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._orders.close()
        self._process.join()

    def raise_alarms(self, seconds: float) -> None:
        """Begin to set four alarm bits of each, all within so many s."""
        self._orders.send(RaiseAlarms(seconds))
        self._orders.recv()

    def raised(self) -> list[Raised]:
        """Return the alarm bits that were set so far."""
        self._orders.send("raised")
        return cast(list[Raised], self._orders.recv())


def _run(orders: Connection, containers: Sequence[tuple[Model, str]]) -> None:
    asyncio.run(_serve(orders, containers))


async def _serve(orders: Connection, containers: Sequence[tuple[Model, str]]) -> None:
    """Run containers, given as model and address, until the other end hangs up."""
    plants = [
        AntspaceSimulator(model, host, PORT, faithful=False)
        for model, host in containers
    ]
    done, raised, loop = asyncio.Event(), list[Raised](), asyncio.get_running_loop()

    def raise_alarm(container: int, alarm: str) -> None:
        plants[container].raise_alarm(alarm)
        raised.append(Raised(container, alarm, time.time()))

    def obey() -> None:
        try:
            order = orders.recv()
        except EOFError:
            loop.remove_reader(orders.fileno())
            done.set()
            return
        if isinstance(order, RaiseAlarms):
            random = Random(1)  # noqa: S311
            for container, plant in enumerate(plants):
                for alarm in _ALARMS[plant.model]:
                    delay = order.seconds * random.random()
                    loop.call_later(delay, raise_alarm, container, alarm)
        orders.send(raised)

    async with AsyncExitStack() as running:
        for plant in plants:
            await running.enter_async_context(plant)
        loop.add_reader(orders.fileno(), obey)
        orders.send("ready")
        await done.wait()
