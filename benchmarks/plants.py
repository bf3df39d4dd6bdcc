"""Simulated containers in a process of their own, so that their CPU is not counted."""

import asyncio
from collections.abc import Sequence
import ipaddress
from itertools import cycle, islice
from multiprocessing.connection import Connection
from random import Random
import time
from types import NoneType
from typing import NamedTuple

from simulators.antspace import PORT, AntspaceSimulator, Model

from .simulation import Simulation, run_devices

_BASE = ipaddress.ip_address("127.30.0.0")
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


class Plants(Simulation):
    """Living containers, HK3 and Immersion in turn, at loopback addresses."""

    def __init__(self, count: int) -> None:
        """Hold that many."""
        self.models = list(islice(cycle(Model), count))
        self.hosts = [str(_BASE + number) for number in range(1, count + 1)]
        self.port = PORT
        containers = [*zip(self.models, self.hosts, strict=True)]
        super().__init__("the simulated containers", _serve, containers)

    def raise_alarms(self, seconds: float) -> None:
        """Begin to set four alarm bits of each, all within so many s."""
        self.order(RaiseAlarms(seconds), NoneType)

    def raised(self) -> list[Raised]:
        """Return the alarm bits that were set so far."""
        return self.order("raised", list)


async def _serve(orders: Connection, containers: Sequence[tuple[Model, str]]) -> None:
    """Run containers, given as model and address, until the other end hangs up."""
    plants = [
        AntspaceSimulator(model, host, PORT, faithful=False)
        for model, host in containers
    ]
    raised, loop = list[Raised](), asyncio.get_running_loop()

    def raise_alarm(container: int, alarm: str) -> None:
        plants[container].raise_alarm(alarm)
        raised.append(Raised(container, alarm, time.time()))

    def obey(order: object) -> list[Raised] | None:
        if not isinstance(order, RaiseAlarms):
            return raised
        random = Random(1)  # noqa: S311
        for container, plant in enumerate(plants):
            for alarm in _ALARMS[plant.model]:
                delay = order.seconds * random.random()
                loop.call_later(delay, raise_alarm, container, alarm)
        return None

    await run_devices(orders, plants, obey)
