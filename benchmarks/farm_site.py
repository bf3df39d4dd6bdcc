"""Simulated containers and the miners that heat them, in a process of their own."""

from collections.abc import Sequence
import ipaddress
from multiprocessing.connection import Connection
import time
from typing import NamedTuple

from simulators.antspace import PORT, AntspaceSimulator, Model
from simulators.axeos import AxeOsSimulator
from simulators.linked import LinkedAxes

from .simulation import Simulation, run_devices

CONTAINER_PORT = PORT
MINER_PORT = 8099
_CONTAINERS = ipaddress.ip_address("127.32.0.0")
_MINERS = ipaddress.ip_address("127.33.0.0")


class Leak(NamedTuple):
    """Order to let all containers leak; answered with the moment."""


class StopPumps(NamedTuple):
    """Order to let the pumps of all containers fail; answered with the moment."""


class Mend(NamedTuple):
    """Order to mend all, to let all miners hash, and to forget what was seen."""


class Repair(NamedTuple):
    """Order to mend the containers alone, and to forget what the miners were asked."""


class Answer(NamedTuple):
    """Order to the miners' firmware."""

    reply_s: float
    """Each reply takes so long."""
    shows_after_s: float
    """From a pause until the miner hashes no more."""
    deaf: int = 0
    """How many miners confirm an order and ignore it, evenly spread."""


class Look(NamedTuple):
    """Order to report: Seen."""


class Seen(NamedTuple):
    """What has reached the miners and the containers since they were mended."""

    orders: list[float]
    """When each miner was ordered for the first time, in seconds of the epoch."""
    containers: list[float]
    """When the first miner of each container was."""
    writes: int
    """Requests that were for anything but looking, at miners and containers."""
    asleep: int
    risen: float
    """K by which the coolant of a container has become warmer at most."""


type Order = Leak | StopPumps | Mend | Repair | Answer | Look


class FarmSite(Simulation):
    """Containers with as many miners in each, at loopback addresses."""

    def __init__(self, containers: int, miners: int) -> None:
        """Hold so many containers with so many miners in each."""
        self.containers = [str(_CONTAINERS + n) for n in range(1, containers + 1)]
        self.miners = [str(_MINERS + n) for n in range(1, containers * miners + 1)]
        super().__init__("the simulated farm", _serve, self.containers, self.miners)


async def _serve(orders: Connection, containers: list[str], miners: list[str]) -> None:
    """Run all of it until the other end hangs up."""
    site = _Site(containers, miners)
    await run_devices(orders, (*site.plants, *site.miners), site.obey)


class _Site:
    """What the process runs."""

    def __init__(self, containers: Sequence[str], miners: Sequence[str]) -> None:
        self.plants = [
            AntspaceSimulator(list(Model)[n % 2], host, CONTAINER_PORT, faithful=False)
            for n, host in enumerate(containers)
        ]
        self.miners = [
            AxeOsSimulator(
                host=host,
                port=MINER_PORT,
                mac=f"02:00:5E:00:{n >> 8:02X}:{n & 255:02X}",
                worker=f"farm.{n}",
            )
            for n, host in enumerate(miners)
        ]
        share = len(miners) // len(containers)
        self.inside = [
            self.miners[n * share : (n + 1) * share] for n in range(len(containers))
        ]
        self.halls = list(map(LinkedAxes, self.inside))
        for plant, hall in zip(self.plants, self.halls, strict=True):
            plant.hold(hall)

    def obey(self, order: Order) -> float | Seen | None:
        """Carry out one order."""
        match order:
            case Leak():
                for plant in self.plants:
                    plant.leak()
                return time.time()
            case StopPumps():
                for plant in self.plants:
                    plant.stop_pump()
                return time.time()
            case Answer():
                self._answer(order)
            case Mend():
                self._repair()
                for miner in self.miners:
                    miner.machine.resume()
            case Repair():
                self._repair()
            case Look():
                return self._seen()
        return None

    def _answer(self, order: Answer) -> None:
        every = len(self.miners) // order.deaf if order.deaf else 0
        for number, miner in enumerate(self.miners):
            miner.restore()
            miner.delay(order.reply_s)
            miner.machine.pauses_after = order.shows_after_s
            if every and number % every == 0 and number // every < order.deaf:
                miner.ignore_writes()

    def _repair(self) -> None:
        for plant in self.plants:
            plant.repair()
            for alarm in plant.alarms:
                plant.clear_alarm(alarm)
            plant.requests.clear()
        for hall in self.halls:
            hall.forget()
        for miner in self.miners:
            miner.requests.clear()

    def _seen(self) -> Seen:
        first = [
            [miner.writes[0].at for miner in miners if miner.writes]
            for miners in self.inside
        ]
        for plant in self.plants:
            # Whoever looks lets its plant catch up.
            plant.alarms  # noqa: B018
        return Seen(
            orders=sorted(at for inside in first for at in inside),
            containers=sorted(min(inside) for inside in first if inside),
            writes=sum(len(miner.writes) for miner in self.miners)
            + sum(len(plant.writes) for plant in self.plants),
            asleep=sum(miner.machine.paused for miner in self.miners),
            risen=max(hall.risen for hall in self.halls),
        )
