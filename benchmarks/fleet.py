"""Simulated miners in a process of their own, so that their CPU is not the client's."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
import ipaddress
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
import os
from typing import NamedTuple, Self, cast

import psutil  # type: ignore[import-untyped]

from simulators.antminer import AntminerSimulator

# Two benchmarks at a time have a network each.
_BASE = f"127.{100 + os.getpid() % 100}.0.0"
# The only port that pyasic asks.
_PORT = 4028
_START_TIMEOUT = 300.0


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


class Fleet:
    """Miners at loopback addresses, one after the other; Linux owns all of 127/8."""

    def __init__(self, models: Sequence[str], base: str = _BASE) -> None:
        """Hold one miner of each of these models, from an address on."""
        first = ipaddress.ip_address(base)
        self.hosts = [str(first + number) for number in range(1, len(models) + 1)]
        self.port = _PORT
        context = get_context("spawn")
        self._orders, theirs = context.Pipe()
        self._process = context.Process(
            target=_run, args=(theirs, list(zip(models, self.hosts, strict=True)))
        )

    def __enter__(self) -> Self:
        """Start; RuntimeError when the miners do not come up, their reason on stderr."""
        self._process.start()
        if not self._orders.poll(_START_TIMEOUT):
            self._process.kill()
            raise RuntimeError("the simulated miners did not start")
        self._orders.recv()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._orders.close()
        self._process.join()

    def traffic(self) -> Traffic:
        """Return what all miners together have seen."""
        return cast(Traffic, self._order("traffic"))

    def cpu_s(self) -> float:
        """Return the CPU time that the miners have taken so far."""
        times = psutil.Process(self._process.pid).cpu_times()
        used: float = times.user + times.system
        return used

    def answer_after(self, seconds: float) -> None:
        """Let every reply take that long."""
        self._order(seconds)

    def freeze(self) -> None:
        """Let all numbers but times and uptimes stand still."""
        self._order("freeze")

    def misbehave(self, manners: Sequence[Manner], count: int) -> None:
        """Let the first so many of them misbehave, each in one of these manners."""
        self._order((tuple(manners), count))

    def restore(self) -> None:
        """Let everything live again, without delay."""
        self._order("restore")

    def _order(self, order: object) -> object:
        self._orders.send(order)
        return self._orders.recv()


def _run(orders: Connection, miners: list[tuple[str, str]]) -> None:
    asyncio.run(_serve(orders, miners))


async def _serve(orders: Connection, miners: list[tuple[str, str]]) -> None:
    """Run miners, given as model and address, until the other end hangs up."""
    fleet = [
        AntminerSimulator(model, host, _PORT, seed=number, worker=f"farm.{number}")
        for number, (model, host) in enumerate(miners, 1)
    ]
    done = asyncio.Event()

    def obey() -> None:
        try:
            orders.send(_obey(fleet, orders.recv()))
        except EOFError:
            done.set()

    async with AsyncExitStack() as running:
        for miner in fleet:
            await running.enter_async_context(miner)
        asyncio.get_running_loop().add_reader(orders.fileno(), obey)
        orders.send("ready")
        await done.wait()


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
