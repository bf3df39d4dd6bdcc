"""One simulated container: a plant, its controller's HTTP, and everything that fails."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
import json
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl

from aiohttp import web

from simulators.clock import Clock, SystemClock, sleep
from simulators.commands import command
from simulators.http import Wire

from .faults import OPERATIONS, READS, Faults
from .hydro import HydroPlant
from .immersion import ImmersionPlant
from .living import LivingPlant
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


class AntspaceSimulator(Faults):
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
        self.under_way = 0
        """Requests that are not answered yet."""
        self.most_under_way = 0
        self._clock = clock or SystemClock()
        self._living: LivingPlant | None = None
        self._plant: Plant
        if faithful:
            self._plant = MockPlant(model, seed, error=error)
        else:
            kind = HydroPlant if self.model is Model.HK3 else ImmersionPlant
            self._plant = self._living = kind(self._clock, error=error)
        super().__init__(Wire(host, port, self._serve))

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Begin to listen."""
        if not self._is_refusing:
            self._wire.open()

    async def stop(self) -> None:
        """Free the port."""
        await self._wire.stop()

    @property
    def host(self) -> str:
        """Address that it listens on."""
        return self._wire.host

    @property
    def port(self) -> int:
        """Port that it listens on."""
        return self._wire.port

    @property
    def url(self) -> str:
        """Where `/cooler` is found."""
        return f"http://{self.host}:{self.port}"

    @property
    def state(self) -> dict[str, Any]:
        """What `coolerState` tells now, wire key by wire key."""
        return self._plant.fields()

    @property
    def miner_info(self) -> dict[str, Any]:
        """What `minerInfo` tells now."""
        return self._plant.miner_info()

    @property
    def alarms(self) -> list[str]:
        """Fault bits that the plant has set."""
        return self._plant.alarms()

    @property
    def writes(self) -> list[Request]:
        """Requests that were for anything but looking, oldest first."""
        return [request for request in self.requests if request.is_write]

    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""
        return {
            "model": f"Antspace {self.model}",
            "host": self.host,
            "port": self.port,
            "faithful": self.faithful,
            "faults": sorted(self.faults),
            "alarms": self.alarms,
            "state": self.state,
            "requests": len(self.requests),
            "writes": [request.target for request in self.writes],
        }

    def set_fields(self, fields: Mapping[str, Any]) -> None:
        """Let `coolerState` show these values; `minerInfo` is a key like others.

        Operations of the mock may change them again; a living plant keeps showing them
        until `release_fields`, whatever happens behind.
        """
        self._plant.set_fields(fields)

    def remove_fields(self, keys: Iterable[str]) -> None:
        """Leave keys out; ValueError when there is none of that name."""
        keys = tuple(keys)
        if unknown := set(keys) - self.state.keys():
            raise ValueError(f"no field {', '.join(sorted(unknown))}")
        self._plant.remove_fields(*keys)

    @command
    def set_field(self, key: str, value: str) -> None:
        """Show a value in JSON, or else a text, under any key."""
        try:
            content = json.loads(value)
        except ValueError:
            content = value
        self.set_fields({key: content})

    @command
    def remove_field(self, key: str) -> None:
        """Leave a key out."""
        self.remove_fields([key])

    @command
    def release_fields(self) -> None:
        """Show what is true again; the mock starts anew."""
        self._plant.release_fields()

    @command
    def raise_alarm(self, key: str) -> None:
        """Set a fault bit; what it belongs to stops in a living plant."""
        if key == "disconnect":
            self._plant.disconnect()
        else:
            self._plant.raise_alarm(key)

    @command
    def clear_alarm(self, key: str) -> None:
        """Clear a fault bit."""
        if key == "disconnect":
            self._plant.connect()
        else:
            self._plant.clear_alarm(key)

    @command
    def leak(self) -> None:
        """Begin to lose liquid."""
        self._plant.leak()

    @command
    def stop_pump(self) -> None:
        """Let the pumps fail that keep the miners cool; a reset does not help."""
        self._plant.stop_pump()

    @command
    def disconnect(self) -> None:
        """Take the PLC from the controller: values stand still, writes do nothing."""
        self._plant.disconnect()

    @command
    def connect(self) -> None:
        """Give the PLC back."""
        self._plant.connect()

    @command
    def repair(self) -> None:
        """Mend leak, pumps and PLC; fault bits stay latched until a reset."""
        self._plant.repair()

    @command
    def set_load(self, kilowatts: float) -> None:
        """Change what all miners together draw while they hash."""
        if not kilowatts >= 0:
            raise ValueError(f"kilowatts must be 0 or more, not {kilowatts}")
        self._alive().set_load(kilowatts)

    @command
    def set_weather(self, celsius: float) -> None:
        """Change the temperature outside."""
        if not -60 <= celsius <= 60:
            raise ValueError(f"celsius must be from -60 to 60, not {celsius}")
        self._alive().set_weather(celsius)

    @command
    def restore(self) -> None:
        """Undo every fault of the answers; the plant stays as it is."""
        self._cure_all()
        self._wire.open()

    def _alive(self) -> LivingPlant:
        if self._living is None:
            raise ValueError("the documented mock has neither load nor weather")
        return self._living

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._answer(request)
        finally:
            self.under_way -= 1

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
