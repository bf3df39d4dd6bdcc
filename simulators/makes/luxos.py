"""A LuxOS: the CGMiner API, and orders in a session."""

from typing import Any, override

from simulators.commands import command

from .api import ApiMiner, Reply, Request, status

_SOFTWARE = "LUXminer 2025.4.8.220305-57b389c7"
_ORDERS = (
    *("curtail", "profileset", "atmset", "powertargetset", "fanset", "ledset"),
    *("resetminer", "rebootdevice"),
)
_PROFILES = {"290MHz": 2000.0, "normal": 3000.0, "600MHz": 4100.0}


class LuxOs(ApiMiner):
    """One session at a time, which ends after a minute without use."""

    def __init__(self, **arguments: Any) -> None:
        """Have no session."""
        super().__init__(**arguments)
        self.session: str | None = None
        self.machine.level_watts = _PROFILES
        self.machine.obeys_target = False
        self.log_offs = 0

    @property
    def atm(self) -> bool:
        """Whether its tuner follows the power target, and no profile."""
        return self.machine.obeys_target

    @atm.setter
    def atm(self, on: bool) -> None:
        self.machine.obeys_target = on

    @command
    def occupy(self) -> None:
        """Have the session of another client."""
        self.session = "OTHER999"

    @override
    def opened(self, request: Request) -> Request | None:
        """Return an order."""
        return request if request.get("command") in _ORDERS else None

    @override
    def read(self, request: Request) -> Reply | None:
        """Answer what changes nothing, a session included."""
        machine = self.machine
        row: dict[str, Any]
        match request.get("command"):
            case "logon" if self.session is not None:
                return self._said("E", 303, "Another session is active")
            case "logon":
                self.session = "ABCD1234"
                return self._rows("SESSION", {"SessionID": self.session})
            case "logoff" if request.get("parameter") == self.session:
                self.session = None
                self.log_offs += 1
                return self._said("S", 317, "Session terminated")
            case "version":
                row = {
                    "API": "3.7",
                    "LUXminer": "2025.4.8",
                    "Type": "Antminer S19k Pro",
                }
                return self._rows("VERSION", row)
            case "summary":
                row = {
                    "Elapsed": machine.process_uptime,
                    "GHS 5s": machine.rate_now * 1000,
                }
                return self._rows("SUMMARY", row)
            case "config":
                return self._rows("CONFIG", self._config())
            case "profiles":
                rows = [
                    {
                        "Profile Name": name,
                        "Watts": watts,
                        "Hashrate": machine.rate_ths * watts / machine.watts,
                        "Frequency": 490,
                        "Voltage": 13.8,
                        "Step": "0",
                        "IsTuned": True,
                    }
                    for name, watts in _PROFILES.items()
                ]
                return self._rows("PROFILES", *rows)
            case "atm":
                return self._rows("ATM", {"PowerTarget": machine.power_target})
            case "fans":
                row = {"ID": 0, "RPM": 2340, "Speed": machine.fan_speed or 45}
                return {**self._rows("FANS", row), "FANCTRL": [{"MinFans": 2}]}
            case "tempctrl":
                mode = "Automatic" if machine.fan_speed is None else "Manual"
                row = {"Mode": mode, "Target": 60, "Hot": 65, "Dangerous": 70}
                return self._rows("TEMPCTRL", row)
            case "groups":
                row = {"GROUP": 0, "Name": "default", "Quota": 1}
                return self._rows("GROUPS", row)
            case "pools":
                row = {
                    "POOL": 0,
                    "GROUP": 0,
                    "URL": "stratum+tcp://pool.example:3333",
                    "User": machine.worker,
                    "Status": "Alive",
                    "Stratum Active": not machine.paused,
                }
                return self._rows("POOLS", row)
            case "power":
                row = {"PSU": False, "Watts": round(machine.watts_now)}
                return self._rows("POWER", row)
        return self._said("E", 14, "Invalid command")

    def _config(self) -> dict[str, Any]:
        machine = self.machine
        return {
            "CurtailMode": "Sleep" if machine.paused else "None",
            "IsAtmEnabled": self.atm,
            "IsTuning": machine.tuning,
            "MACAddr": machine.mac,
            "Model": "Antminer S19k Pro",
            "Profile": machine.level,
            "RedLed": "blink" if machine.locating else "auto",
        }

    @override
    def write(self, order: Request) -> Reply | None:
        """Do what is ordered in a session."""
        session, _, value = str(order.get("parameter")).partition(",")
        if session != self.session:
            return self._said("E", 302, "Invalid session")
        machine, (_, _, number) = self.machine, value.partition("=")
        match order["command"], value:
            case "curtail", "sleep":
                machine.pause()
            case "curtail", "wakeup":
                machine.resume()
            case "resetminer", _:
                machine.restart_mining()
            case "rebootdevice", _:
                machine.reboot()
                self.session = None
            case "ledset", _:
                machine.set(locating=value == "red,blink")
            case "atmset", _:
                self.atm = number == "true"
            case "profileset", name if name in _PROFILES and not self.atm:
                machine.set(level=name)
            case "powertargetset", _:
                machine.set(power_target=float(number))
            case "fanset", "speed=-1":
                machine.set(fan_speed=None)
            case "fanset", _:
                machine.set(fan_speed=float(number))
            case _:
                return self._said("E", 340, "Unknown profile")
        return self.done(order)

    @override
    def done(self, order: Request) -> Reply:
        """Answer as if an order was done."""
        return self._said("S", 335, "Command sent")

    @override
    def failed(self, order: Request) -> Reply:
        """Answer by an error."""
        return self._said("E", 340, "Cannot do that")

    @override
    def locked(self, order: Request) -> Reply:
        """Answer as to a client that may only read."""
        return self._said("E", 45, "Access denied")

    def _said(self, letter: str, code: int, message: str) -> dict[str, Any]:
        when = int(self.clock.now())
        return status(letter, code, message, description=_SOFTWARE, when=when)

    def _rows(self, section: str, *rows: dict[str, Any]) -> dict[str, Any]:
        return {**self._said("S", 33, section), section: list(rows)}
