"""The web side of a stock Antminer: its CGI pages behind a password, and its meter."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from aiohttp import web

from simulators.clock import Clock, sleep
from simulators.device import Traffic
from simulators.http import Wire

from .digest import Digest
from .firmware.rewrite import Rewrite
from .machine import Machine
from .reading import Reading, State

SETTLES = 8.0
"""Seconds from a change of mode to its effect."""
LISTS_AFTER = 20
"""Seconds of the mining process before it lists readings."""
WRITES = ("set_miner_conf", "blink", "reboot")


class Request(NamedTuple):
    """What a client that signed in asked."""

    method: str
    path: str
    json: Any = None

    @property
    def is_write(self) -> bool:
        """Whether it changes something."""
        name = self.path.removeprefix("/cgi-bin/").removesuffix(".cgi")
        return name in WRITES


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The miner that the pages belong to."""

    machine: Machine
    firmware: Callable[[], Rewrite]
    shown: Callable[[], Reading]
    reboot: Callable[[], None]


class WebSide:
    """The pages of one miner; what fails is named in `marks`."""

    def __init__(
        self, inside: Inside, clock: Clock, host: str, port: int, meter_port: int | None
    ) -> None:
        """Serve on one port, and the meter on another where there is one."""
        self._inside = inside
        self._clock = clock
        self.digest = Digest("antMiner Configuration", "root", "root")
        self.marks: set[str] = set()
        self.lag_s = 0.0
        self.requests: deque[Request] = deque(maxlen=1000)
        self.refused = 0
        """Requests without the right proof."""
        self.proofs = 0
        """Requests with any proof, right or wrong."""
        self.traffic = Traffic()
        self.blinking = False
        self.warning = "None"
        self.conf = self._new_conf()
        self.wire = Wire(host, port, self._serve)
        self.meter = None if meter_port is None else Wire(host, meter_port, self._watts)

    @property
    def writes(self) -> list[Request]:
        """What was ordered, oldest first."""
        return [request for request in self.requests if request.is_write]

    def sleep(self) -> None:
        """Go to sleep, as by its own page."""
        self._configure(self.conf | {"bitmain-work-mode": "1"})

    def open(self) -> None:
        """Listen, unless that is what fails."""
        if "web_refuse" not in self.marks:
            self.wire.open()
        if self.meter is not None:
            self.meter.open()

    def close(self) -> None:
        """Refuse, as without power."""
        self.wire.close()
        if self.meter is not None:
            self.meter.close()

    async def stop(self) -> None:
        """Free the ports."""
        await self.wire.stop()
        if self.meter is not None:
            await self.meter.stop()

    def _new_conf(self) -> dict[str, Any]:
        model = self._inside.firmware().model
        worker = self._inside.firmware().identity.worker
        pool = {"url": "stratum+tcp://pool.example:3333", "user": worker, "pass": "x"}
        backup = pool | {"url": "stratum+tcp://backup.example:3333"}
        return {
            "pools": [pool, backup, {"url": "", "user": "", "pass": ""}],
            "api-listen": True,
            "api-network": True,
            "api-allow": "A:0/0,W:*",
            "bitmain-fan-ctrl": False,
            "bitmain-fan-pwm": "100",
            "bitmain-freq": str(model.frequency_mhz),
            "bitmain-voltage": "1400",
            "bitmain-work-mode": "0",
            "bitmain-freq-level": "",
        }

    async def _watts(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/warning":
            return web.json_response({"error_message": self.warning})
        if request.path != "/miner_power":
            return web.Response(status=404)
        return web.Response(text=f"{self._inside.shown().power_w}\n")

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        with self.traffic.exchange():
            if "web_hang" in self.marks:
                await asyncio.Event().wait()
            self.proofs += "Authorization" in request.headers
            if not self.digest.admits(request):
                self.refused += 1
                return web.Response(status=401, headers=self.digest.challenge)
            body = await request.json() if request.can_read_body else None
            asked = Request(request.method, request.path, body)
            self.requests.append(asked)
            response = self._write(asked) if asked.is_write else self._read(asked)
            if self.lag_s:
                await sleep(self._clock, self.lag_s)
            if asked.is_write and "drop_writes" in self.marks:
                return _break_off(request)
            return response

    def _read(self, asked: Request) -> web.Response:
        if "speak_html" in self.marks:
            return web.Response(text="<html></html>", content_type="text/html")
        firmware = self._inside.firmware()
        match asked.path.removeprefix("/cgi-bin/"):
            case "get_system_info.cgi":
                return web.json_response(
                    {
                        "minertype": firmware.model.type,
                        "macaddr": firmware.identity.mac,
                        "system_filesystem_version": firmware.model.compile_time,
                    }
                )
            case "get_miner_conf.cgi":
                return web.json_response(self.conf)
            case "stats.cgi":
                return web.json_response(self._stats(firmware))
            case "get_blink_status.cgi":
                return web.json_response({"blink": self.blinking})
        return web.Response(status=404)

    def _stats(self, firmware: Rewrite) -> dict[str, Any]:
        reading = self._inside.shown()
        stats = firmware.new_stats(reading)
        silent = reading.state is State.SLEEPING or reading.elapsed < LISTS_AFTER
        return stats | {"STATS": []} if silent else stats

    def _write(self, asked: Request) -> web.Response:
        if "lock_writes" in self.marks:
            return web.Response(status=403)
        if "break_down" in self.marks:
            return web.Response(status=500)
        if "error_in_ok" in self.marks:
            return web.json_response(
                {"stats": "error", "code": "M001", "msg": "Invalid pool!"}
            )
        if "ignore_writes" not in self.marks:
            self._do(asked)
        done = {"stats": "success", "code": "M000", "msg": "OK!"}
        return web.json_response(done)

    def _do(self, asked: Request) -> None:
        match asked.path.removeprefix("/cgi-bin/"):
            case "blink.cgi":
                self.blinking = bool(asked.json["blink"])
            case "reboot.cgi":
                self._inside.reboot()
            case "set_miner_conf.cgi":
                self._configure(asked.json)

    def _configure(self, wanted: dict[str, Any]) -> None:
        # A page that names no pools leaves none (public reports).
        self.conf = self.conf | wanted | {"pools": wanted.get("pools", [])}
        for renamed in ("miner-mode", "freq-level"):
            self.conf.pop(renamed, None)
        self._clock.call_later(SETTLES, self._apply)

    def _apply(self) -> None:
        machine = self._inside.machine
        if machine.state is State.OFF:
            return
        if str(self.conf["bitmain-work-mode"]) == "1":
            machine.rest(State.SLEEPING)
        else:
            machine.wake()


def _break_off(request: web.BaseRequest) -> web.Response:
    """Close the connection in place of an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
