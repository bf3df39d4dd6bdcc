"""A VNish over HTTP."""

from typing import Any, override

from aiohttp import web

from .web import Asked, WebMiner, unauthorized, unknown_route

API = "/api/v1"
_TOKEN = "Bearer vnish-token"  # noqa: S105 (of nothing)
_FREE = ("/info", "/status", "/summary")
_PRESETS = (
    ("disabled", "Disabled", False),
    ("2550", "2550 watt ~ 170 TH", False),
    ("3160", "3160 watt ~ 210 TH", False),
    ("4690", "4690 watt ~ 280 TH", True),
)


class Vnish(WebMiner):
    """Reading is free but for settings and presets; `find-miner` toggles before 1.3."""

    title = "AnthillOS"
    version = "1.3.4"

    def __init__(self, **arguments: Any) -> None:
        """Work at a preset."""
        super().__init__(**arguments)
        self.machine.level = "2550"
        self.machine.level_watts = {
            name: float(name) for name, _, _ in _PRESETS if name.isdigit()
        }

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""
        return asked.method == "POST" and not asked.path.endswith("/unlock")

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer what changes nothing, a login included."""
        path = asked.path.removeprefix(API)
        if path == "/unlock":
            if asked.json != {"pw": self.machine.password} or self.has(
                "change_password"
            ):
                return web.json_response({"err": "wrong password"}, status=403)
            self.sessions.add(_TOKEN)
            return web.json_response({"token": _TOKEN.removeprefix("Bearer ")})
        if path not in _FREE and not self._is_signed(asked):
            return unauthorized()
        found = self._readings().get(path)
        return unknown_route() if found is None else web.json_response(found)

    def _is_signed(self, asked: Asked) -> bool:
        # Others send the token without the word before it, and are let in.
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return f"Bearer {token}" in self.sessions

    def _state(self) -> str:
        machine = self.machine
        if machine.fault:
            return "failure"
        if machine.stopping:
            return "shutting-down"
        if machine.paused:
            return "stopped"
        return "mining" if machine.hashes else "starting"

    def _readings(self) -> dict[str, Any]:
        machine = self.machine
        hours, minutes = divmod(machine.uptime // 60, 60)
        status = {
            "miner_state": self._state(),
            "miner_state_time": machine.process_uptime,
            "throttled": machine.percent,
            "failure_code": 12 if machine.fault else None,
            "description": machine.fault,
            "find_miner": machine.locating,
        }
        share = machine.rate_now * 1000 / 3
        chain = {
            "frequency": 495.0,
            "hashrate_ideal": machine.rate_set * 1000 / 3,
            "hashrate_rt": share,
            "hw_errors": 29,
            "chip_temp": {"max": 65},
            "pcb_temp": {"max": 50},
            "chip_statuses": {"red": 0, "orange": 6, "grey": 59},
        }
        summary = {
            "miner_status": status,
            "hr_realtime": machine.rate_now * 1000,
            "hr_nominal": machine.rate_set * 1000,
            "hw_errors_percent": 0.0,
            "hw_errors": 57,
            "power_consumption": round(machine.watts_now),
            "psu": {"psu_power_metering": True},
            "cooling": {"fans": [{"id": place, "rpm": 5880} for place in range(4)]},
            "chains": [{"id": slot, **chain} for slot in (1, 2, 3)],
            "pools": [
                {
                    "id": 0,
                    "url": "pool.example.com:3333",
                    "pool_type": "UserPool",
                    "user": machine.worker,
                    "status": "active",
                    "accepted": 1599,
                    "rejected": 9,
                },
                {"id": 1, "url": "DevFee", "pool_type": "DevFee", "user": "fee"},
            ],
        }
        return {
            "/info": {
                "miner": "Antminer S21 Pro",
                "fw_name": "Vnish",
                "fw_version": self.version,
                "hr_measure": "GH/s",
                "system": {
                    "network_status": {"mac": machine.mac},
                    "uptime": f"{hours}:{minutes:02}",
                },
                "serial": "N/A",
            },
            "/status": status,
            "/summary": {"miner": summary},
            "/settings": {
                "miner": {
                    "overclock": {"preset": machine.level, "globals": {"volt": 1270}},
                    "misc": {
                        "power_limit_enabled": machine.power_target is not None,
                        "power_limit": machine.power_target or 0,
                        "quiet_mode": False,
                    },
                    "pools": [{"url": "pool.example.com:3333", "pass": "x"}],
                }
            },
            "/autotune/presets": [
                {"name": name, "pretty": pretty, "modded_psu_required": modded}
                for name, pretty, modded in _PRESETS
            ],
        }

    @override
    def write(self, asked: Asked) -> web.Response:
        """Do what is asked in a session."""
        if not self._is_signed(asked):
            return unauthorized()
        machine = self.machine
        match asked.path.removeprefix(API), asked.json:
            case "/mining/stop", _:
                machine.pause()
            case "/mining/start", _:
                machine.resume()
            case "/mining/restart", _:
                machine.restart_mining()
            case "/system/reboot", _:
                machine.reboot()
                return web.json_response({"after": 3})
            case "/mining/throttle", {"percent": int() as percent}:
                machine.set(percent=float(percent))
            case "/find-miner", body:
                toggles = not isinstance(body, dict) or self.version < "1.3"
                on = not machine.locating if toggles else body["on"]
                machine.set(locating=on)
            case "/settings", {"miner": {"overclock": {"preset": str() as preset}}}:
                machine.set(level=preset)
            case "/settings", {"miner": {"misc": {"power_limit": limit}}}:
                machine.set(power_target=float(limit))
            case _:
                return unknown_route()
        return self.done()

    @override
    def done(self) -> web.Response:
        """Answer as it does, whether it took a setting or not."""
        return web.json_response({"restart_required": False, "reboot_required": False})

    @override
    def failed(self) -> web.Response:
        """Answer by an error with a text."""
        return web.json_response({"err": "invalid state"}, status=500)


class OldVnish(Vnish):
    """Firmware whose `find-miner` toggles."""

    version = "1.2.7"
