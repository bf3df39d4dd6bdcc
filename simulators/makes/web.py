"""A miner that is ordered over HTTP."""

from abc import abstractmethod
import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, override

from aiohttp import web

from simulators.clock import sleep
from simulators.device import Traffic
from simulators.faults import PAGE
from simulators.http import Wire

from .make import Make


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client asked."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class WebMiner(Make[Wire]):
    """A device with a web API."""

    title: ClassVar[str] = ""
    """Of the page for people, by which others recognise it; there is none without one."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Have been asked nothing."""
        self.requests: deque[Asked] = deque(maxlen=1000)
        self.traffic = Traffic()
        self.sessions: set[str] = set()
        super().__init__(*arguments, **named)

    @override
    def wire(self, host: str, port: int) -> Wire:
        """Return what listens at its address."""
        return Wire(host, port, self._serve)

    @property
    def writes(self) -> list[Asked]:
        """Requests that were to change something, oldest first; logins are none."""
        return [asked for asked in self.requests if self.is_write(asked)]

    @override
    def written(self) -> list[str]:
        """Return the orders that it was sent."""
        return [f"{each.method} {each.path}" for each in self.writes]

    @abstractmethod
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""

    @abstractmethod
    def read(self, asked: Asked) -> web.Response:
        """Answer what changes nothing, a login included."""

    @abstractmethod
    def write(self, asked: Asked) -> web.Response:
        """Do what is asked."""

    @abstractmethod
    def done(self) -> web.Response:
        """Answer as if an order was done."""

    @abstractmethod
    def failed(self) -> web.Response:
        """Answer by a success with an error in it."""

    def locked(self) -> web.Response:
        """Answer as one that takes no orders."""
        return web.Response(status=403, text="Forbidden")

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        with self.traffic.exchange():
            asked = await _asked(request)
            if not self.machine.answers:
                return _break_off(request)
            self.requests.append(asked)
            if self.has("hang"):
                await asyncio.Event().wait()
            is_write = self.is_write(asked)
            response = self._written(asked) if is_write else self._read(asked)
            if self._lag_s:
                await sleep(self.clock, self._lag_s)
            if is_write and self.has("drop_writes") and response.status < 400:
                return _break_off(request)
            return response

    def _read(self, asked: Asked) -> web.Response:
        if self.has("speak_html"):
            return web.Response(text=PAGE, content_type="text/html")
        if self.title and (asked.method, asked.path) == ("GET", "/"):
            return front_page(self.title)
        return self.read(asked)

    def _written(self, asked: Asked) -> web.Response:
        if self.has("lock"):
            return self.locked()
        if self.has("break_down"):
            return web.Response(status=500, text="Internal Server Error")
        if self.has("error_in_ok"):
            return self.failed()
        if self.has("ignore_writes"):
            return self.done()
        return self.write(asked)


def front_page(title: str) -> web.Response:
    """Answer as to a browser."""
    page = f"<html><head><title>{title}</title></head><body></body></html>"
    return web.Response(text=page, content_type="text/html")


def unauthorized() -> web.Response:
    """Answer as to one that has not signed in."""
    return web.Response(status=401, text="Unauthorized")


def unknown_route() -> web.Response:
    """Answer as to a path that there is not."""
    return web.json_response({"error": "unknown route"}, status=404)


async def _asked(request: web.BaseRequest) -> Asked:
    content: Any = None
    if request.can_read_body:
        try:
            content = await request.json()
        except ValueError:
            content = await request.text()
    return Asked(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        json=content,
        headers={name.lower(): value for name, value in request.headers.items()},
    )


def _break_off(request: web.BaseRequest) -> web.Response:
    """Close the connection in place of an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
