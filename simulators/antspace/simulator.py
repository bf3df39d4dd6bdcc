"""One simulated container: a plant, its controller's HTTP, and everything that fails."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple, override
from urllib.parse import parse_qsl

from aiohttp import web

from simulators.clock import Clock, SystemClock, sleep
from simulators.commands import command
from simulators.device import Traffic
from simulators.http import Wire

from .accidents import Accidents
from .faults import OPERATIONS, READS
from .hydro import HydroPlant
from .immersion import ImmersionPlant
from .mock import MockPlant
from .plant import Plant
from .replies import UNSUPPORTED, Reply, break_off, done, no_route, send
from .tables import Model

PORT = 8000
_PATH = "/cooler"


class Request(NamedTuple):
    """What a client asked, word by word."""

    at: float
    """Seconds since the Unix epoch."""
    method: str
    target: str
    """Path and query as they came."""
    operation: str | None
    """None when there is not exactly one."""
    query: tuple[tuple[str, str], ...]

    @property
    def is_write(self) -> bool:
        """Whether it is for anything but looking."""
        return self.operation not in READS


class AntspaceSimulator(Accidents):
    """A container at an address of its own; its plant outlives a stop and start."""

    def __init__(
        self,
        model: str,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        clock: Clock | None = None,
        faithful: bool = True,
        error: bool = False,
        seed: int = 1,
    ) -> None:
        """Be the documented mock, or with `faithful` off a plant that lives.

        `error` sets the fault bits; `seed` is for what the mock makes up.

        Raises:
            ValueError: There is no such model.
        """
        self.model = Model.of(model)
        self.faithful = faithful
        self.requests: deque[Request] = deque(maxlen=1000)
        """What was asked, oldest first."""
        self.traffic = Traffic()
        self._clock = clock or SystemClock()
        plant: Plant
        if faithful:
            plant = MockPlant(model, seed, error=error)
        elif self.model is Model.HK3:
            plant = HydroPlant(self._clock, error=error)
        else:
            plant = ImmersionPlant(self._clock, error=error)
        super().__init__(plant, Wire(host, port, self._serve))

    @property
    def url(self) -> str:
        """Where `/cooler` is found."""
        return f"http://{self.host}:{self.port}"

    @property
    def writes(self) -> list[Request]:
        """Requests that were for anything but looking, oldest first."""
        return [request for request in self.requests if request.is_write]

    @override
    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""
        return {
            **super().describe(),
            "model": f"Antspace {self.model}",
            "faithful": self.faithful,
            "alarms": self.alarms,
            "state": self.state,
            "requests": len(self.requests),
            "writes": [request.target for request in self.writes],
        }

    @command
    def restore(self) -> None:
        """Undo every fault of the answers; the plant stays as it is."""
        self._cure_all()
        self._listen()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        with self.traffic.exchange():
            return await self._answer(request)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        pairs = tuple(parse_qsl(query, keep_blank_values=True))
        asked = [value for key, value in pairs if key == "operation"]
        operation = asked[0] if len(asked) == 1 else None
        noted = Request(
            self._clock.now(), request.method, request.raw_path, operation, pairs
        )
        self.requests.append(noted)
        # The mock's web server answers HEAD by doing all that GET does.
        methods = ("GET", "HEAD") if self.faithful else ("GET",)
        if path != _PATH or request.method not in methods:
            return await send(request, no_route(request.method, request.raw_path))
        fault = self._struck(operation)
        if fault is not None and fault.name == "hang":
            await asyncio.Event().wait()
        reply: Reply | None = fault.reply if fault is not None else None
        reply = reply or self._perform(operation, pairs)
        if lag := self._lag(operation):
            await sleep(self._clock, lag)
        if fault is not None:
            reply = fault.apply(reply)
        return break_off(request) if reply is None else await send(request, reply)

    def _perform(
        self, operation: str | None, pairs: Iterable[tuple[str, str]]
    ) -> Reply:
        """Do what is asked for and return the right answer."""
        plant = self._plant
        if operation not in OPERATIONS:
            return UNSUPPORTED
        if self._is_unheard(operation):
            return done(operation, None)
        match operation:
            case "coolerState":
                return done(operation, plant.fields())
            case "minerInfo":
                return done(operation, plant.miner_info())
            case "open":
                plant.open()
            case "close":
                plant.close()
            case "reset":
                plant.reset()
            case "setTemp":
                temps = [value for key, value in pairs if key == "temp"]
                # A list of several is no number to the mock either.
                text = ",".join(temps) if temps else None
                return done(operation, None, ok=plant.set_temp(text))
        return done(operation, None)
