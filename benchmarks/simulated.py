"""Simulated miners that take orders, in a process of their own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, Self

from simulators.axeos import AxeOsSimulator
from simulators.makes.auradine import Auradine
from simulators.makes.avalon import Avalon
from simulators.makes.braiins import BraiinsGraphQl, BraiinsRest
from simulators.makes.epic import Epic
from simulators.makes.goldshell import Goldshell
from simulators.makes.luxos import LuxOs
from simulators.makes.vnish import Vnish
from simulators.makes.whatsminer import WhatsminerV2, WhatsminerV3

_START_TIMEOUT_S = 60.0


class Make(NamedTuple):
    """A make by its driver, its usual port, and what simulates it."""

    driver: str
    port: int
    simulator: Callable[..., Any]
    beside: bool = False
    """Whether its driver is read beside the CGMiner API on the same port."""


MAKES: Mapping[str, Make] = {
    "Bitaxe (AxeOS)": Make("axeos", 80, AxeOsSimulator),
    "Braiins OS, REST": Make("braiins", 80, BraiinsRest),
    "Braiins OS, GraphQL": Make("braiins_graphql", 80, BraiinsGraphQl),
    "VNish": Make("vnish", 80, Vnish),
    "Goldshell": Make("goldshell", 80, Goldshell),
    "Auradine": Make("auradine", 8080, Auradine),
    "ePIC": Make("epic", 4028, Epic),
    "Avalon Q": Make("avalon", 4028, Avalon, beside=True),
    "LuxOS": Make("luxos", 4028, LuxOs, beside=True),
    "Whatsminer, API 2": Make("whatsminer_v2", 4028, WhatsminerV2, beside=True),
    "Whatsminer, API 3": Make("whatsminer", 4433, WhatsminerV3),
}


class Simulated:
    """Miners of one make at loopback addresses, each at the same port."""

    def __init__(
        self, make: str, hosts: Sequence[str], port: int, reply_s: float = 0.0
    ) -> None:
        """Hold a miner at each address, whose replies take so long."""
        context = get_context("spawn")
        self._orders, theirs = context.Pipe()
        self._process = context.Process(
            target=_run, args=(theirs, make, list(hosts), port, reply_s)
        )

    def __enter__(self) -> Self:
        """Start; RuntimeError when the miners do not come up."""
        self._process.start()
        try:
            if self._orders.poll(_START_TIMEOUT_S) and self._orders.recv() == "ready":
                return self
        except EOFError:
            pass
        self._process.kill()
        raise RuntimeError("the simulated miners did not start")

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._orders.close()
        self._process.join()

    def requests(self) -> int:
        """Return how many requests there were, each over a connection of its own."""
        self._orders.send("requests")
        found: int = self._orders.recv()
        return found


def _run(
    orders: Connection, make: str, hosts: list[str], port: int, reply_s: float
) -> None:
    asyncio.run(_serve(orders, make, hosts, port, reply_s))


async def _serve(
    orders: Connection, make: str, hosts: list[str], port: int, reply_s: float
) -> None:
    """Run miners until the other end hangs up."""
    miners = [MAKES[make].simulator(host=host, port=port) for host in hosts]
    done = asyncio.Event()

    def obey() -> None:
        try:
            orders.recv()
            orders.send(sum(len(miner.requests) for miner in miners))
        except EOFError:
            done.set()

    async with AsyncExitStack() as running:
        for miner in miners:
            await running.enter_async_context(miner)
            if reply_s:
                miner.delay(reply_s)
        asyncio.get_running_loop().add_reader(orders.fileno(), obey)
        orders.send("ready")
        await done.wait()
