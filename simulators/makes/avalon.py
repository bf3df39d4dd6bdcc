"""An Avalon that takes orders by `ascset`."""

from typing import Any, override

from .api import ApiMiner, Reply, Request, status

_OPTIONS = ("voltage", "fan-spd", "lcd", "workmode", "reboot", "softon", "softoff")
_SOFTWARE = "cgminer 4.11.1"
_LAST_MODE = 2
_SHARES = {"0": 0.6, "1": 1.0, "2": 1.25}
"""Of the usual power, about as its modes draw."""


class Avalon(ApiMiner):
    """An Avalon Q: standby, three modes, a fan."""

    version = "Q-25052801_14a19a2"
    options: tuple[str, ...] = _OPTIONS

    def __init__(self, **arguments: Any) -> None:
        """Work in its standard mode, with the fan where it was set last."""
        super().__init__(**arguments)
        self.machine.level = "1"
        self.machine.power_target = None
        self.machine.level_watts = self.machine.shares_of_watts(_SHARES)
        self.machine.fan_speed = 45.0

    @override
    def opened(self, request: Request) -> Request | None:
        """Return an `ascset` that changes something."""
        is_order = request.get("command") == "ascset"
        return request if is_order and request.get("parameter") != "0,help" else None

    @override
    def read(self, request: Request) -> Reply | None:
        """Answer what changes nothing."""
        machine = self.machine
        row: dict[str, Any]
        match request.get("command"):
            case "ascset":
                listed = "|".join(("help", *self.options, ""))
                return self._said("I", 118, f"ASC 0 set info: {listed}")
            case "version":
                row = {
                    "PROD": "Avalon Q",
                    "MODEL": "Q",
                    "MAC": machine.mac,
                    "LVERSION": "25052801",
                    "SWTYPE": "MM319",
                }
                return {**self._said("S", 22, "versions"), "VERSION": [row]}
            case "summary":
                row = {"Elapsed": machine.uptime, "MHS 5s": machine.rate_now * 1e6}
                return {**self._said("S", 11, "Summary"), "SUMMARY": [row]}
            case "stats" | "estats":
                row = {"ID": "AVALON0", "MM ID0:Summary": self._module()}
                return {**self._said("S", 70, "stats"), "STATS": [row]}
        return self._said("E", 14, "Invalid command")

    def _module(self) -> str:
        machine = self.machine
        work = "In Idle" if machine.paused else "In Work"
        fields = {
            "Ver": self.version,
            "LVer": "25052801_14a19a2",
            "STATE": 2 if machine.paused else 1,
            "SYSTEMSTATU": f"Work: {work}, Hash Board: 1",
            "Elapsed": machine.uptime,
            "TMax": 71,
            "TarT": 65,
            "Fan1": 2400,
            "FanR": f"{machine.fan_speed or 30:.0f}%",
            "FanErr": 0,
            "PS": f"0 1222 4 0 0 2245 {machine.watts_now:.0f}",
            "GHSspd": f"{machine.rate_now * 1000:.2f}",
            "GHSmm": f"{machine.rate_set * 1000:.2f}",
            "MGHS": f"{machine.rate_now * 1000:.2f}",
            "TA": 160,
            "Led": int(machine.locating),
            "LcdOnoff": int(machine.display),
            "SoftOFF": 4 if machine.paused else 0,
            "WORKMODE": machine.level,
            "WORKLEVEL": 0,
            "ADJ": 0 if machine.tuning else 1,
        }
        text = " ".join(f"{name}[{value}]" for name, value in fields.items())
        return f"'STATS':{{{text}}}"

    @override
    def write(self, order: Request) -> Reply | None:
        """Do what is ordered; a reboot is not answered."""
        machine = self.machine
        _, option, *rest = str(order["parameter"]).split(",")
        value = rest[-1] if rest else ""
        if option not in self.options:
            return self._failed(f"Unknown option: {option}")
        match option:
            case "softoff" | "softon" if int(value[2:]) <= self.clock.now():
                return self._failed("error:2 parameter error")
            case "softoff":
                machine.pause()
                return self._said("I", 118, f"ASC 0 set info: success softoff:{value}")
            case "softon":
                machine.resume()
            case "workmode" if machine.tuning:
                return self._failed("current mode 0 is caling Don't permit switch mode")
            case "workmode" if int(value) > _LAST_MODE:
                return self._failed(
                    f"error:1 not support set workmode max_mode[{_LAST_MODE}]"
                )
            case "workmode":
                machine.set(level=value)
            case "fan-spd":
                machine.set(fan_speed=None if value == "-1" else float(value))
            case "led":
                machine.set(locating=value == "1-1")
            case "lcd":
                machine.set(display=value == "0:1")
                return self._said("I", 118, f"ASC 0 set info: success lcd:{value}")
            case "reboot":
                machine.reboot()
                return None
        return self.done(order)

    @override
    def done(self, order: Request) -> Reply:
        """Answer as if an order was done."""
        return self._said("S", 119, "ASC 0 set OK")

    @override
    def failed(self, order: Request) -> Reply:
        """Answer by an error."""
        return self._failed("error:7 internal")

    @override
    def locked(self, order: Request) -> Reply:
        """Answer as to a client that may only read."""
        return self._said("E", 45, "Access denied to 'ascset' command")

    def _failed(self, message: str) -> dict[str, Any]:
        return self._said("E", 120, f"ASC 0 set failed: {message}")

    def _said(self, letter: str, code: int, message: str) -> dict[str, Any]:
        when = int(self.clock.now())
        return status(letter, code, message, description=_SOFTWARE, when=when)


class AvalonA(Avalon):
    """An A series: no standby, a light to be found by."""

    version = "1246-83-21072802_4ec6bb0_211fc46"
    options = ("fan-spd", "led", "reboot", "softon", "softoff")
