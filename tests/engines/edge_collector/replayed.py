"""Serves the exchanges of one case on loopback, each port of the device as one server."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
import json
import re
import struct
from typing import Any, Self

from aiohttp import web

from simulators.http import Wire

type Exchange = Mapping[str, Any]

_READS = re.compile(
    r"^(get[._]|version|stats|estats|summary|devs|pools|config|status|power$|fans"
    r"|profiles|events|atm$|tempctrl$|edevs|devdetails|check|litestats)"
)
_LOGINS = ("get_token", "logon", "logoff")
_LOGIN_PATHS = re.compile(r"(login|unlock|/token|/auth)")
_READ_BY_POST = "/user/userpanel?post=4"


class Replayed:
    """Answers by the first exchange that fits and was not used, else by the last one."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        """Take the exchanges of one case."""
        self._exchanges = exchanges
        self._used = [0] * len(exchanges)
        self._wires: list[Wire] = []
        self._servers: list[asyncio.Server] = []
        self.ports: dict[str, int] = {}
        """By "http:80" or "tcp:4028"."""
        self.writes: list[Any] = []
        """What was to change something."""
        self.asked: list[str] = []

    async def __aenter__(self) -> Self:
        """Listen on each port that an exchange names."""
        for via, port, framing in sorted(
            {(e["via"], e["port"], e.get("framing", "")) for e in self._exchanges}
        ):
            place = f"{via}:{port}"
            if via == "http":
                wire = Wire("127.0.0.1", 0, partial(self._http, port))
                wire.open()
                self._wires.append(wire)
                self.ports[place] = wire.port
            elif place not in self.ports:
                serve = self._serve_frames if framing == "len32le" else self._serve_text
                server = await asyncio.start_server(
                    partial(serve, port), "127.0.0.1", 0
                )
                self._servers.append(server)
                self.ports[place] = server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        for wire in self._wires:
            await wire.stop()
        for server in self._servers:
            server.close()
            server.close_clients()

    def _find(self, fits: list[int]) -> Exchange | None:
        unused = [
            i for i in fits if self._used[i] < self._exchanges[i].get("repeat", 1)
        ]
        if not fits:
            return None
        index = (unused or fits[-1:])[0]
        self._used[index] += 1
        return self._exchanges[index]

    async def _http(self, port: int, request: web.BaseRequest) -> web.StreamResponse:
        content: Any = None
        if request.can_read_body:
            with suppress(ValueError):
                content = await request.json()
        path = request.path_qs
        changes = "mutation" in str(content)
        self.asked.append(f"{request.method} {request.path}")
        if changes_device(
            {
                "via": "http",
                "method": request.method,
                "path": path,
                "request_json": content,
            }
        ):
            self.writes.append(content)
        found = self._find(
            [
                index
                for index, each in enumerate(self._exchanges)
                if (each["via"], each["port"]) == ("http", port)
                and (each["method"], each["path"]) == (request.method, path)
                and (
                    path != "/graphql"
                    or ("mutation" in str(each["request_json"])) == changes
                )
            ]
        )
        if found is None:
            return web.json_response({"error": "unknown route"}, status=404)
        if found.get("no_answer"):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        reply = found.get("reply_json")
        text = found.get("reply_text", "" if reply is None else json.dumps(reply))
        headers = found.get("reply_headers", {})
        return web.Response(text=text, status=found["status"], headers=headers)

    def _tcp(self, port: int, data: bytes) -> str | None:
        request = json.loads(data)
        key = _key(request)
        name = str(key[0])
        self.asked.append(name)
        if changes_device({"via": "tcp", "request": request}):
            self.writes.append(request)
        found = self._find(
            [
                index
                for index, each in enumerate(self._exchanges)
                if (each["via"], each["port"]) == ("tcp", port)
                and _key(each["request"]) == key
            ]
        )
        if found is None:
            return None if "+" in name else _unknown(request, name)
        if found.get("no_answer"):
            return None
        if "reply_text" in found:
            return str(found["reply_text"])
        return json.dumps(found["reply_json"])

    async def _serve_text(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        data = await reader.read(65536)
        if data and (reply := self._tcp(port, data)) is not None:
            writer.write(reply.encode() + b"\0")
            await writer.drain()
        writer.close()

    async def _serve_frames(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (size,) = struct.unpack("<I", await reader.readexactly(4))
                reply = self._tcp(port, await reader.readexactly(size))
                if reply is None:
                    break
                writer.write(struct.pack("<I", len(reply.encode())) + reply.encode())
                await writer.drain()
        writer.close()


def changes_device(exchange: Exchange) -> bool:
    """Return whether a request is to change something; logins are not."""
    if exchange["via"] == "tcp":
        command, parameter = _key(exchange["request"])
        name = str(command)
        reads = _READS.match(name) or name in _LOGINS or parameter == '"0,help"'
        return not reads
    path, content = exchange["path"], str(exchange.get("request_json"))
    if exchange["method"] == "GET" or path == _READ_BY_POST:
        return False
    if path == "/graphql":
        return "mutation" in content and "login" not in content
    return not _LOGIN_PATHS.search(path)


def _key(request: Any) -> tuple[Any, Any]:
    """Return command and parameter; described values and times are not compared."""
    if isinstance(request, str):
        return request.partition("|")[0], None
    if "enc" in request:
        return "enc", None
    command = request.get("command", request.get("cmd"))
    if isinstance(command, list):
        command = "+".join(command)
    parameter = request.get("parameter", request.get("param"))
    if isinstance(parameter, str):
        parameter = re.sub(r"<[^>]*>|\d{6,}", "*", parameter)
    return command, None if command == "logon" else json.dumps(
        parameter, sort_keys=True
    )


def _unknown(request: Mapping[str, Any], name: str) -> str:
    if "." in name:
        return json.dumps({"code": -2, "when": 1, "msg": "invalid", "desc": name})
    status = {"STATUS": "E", "When": 1, "Code": 14, "Msg": "Invalid command"}
    return json.dumps({"STATUS": [{**status, "Description": "replay"}], "id": 1})
