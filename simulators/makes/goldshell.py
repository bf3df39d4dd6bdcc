"""A Goldshell over HTTP."""

from typing import Any, override

from aiohttp import web

from .web import Asked, WebMiner, unknown_route

_TOKEN = "Bearer jwt"  # noqa: S105 (of nothing)
_PLANS = [
    {"level": 0, "info": "725 MHz 0.62 V"},
    {"level": 1, "info": "600 MHz 0.58 V"},
    {"level": 3, "info": "sleep"},
]
_SLEEP = 2
_SHARES = {"0": 1.0, "1": 0.75}
"""Of the usual power, by clock and voltage squared."""


class Goldshell(WebMiner):
    """Its login carries the password in the URL, and every other 401 is a mistake."""

    title = "cloud-box"

    def __init__(self, **arguments: Any) -> None:
        """Work by the first plan."""
        super().__init__(**arguments)
        self.machine.level = "0"
        self.machine.power_target = None
        self.machine.level_watts = self.machine.shares_of_watts(_SHARES)
        self.machine.target_temperature = 70.0
        self.mistakes = 0

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""
        return asked.method == "PUT"

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer what changes nothing, a login included."""
        machine = self.machine
        match asked.path:
            case "/mcb/status":
                about = {"model": "Goldshell-KD6", "firmware": "2.2.5"}
                return web.json_response(about)
            case "/user/login":
                usual = {"username": "admin", "password": machine.password}
                if dict(asked.query) != {**usual, "cipher": "false"} or self.has(
                    "change_password"
                ):
                    return web.json_response({"error": "wrong password"})
                self.sessions.add(_TOKEN)
                return web.json_response({"JWT Token": "jwt"})
            case "/mcb/setting":
                if not self._is_signed(asked):
                    return _doubtful()
                if self.mistakes:
                    self.mistakes -= 1
                    return _doubtful()
                return web.json_response(self._setting())
        return unknown_route()

    def _is_signed(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") in self.sessions

    def _setting(self) -> dict[str, Any]:
        machine = self.machine
        return {
            "name": machine.mac,
            "select": _SLEEP if machine.paused else int(machine.level),
            "powerplans": _PLANS,
            "temp_target": machine.target_temperature,
            "manual": False,
        }

    @override
    def write(self, asked: Asked) -> web.Response:
        """Take the whole object in a session."""
        if not self._is_signed(asked):
            return _doubtful()
        machine, before = self.machine, self._setting()
        if not isinstance(asked.json, dict) or asked.json.keys() != before.keys():
            return self.failed()
        match asked.json["select"]:
            case place if place == before["select"]:
                machine.set(target_temperature=float(asked.json["temp_target"]))
            case 2:
                machine.pause()
            case place:
                machine.resume()
                machine.set(level=str(place))
        return self.done()

    @override
    def done(self) -> web.Response:
        """Answer as if an order was done."""
        return web.json_response({"result": "ok"})

    @override
    def failed(self) -> web.Response:
        """Answer by an error with HTTP 200."""
        return web.json_response({"error": "invalid setting"})


def _doubtful() -> web.Response:
    return web.Response(status=401, text="Check Token Error")
