"""Simulated miners that take orders, in a process of their own, at their true ports."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, Self

from aiohttp import web

from simulators.antminer import AntminerSimulator
from simulators.axeos import AxeOsSimulator
from simulators.device import SimulatedDevice
from simulators.http import Wire
from simulators.makes.auradine import Auradine
from simulators.makes.avalon import Avalon
from simulators.makes.braiins import BraiinsGraphQl, BraiinsRest
from simulators.makes.epic import Epic
from simulators.makes.goldshell import Goldshell
from simulators.makes.luxos import LuxOs
from simulators.makes.only_read import (
    IceRiver,
    Innosilicon,
    MaraFw,
    ProtoRig,
    SealMinerPages,
)
from simulators.makes.vnish import Vnish
from simulators.makes.web import front_page
from simulators.makes.whatsminer import WhatsminerV2, WhatsminerV3

_START_TIMEOUT_S = 60.0
_CGMINER, _WEB = 4028, 80
_SIMULATED, _FACTORY = "correct-horse", "root"


class Make(NamedTuple):
    """A make by its driver, its usual port, and what simulates it there."""

    driver: str
    port: int
    simulator: Callable[..., Any]
    beside: bool = False
    """Whether its driver is read beside the CGMiner API."""
    other: Callable[[str], SimulatedDevice[Any]] | None = None
    """What else is at its address, where other programs look for it."""
    password: str = _SIMULATED


class _FrontPage(SimulatedDevice[Wire]):
    """The page for people, by which others recognise what has its API elsewhere."""

    def __init__(self, title: str, host: str) -> None:
        """Have a title and nothing else."""

        async def serve(_: web.BaseRequest) -> web.Response:
            return front_page(title)

        super().__init__(Wire(host, _WEB, serve))


def _page(title: str) -> Callable[[str], SimulatedDevice[Any]]:
    return lambda host: _FrontPage(title, host)


def _braiins_api(host: str) -> SimulatedDevice[Any]:
    return AntminerSimulator("s17braiins", host, _CGMINER)


def _stock_antminer(host: str, port: int) -> AntminerSimulator:
    return AntminerSimulator("s19jpro", host, _CGMINER, web_port=port)


def _whatsminer_v2(host: str) -> SimulatedDevice[Any]:
    return WhatsminerV2(host=host, port=_CGMINER)


def _whatsminer_v3(host: str, port: int) -> WhatsminerV3:
    miner = WhatsminerV3(host=host, port=port)
    # Others take a heartbeat before the reply for the reply.
    miner.heartbeat = b""
    return miner


MAKES: Mapping[str, Make] = {
    "Antminer, stock": Make(
        "antminer", _WEB, _stock_antminer, beside=True, password=_FACTORY
    ),
    "Bitaxe (AxeOS)": Make("axeos", _WEB, AxeOsSimulator),
    "Braiins OS, REST": Make(
        "braiins", _WEB, BraiinsRest, beside=True, other=_braiins_api
    ),
    "Braiins OS, GraphQL": Make(
        "braiins_graphql", _WEB, BraiinsGraphQl, beside=True, other=_braiins_api
    ),
    "VNish": Make("vnish", _WEB, Vnish),
    "LuxOS": Make("luxos", _CGMINER, LuxOs, beside=True, other=_page("Luxor Firmware")),
    "Whatsminer, API 2": Make("whatsminer_v2", _CGMINER, WhatsminerV2, beside=True),
    "Whatsminer, API 3": Make(
        "whatsminer", 4433, _whatsminer_v3, beside=True, other=_whatsminer_v2
    ),
    "Avalon Q": Make("avalon", _CGMINER, Avalon, beside=True, other=_page("Avalon")),
    "Goldshell": Make("goldshell", _WEB, Goldshell),
    "Auradine": Make("auradine", 8080, Auradine, other=_page("Miner UI")),
    "ePIC": Make("epic", _CGMINER, Epic, other=_page("Miner Web Dashboard")),
    "IceRiver": Make("iceriver", _WEB, IceRiver),
    "Innosilicon": Make("innosilicon", _WEB, Innosilicon),
    "MaraFW": Make("mara", _WEB, MaraFw, password=_FACTORY),
    "Proto Rig": Make("proto", _WEB, ProtoRig),
    "SealMiner, pages": Make("sealminer", _WEB, SealMinerPages),
}


class Simulated:
    """Miners of one make at loopback addresses, each at the same port."""

    def __init__(
        self, make: str, hosts: Sequence[str], port: int, reply_s: float = 0.0
    ) -> None:
        """Hold a miner at each address, whose replies take so long."""
        self.host = hosts[0]
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
        """Return how many requests there were, of ours each over a connection of its own."""
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
    chosen = MAKES[make]
    miners = [chosen.simulator(host=host, port=port) for host in hosts]
    others = [chosen.other(host) for host in hosts] if chosen.other else []
    done = asyncio.Event()

    def obey() -> None:
        try:
            orders.recv()
            orders.send(sum(map(_asked, (*miners, *others))))
        except EOFError:
            done.set()

    async with AsyncExitStack() as running:
        for device in (*miners, *others):
            await running.enter_async_context(device)
        if reply_s:
            for miner in miners:
                miner.delay(reply_s)
        asyncio.get_running_loop().add_reader(orders.fileno(), obey)
        orders.send("ready")
        await done.wait()


def _asked(device: Any) -> int:  # noqa: ANN401 (what is common to them is their name)
    """Return how many requests a device has had."""
    if not isinstance(device, AntminerSimulator):
        return len(getattr(device, "requests", ()))
    asked = device.traffic.connections
    with suppress(ValueError):
        asked += len(device.web.requests)
    return asked
