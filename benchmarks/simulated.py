"""Simulated miners that take orders, in a process of their own, at their true ports."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

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

from .simulation import Simulation, run_devices

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


class Simulated(Simulation):
    """Miners of one make at loopback addresses, each at the same port."""

    def __init__(
        self, make: str, hosts: Sequence[str], port: int, reply_s: float = 0.0
    ) -> None:
        """Hold a miner at each address, whose replies take so long."""
        self.host = hosts[0]
        arguments = (make, [*hosts], port, reply_s)
        super().__init__("the simulated miners", _serve, *arguments)

    def requests(self) -> int:
        """Return how many requests there were, of ours each over a connection of its own."""
        return self.order("requests", int)


async def _serve(
    orders: Connection, make: str, hosts: list[str], port: int, reply_s: float
) -> None:
    """Run miners until the other end hangs up."""
    chosen = MAKES[make]
    miners = [chosen.simulator(host=host, port=port) for host in hosts]
    others = [chosen.other(host) for host in hosts] if chosen.other else []
    devices = (*miners, *others)

    def slow_down() -> None:
        if reply_s:
            for miner in miners:
                miner.delay(reply_s)

    await run_devices(orders, devices, lambda _: sum(map(_asked, devices)), slow_down)


def _asked(device: Any) -> int:  # noqa: ANN401 (what is common to them is their name)
    """Return how many requests a device has had."""
    if not isinstance(device, AntminerSimulator):
        return len(getattr(device, "requests", ()))
    asked = device.traffic.connections
    with suppress(ValueError):
        asked += len(device.web.requests)
    return asked
