"""Simulated miners in a process of their own, so that their CPU is not the client's."""

from collections.abc import Mapping, Sequence
from functools import partial
import ipaddress
from itertools import cycle
from multiprocessing.connection import Connection
import os
from types import NoneType
from typing import NamedTuple

from simulators.antminer import AntminerSimulator

from .simulation import Simulation, run_devices

# Two benchmarks at a time have a network each.
_BASE = f"127.{100 + os.getpid() % 100}.0.0"
# The only port that pyasic asks.
_PORT = 4028


class Manner(NamedTuple):
    """A fault of a miner, by the name of its command."""

    name: str
    settings: Mapping[str, object]


class Traffic(NamedTuple):
    """What the miners have seen of their clients so far."""

    connections: int
    bytes_in: int
    bytes_out: int

    def plus(self, more: Traffic) -> Traffic:
        """Return both together."""
        return Traffic(*map(sum, zip(self, more, strict=True)))

    def since(self, earlier: Traffic) -> Traffic:
        """Return what came after that moment."""
        return Traffic(*(now - then for now, then in zip(self, earlier, strict=True)))


class Fleet(Simulation):
    """Miners at loopback addresses, one after the other; Linux owns all of 127/8."""

    def __init__(self, models: Sequence[str], base: str = _BASE) -> None:
        """Hold one miner of each of these models, from an address on."""
        first = ipaddress.ip_address(base)
        self.hosts = [str(first + number) for number in range(1, len(models) + 1)]
        self.port = _PORT
        miners = [*zip(models, self.hosts, strict=True)]
        super().__init__("the simulated miners", _serve, miners)

    def traffic(self) -> Traffic:
        """Return what all miners together have seen."""
        return self.order("traffic", Traffic)

    def answer_after(self, seconds: float) -> None:
        """Let every reply take that long."""
        self.order(seconds, NoneType)

    def freeze(self) -> None:
        """Let all numbers but times and uptimes stand still."""
        self.order("freeze", NoneType)

    def misbehave(self, manners: Sequence[Manner], count: int) -> None:
        """Let the first so many of them misbehave, each in one of these manners."""
        self.order((tuple(manners), count), NoneType)

    def restore(self) -> None:
        """Let everything live again, without delay."""
        self.order("restore", NoneType)


async def _serve(orders: Connection, miners: list[tuple[str, str]]) -> None:
    """Run miners, given as model and address, until the other end hangs up."""
    fleet = [
        AntminerSimulator(model, host, _PORT, seed=number, worker=f"farm.{number}")
        for number, (model, host) in enumerate(miners, 1)
    ]
    await run_devices(orders, fleet, partial(_obey, fleet))


def _obey(fleet: list[AntminerSimulator], order: object) -> Traffic | None:
    """Carry out one order on all miners."""
    match order:
        case "traffic":
            traffic = [miner.traffic for miner in fleet]
            return Traffic(
                sum(one.connections for one in traffic),
                sum(one.bytes_in for one in traffic),
                sum(one.bytes_out for one in traffic),
            )
        case "freeze":
            for miner in fleet:
                miner.freeze()
        case "restore":
            for miner in fleet:
                miner.restore()
        case (tuple() as manners, int(count)):
            for miner, (name, settings) in zip(fleet[:count], cycle(manners)):
                getattr(miner, name)(**settings)
        case float(seconds):
            for miner in fleet:
                miner.slow(seconds)
    return None
