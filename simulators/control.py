"""The control port: an HTTP server through which anyone can cause faults.

curl localhost:4029/                          what there is, and every command
curl localhost:4029/miners                    all miners with their state
curl localhost:4029/miners/s9-3               one of them
curl -X POST 'localhost:4029/miners/s9-3/kill_chips?board=7&count=5'
curl -X POST localhost:4029/miners/all/restore
"""

from collections.abc import Mapping
import json
from typing import Any, override

from aiohttp import web

from .commands import Device, commands_of, perform
from .device import Groups, Startable

ALL = "all"
"""Name that stands for every device of a kind."""


class ControlServer(Startable):
    """Serves the devices' state and commands on one port."""

    def __init__(self, groups: Groups, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve these devices; port 0 is any free port."""
        self._groups = groups
        self._host = host
        self.port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://{self._host}:{self.port}"

    @override
    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/{kind}", self._list),
                web.get("/{kind}/{name}", self._describe),
                web.post("/{kind}/{name}/{command}", self._command),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self.port).start()
        self.port = self._runner.addresses[0][1]

    @override
    async def stop(self) -> None:
        """Close."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _index(self, _request: web.Request) -> web.Response:
        return _answer(
            {
                kind: {
                    "devices": list(devices),
                    "commands": {
                        f"POST /{kind}/<name or {ALL}>/{usage}": meaning
                        for device_kind in {type(device) for device in devices.values()}
                        for usage, meaning in commands_of(device_kind).items()
                    },
                }
                for kind, devices in self._groups.items()
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        devices = self._kind(request)
        return _answer(_described(devices))

    async def _describe(self, request: web.Request) -> web.Response:
        return _answer(_described(self._named(request)))

    async def _command(self, request: web.Request) -> web.Response:
        """Command one device or all; of all, those refuse for whom it has no sense."""
        command, results = request.match_info["command"], {}
        for name, device in self._named(request).items():
            try:
                perform(device, command, request.query)
            except LookupError as error:
                raise _error(web.HTTPNotFound, str(error)) from error
            except ValueError as error:
                if request.match_info["name"] != ALL:
                    raise _error(web.HTTPBadRequest, str(error)) from error
                results[name] = {"error": str(error)}
            else:
                results[name] = device.describe()
        return _answer(results)

    def _kind(self, request: web.Request) -> Mapping[str, Device]:
        return _chosen(self._groups, request.match_info["kind"])

    def _named(self, request: web.Request) -> Mapping[str, Device]:
        devices, name = self._kind(request), request.match_info["name"]
        return devices if name == ALL else {name: _chosen(devices, name)}


def _answer(content: object) -> web.Response:
    """Return JSON that a person can read."""
    return web.json_response(text=f"{json.dumps(content, indent=2)}\n")


def _described(devices: Mapping[str, Device]) -> dict[str, Any]:
    return {name: device.describe() for name, device in devices.items()}


def _chosen[T](choices: Mapping[str, T], name: str) -> T:
    if name not in choices:
        known = ", ".join(choices)
        raise _error(web.HTTPNotFound, f"no {name!r}; there are: {known}")
    return choices[name]


def _error(kind: type[web.HTTPClientError], message: str) -> web.HTTPClientError:
    body = json.dumps({"error": message})
    return kind(text=body, content_type="application/json")
