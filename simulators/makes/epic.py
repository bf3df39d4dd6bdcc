"""ePIC's firmware: HTTP on port 4028, with the password in each body."""

from typing import Any, override

from aiohttp import web

from .web import Asked, WebMiner, unknown_route


class Epic(WebMiner):
    """Errors come with HTTP 200."""

    last_command: str | None = None

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""
        return asked.method == "POST"

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer the summary, or what the miner is."""
        if asked.path == "/capabilities":
            about = {
                "Model": "AntMiner S19 XP",
                "Max HBs": 2,
                "Performance Estimator": {"Chip Count": 110},
            }
            return web.json_response(about)
        if asked.path == "/network":
            return web.json_response({"dhcp": {"mac_address": self.machine.mac}})
        if asked.path != "/summary":
            return unknown_route()
        return web.json_response(self._summary())

    def _state(self) -> str:
        machine = self.machine
        if machine.paused:
            return "Idling"
        if machine.stopping:
            return "Stopping"
        if machine.tuning:
            return "AdjustingClockVoltage"
        return "Mining" if machine.hashes else "Initializing"

    def _summary(self) -> dict[str, Any]:
        machine = self.machine
        automatic = {
            "Idle Speed": 20,
            "Target Temperature": machine.target_temperature,
        }
        speed = machine.fan_speed
        share = machine.rate_now * 1e6 / 2
        return {
            "Fans": {
                "Fan Mode": {"Auto": automatic} if speed is None else {"Manual": speed},
                "Fans Speed": 100,
            },
            "Fans Rpm": {"Fans Speed 1": 5971, "Fans Speed 2": 5942},
            "HBs": [
                {
                    "Index": slot,
                    "Core Clock Avg": 487.5,
                    "Hashrate": [share, 103.1, 0.8],
                    "Input Voltage": 12.6,
                    "Temperature": 67.0,
                }
                for slot in (1, 2)
            ],
            "Mining": {"Algorithm": "SHA-256"},
            "Misc": {"Locate Miner State": machine.locating},
            "PerpetualTune": {"Running": False, "Algorithm": {}},
            "Power Supply Stats": {"Input Power": machine.watts_now},
            "PresetInfo": {"Target Power": 3000},
            "Session": {
                "Accepted": 1862,
                "Rejected": 2,
                "Uptime": min(machine.uptime, machine.process_uptime),
            },
            "StratumConfigs": [
                {
                    "login": machine.worker,
                    "password": "x",
                    "pool": "stratum+tcp://pool.example:3333",
                }
            ],
            "Software": "PowerPlay-BMS v1.5.13",
            "Status": {
                "Last Command": self.last_command,
                "Operating State": self._state(),
            },
            "Stratum": {
                "Current Pool": "pool.example.com:3334",
                "Current User": machine.worker,
                "IsPoolConnected": True,
            },
        }

    @override
    def write(self, asked: Asked) -> web.Response:
        """Do what is asked where the password is right."""
        machine = self.machine
        if asked.json.get("password") != machine.password or self.has(
            "change_password"
        ):
            return _failed("BadPassword")
        match asked.path, asked.json.get("param"):
            case "/miner", "Stop":
                machine.pause()
                self.last_command = "Stop"
            case "/miner", "Autostart":
                machine.resume()
                self.last_command = "Autostart"
            case "/softreboot", _:
                machine.restart_mining()
            case "/reboot", _:
                machine.reboot()
            case "/identify", bool() as on:
                machine.set(locating=on)
            case "/fanspeed", {"Auto": {"Target Temperature": celsius}}:
                machine.set(fan_speed=None, target_temperature=float(celsius))
            case "/fanspeed", {"Manual": percent}:
                machine.set(fan_speed=float(percent))
            case _:
                return _failed("MissingParam")
        return self.done()

    @override
    def done(self) -> web.Response:
        """Answer as if an order was done."""
        return web.json_response({"result": True, "error": None})

    @override
    def failed(self) -> web.Response:
        """Answer by an error with HTTP 200."""
        return _failed("InvalidBoardId")


def _failed(error: object) -> web.Response:
    return web.json_response({"result": False, "error": error})
