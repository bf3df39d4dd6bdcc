"""An Auradine's web API on port 8080."""

from typing import Any, override

from aiohttp import web

from .api import status
from .web import Asked, WebMiner, unauthorized, unknown_route

_TOKEN = "tok9"  # noqa: S105 (of nothing)
_SOFTWARE = "FluxOS-2023-12.27"


class Auradine(WebMiner):
    """Reading is free; texts carry units, and the text of a status is not reliable."""

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""
        return asked.method == "POST" and asked.path != "/token"

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer what changes nothing, a login included."""
        machine = self.machine
        match asked.path:
            case "/token":
                account = {"user": "admin", "password": machine.password}
                if asked.json != {"command": "token", **account} or self.has(
                    "change_password"
                ):
                    return _rows("E", "Token")
                self.sessions.add(_TOKEN)
                return _rows("S", "Token", {"Token": _TOKEN})
            case "/mode":
                mode = {
                    "Mode": "custom",
                    "Power": machine.power_target,
                    "Sleep": "on" if machine.paused else "off",
                }
                return _rows("S", "Mode", mode)
            case "/psu":
                psu = {
                    "PoutMax": "3452.00W",
                    "PowerIn": f"{machine.watts_now:.2f}W",
                }
                return _rows("S", "PSU", psu)
            case "/led":
                return _rows("S", "LED", {"Code": 3 if machine.locating else 2})
            case "/ipreport":
                about = {
                    "mac": machine.mac,
                    "model": "AT1500",
                    "SerialNo": machine.serial,
                    "version": "2023-12.27",
                }
                return _rows("S", "IPReport", about)
        return unknown_route()

    @override
    def write(self, asked: Asked) -> web.Response:
        """Do what is asked in a session."""
        if asked.headers.get("token") not in self.sessions:
            return unauthorized()
        machine = self.machine
        match asked.json:
            case {"sleep": "on"}:
                machine.pause()
            case {"sleep": "off"}:
                machine.resume()
            case {"tune": "power", "power": int() as watts}:
                machine.set(power_target=float(watts))
            case _:
                return self.failed()
        return self.done()

    @override
    def done(self) -> web.Response:
        """Answer as if an order was done."""
        return _rows("S", "Mode")

    @override
    def failed(self) -> web.Response:
        """Answer by an error with HTTP 200."""
        return _rows("E", "Mode")


def _rows(letter: str, section: str, *rows: dict[str, Any]) -> web.Response:
    said = status(letter, 540, "mode", description=_SOFTWARE)
    return web.json_response({**said, section: list(rows)})
