"""A controller on loopback that does as a test says, and time that a test drives."""

import asyncio
from collections.abc import Awaitable, Callable
import json
from typing import Any

from aiohttp import web

from custom_components.mining_farm.engines.containers import ReadBack
from custom_components.mining_farm.engines.containers.antspace import Model

from .states import MINERS, fresh

type Fault = Callable[[web.BaseRequest], Awaitable[web.StreamResponse | None]]
READS = ("coolerState", "minerInfo")


class Time:
    """A clock whose hands are moved by sleeping and by tests."""

    def __init__(self) -> None:
        """Start anywhere."""
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return seconds."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let that time pass at once."""
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def read_back(self, within: float = 10.0) -> ReadBack:
        """Return a read-back that lives by this clock."""
        return ReadBack(within=within, sleep=self.sleep, monotonic=self)


class FakeContainer:
    """A plant whose pumps and set point follow its writes, unless a test says otherwise."""

    def __init__(self, model: Model, state: dict[str, Any] | None = None) -> None:
        """Begin stopped and healthy, its miners hashing."""
        self.model = model
        self.state = state if state is not None else fresh(model)
        self.miners: Any = MINERS
        self.requests: list[dict[str, str]] = []
        self.methods: list[str] = []
        self.peers: list[Any] = []
        self.faults: dict[str, Fault] = {}
        """By operation, or "*" for all: what is answered in its place, if anything."""
        self.deaf: set[str] = set()
        """Operations that are answered ok and not done."""
        self.before_state: Callable[[], None] = lambda: None
        """Called before each state is sent: a plant that takes its time."""
        self.under_way = 0
        self.most_under_way = 0
        self.port = 0
        self._stopping = asyncio.Event()
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        """Listen on loopback, on the same port as before."""
        self._runner = web.ServerRunner(
            web.Server(self._serve, access_log=None), shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close everything; further connections are refused."""
        self._stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def hang(self, _request: web.BaseRequest) -> web.StreamResponse:
        """Answer nothing while anybody waits."""
        await self._stopping.wait()
        return web.Response(status=503)

    @property
    def writes(self) -> list[dict[str, str]]:
        """Return all requests that are no reads, in order."""
        return [query for query in self.requests if query["operation"] not in READS]

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.BaseRequest)
        self.requests.append(dict(request.query))
        self.methods.append(request.method)
        assert request.transport is not None
        self.peers.append(request.transport.get_extra_info("peername"))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            operation = request.query["operation"]
            fault = self.faults.get(operation, self.faults.get("*"))
            if fault is not None and (answer := await fault(request)) is not None:
                return answer
            return reply(operation, self.operate(operation, request.query.get("temp")))
        finally:
            self.under_way -= 1

    def operate(self, operation: str, temp: str | None = None) -> Any:
        """Do what is asked and return the params of the answer."""
        match operation:
            case "coolerState":
                self.before_state()
                return self.state
            case "minerInfo":
                return self.miners
            case _ if operation in self.deaf:
                return None
            case "open" | "close":
                self._pumps(on=operation == "open")
            case "setTemp":
                self.state["pid_mode"] = temp == "pid"
                target = 38 if temp == "pid" else float(temp or 0)
                self.state["supply_liquid_set_temp"] = target
        return None

    def _pumps(self, *, on: bool) -> None:
        """Start or stop; HK3's circulating pump runs on after a stop, as documented."""
        if self.model is Model.HK3:
            fans = ("cooling_tower_fan1", "cooling_tower_fan2", "fan1")
            self.state |= dict.fromkeys(fans, on) | {"circulating_pump": True}
            return
        pumps = ("second_pump1", "second_pump2", "one_pump")
        self.state |= dict.fromkeys((*pumps, "dry_cooler_freq_run"), on)
        self.state["container_fan"] = on


def reply(operation: str, params: Any, **changed: Any) -> web.Response:
    """Return the documented frame around an answer."""
    answer = {"ok": True, "method": operation, "params": params} | changed
    return web.Response(text=json.dumps(answer), content_type="application/json")


def always(status: int = 200, body: str = "", kind: str = "text/html") -> Fault:
    """Return a fault that answers the same to everything."""

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(0)
        return web.Response(status=status, text=body, content_type=kind)

    return answer


async def not_ok(request: web.BaseRequest) -> web.StreamResponse:
    """Answer that it was not done."""
    return reply(request.query["operation"], None, ok=False)
