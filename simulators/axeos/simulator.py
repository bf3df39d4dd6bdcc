"""One simulated device: a machine, its web server, and everything that fails."""

import asyncio
from collections import deque
from typing import Any, NamedTuple, override

from aiohttp import web

from simulators.clock import Clock, SystemClock, sleep
from simulators.commands import command
from simulators.device import Traffic
from simulators.faults import PAGE, OrderFaults
from simulators.http import Wire

from .machine import Machine
from .models import MODELS

PORT = 80
_SYSTEM = "/api/system"


class Request(NamedTuple):
    """What a client asked."""

    method: str
    path: str
    json: Any = None
    at: float = 0.0
    """Seconds since the Unix epoch."""

    @property
    def is_write(self) -> bool:
        """Whether it is for anything but looking."""
        return self.method != "GET"


class AxeOsSimulator(OrderFaults[Wire]):
    """A device at an address of its own; its state outlives a stop and start."""

    def __init__(
        self,
        model: str = "gamma",
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        clock: Clock | None = None,
        mac: str = "02:00:5E:00:53:01",
        worker: str = "wallet.axe",
    ) -> None:
        """Be a device of a model; ValueError when there is no such model."""
        if model not in MODELS:
            raise ValueError(f"model must be one of {', '.join(MODELS)}, not {model!r}")
        self._clock = clock or SystemClock()
        self.machine = Machine(MODELS[model], self._clock, mac, worker)
        self.requests: deque[Request] = deque(maxlen=1000)
        """What was asked, oldest first."""
        self.traffic = Traffic()
        super().__init__(Wire(host, port, self._serve))

    @property
    def writes(self) -> list[Request]:
        """Requests that were for anything but looking, oldest first."""
        return [request for request in self.requests if request.is_write]

    @override
    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""
        return {
            **super().describe(),
            "model": self.machine.model.device,
            "paused": self.machine.paused,
            "info": self.machine.info(),
            "writes": [f"{each.method} {each.path}" for each in self.writes],
        }

    @command
    @override
    def restore(self) -> None:
        """Undo every fault."""
        self.machine.fault, self.machine.overheated = None, False
        self.machine.otp = False
        super().restore()

    @command
    def hide_options(self) -> None:
        """Close the connection in place of listing the options of the chip."""
        self._marks.add("hide_options")

    @command
    def power_fault(self, text: str = "Overcurrent") -> None:
        """Stop hashing, and say why."""
        self.machine.fault = text

    @command
    def overheat(self) -> None:
        """Stop hashing, and latch that it was too hot."""
        self.machine.overheated = True

    @command
    def require_otp(self) -> None:
        """Take settings with a one-time password only, as a NerdQAxe can."""
        self.machine.otp = True

    @command
    def pause(self) -> None:
        """Pause as by its own web page."""
        self.machine.pause()

    @command
    def restart(self) -> None:
        """Restart as by its own web page."""
        self.machine.restart()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        with self.traffic.exchange():
            body = await request.json() if request.can_read_body else None
            asked = Request(request.method, request.path, body, self._clock.now())
            if not self.machine.answers:
                return _break_off(request)
            self.requests.append(asked)
            if self.has("hang"):
                await asyncio.Event().wait()
            response = self._write(asked) if asked.is_write else self._read(asked)
            if self._lag_s:
                await sleep(self._clock, self._lag_s)
            hidden = self.has("hide_options") and asked.path.endswith("/asic")
            if hidden or (asked.is_write and self.has("drop_writes")):
                return _break_off(request)
            return response

    def _read(self, asked: Request) -> web.Response:
        if self.has("speak_html"):
            return web.Response(text=PAGE, content_type="text/html")
        match asked.path:
            case "/":
                return web.Response(
                    text="<title>AxeOS</title>", content_type="text/html"
                )
            case "/api/system/info":
                return web.json_response(self.machine.info())
            case "/api/system/asic":
                return web.json_response(self.machine.asic())
        return _unknown_route()

    def _write(self, asked: Request) -> web.Response:
        if self.has("lock"):
            return web.Response(status=401, text="Unauthorized")
        if self.has("break_down"):
            return web.Response(status=500, text="Internal Server Error")
        if self.has("error_in_ok"):
            return web.json_response({"error": "something went wrong"})
        if self.has("ignore_writes"):
            return web.json_response({"message": "Done"})
        if asked.method == "PATCH" and asked.path == _SYSTEM:
            return self._patch(asked.json)
        if asked.method == "POST":
            return self._post(asked.path.removeprefix(f"{_SYSTEM}/"))
        return _unknown_route()

    def _post(self, name: str) -> web.Response:
        machine = self.machine
        match name:
            case "restart":
                machine.restart()
                return web.json_response({"message": "System will restart shortly."})
            case "shutdown" if machine.model.nerd:
                machine.pause()
                return web.Response(text="System will shutdown shortly.")
            case "pause" if machine.model.can_pause:
                machine.pause()
                return web.json_response({"message": "Mining paused"})
            case "resume" if machine.model.can_pause:
                machine.resume()
                return web.json_response({"message": "Mining resumed"})
            case "identify" if not machine.model.nerd:
                machine.identifying = not machine.identifying
                return web.json_response({"message": "The device says Hi!"})
        return _unknown_route()

    def _patch(self, changes: object) -> web.Response:
        if self.machine.otp:
            return web.Response(status=401, text="totp missing or invalid")
        if not isinstance(changes, dict):
            return web.Response(status=400, text="Invalid JSON")
        if not all(_takes(name, value) for name, value in changes.items()):
            return web.Response(status=400, text="Wrong API input")
        self.machine.set(changes)
        return web.Response()


def _takes(name: str, value: object) -> bool:
    """Return whether the firmware takes a setting; it refuses all or none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    limits = {
        "frequency": (1, 65535),
        "autofanspeed": (0, 2),
        "manualFanSpeed": (0, 100),
        "temptarget": (35, 66),
    }
    low, high = limits.get(name, (1, 0))
    return low <= value <= high


def _unknown_route() -> web.Response:
    return web.json_response({"error": "unknown route"}, status=404)


def _break_off(request: web.BaseRequest) -> web.Response:
    """Close the connection in place of an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
