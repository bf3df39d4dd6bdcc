"""A Whatsminer: API 2 on port 4028 beside the CGMiner API, or API 3 on port 4433."""

import base64
from contextlib import suppress
import hashlib
import json
import struct
from typing import Any, override

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .api import ApiMiner, Reply, Request, status
from .machine import Machine

_LEVELS = ("low", "normal", "high")
_COMMANDS = {f"set_{level}_power": level for level in _LEVELS}
_SHARES = {"low": 0.8, "normal": 1.0, "high": 1.2}
"""Of the usual power, about as its modes do."""

# MD5 crypts of the machine's usual password with these salts, made by `openssl passwd -1`.
_TOKEN = {"time": "5626", "salt": "Farm0001", "newsalt": "Farm0002"}
_SECRET = "LvCgui/hrFG5GogiJlBsb1"  # noqa: S105 (of nothing)
_SIGN = "6BQ/OuwI9pXIN8jbbEXeq/"


class WhatsminerV2(ApiMiner):
    """API 2: `cmd` with text for values, and orders that AES hides."""

    def __init__(self, **arguments: Any) -> None:
        """Draw by its mode."""
        super().__init__(**arguments)
        self.machine.level_watts = self.machine.shares_of_watts(_SHARES)

    @override
    def opened(self, request: Request) -> Request | None:
        """Return what is encrypted, an empty order where the key is another one."""
        if request.get("enc") != 1:
            return None
        with suppress(ValueError):
            opened = _cipher().decryptor().update(base64.b64decode(request["data"]))
            found = json.loads(opened.rstrip(b"\0"))
            if isinstance(found, dict):
                return found
        return {}

    @override
    def read(self, request: Request) -> Reply | None:
        """Answer in the form of API 2, or of cgminer."""
        machine = self.machine
        match request.get("cmd", request.get("command")):
            case "get_token":
                if self.has("forbid"):
                    return _said("S", 134, "can't access write cmd")
                return _said("S", 134, _TOKEN)
            case "status":
                return _said("S", 131, self._status())
            case "get_miner_info":
                led = "red" if machine.locating else "auto"
                return _said("S", 131, {"ledstat": led, "mac": machine.mac})
            case "get_version":
                version = {"api_ver": "2.0.5", "fw_ver": "20230803.11.REL"}
                return _said("S", 131, version)
            case "summary":
                # While mining is stopped only the version and `status` answer.
                return _DOWN if machine.paused else self._summary()
            case "edevs" | "devs":
                return _DOWN if machine.paused else self._boards()
            case "devdetails":
                rows = [{"DEVDETAILS": 0, "ID": 0, "Model": "M30S+_VE40"}]
                return _section("DEVDETAILS", rows)
        return status("E", 14, "invalid cmd", description="whatsminer v1.1")

    def _status(self) -> dict[str, str]:
        machine = self.machine
        return {
            "FirmwareVersion": "20230803.11.REL",
            "mineroff": str(machine.paused).lower(),
            "power_mode": machine.level,
            "power_limit_set": f"{machine.power_target or 0:.0f}",
            "hash_percent": "0" if machine.percent == 100 else f"{machine.percent:.0f}",
        }

    def _summary(self) -> dict[str, Any]:
        machine = self.machine
        row = {
            "Elapsed": machine.process_uptime,
            "Uptime": machine.uptime,
            "MHS av": machine.rate_now * 1e6,
            "MHS 5s": machine.rate_now * 1e6,
            "MHS 1m": machine.rate_now * 1e6,
            "HS RT": machine.rate_now * 1e6,
            "Power": round(machine.watts_now),
            "Fan Speed In": 5400,
            "Fan Speed Out": 5280,
            "MAC": machine.mac,
            "Factory GHS": round(machine.rate_ths * 1000),
            "Firmware Version": "'20230803.11.REL'",
            "Temperature": 68.5,
        }
        codes = _codes(machine)
        row |= {"Error Code Count": len(codes)}
        row |= {f"Error Code {place}": int(code) for place, code in enumerate(codes)}
        return _section("SUMMARY", [row])

    def _boards(self) -> dict[str, Any]:
        share = self.machine.rate_now * 1e6 / 3
        rows = [
            {
                "ASC": slot,
                "Slot": slot,
                "MHS av": share,
                "MHS 5s": share,
                "MHS 1m": share,
                "Chip Temp Avg": 74.0,
                "Chip Temp Max": 81.0,
                "Effective Chips": 111,
                "PCB SN": f"{self.machine.serial}{slot}",
                "Upfreq Complete": 1,
                "Temperature": 70.0,
            }
            for slot in range(3)
        ]
        return _section("DEVS", rows)

    @override
    def write(self, order: Request) -> Reply | None:
        """Do what is ordered where the token is right."""
        machine = self.machine
        if order.get("token") != _SIGN or self.has("change_password"):
            return _said("E", 135, "check token err")
        match order.get("cmd"):
            case "power_off":
                machine.pause()
            case "power_on":
                machine.resume()
            case "restart_btminer":
                machine.restart_mining()
            case "reboot":
                machine.reboot()
                return None
            case str() as name if name in _COMMANDS:
                machine.set(level=_COMMANDS[name])
                machine.restart_mining()
                return None
            case "adjust_power_limit":
                machine.set(power_target=float(order["power_limit"]))
                machine.restart_mining()
            case "set_power_pct":
                machine.set(percent=float(order["percent"]))
            case "set_led":
                machine.set(locating=order.get("param") != "auto")
            case _:
                return self._sealed(_said("E", 14, "invalid cmd"))
        return self.done(order)

    @override
    def done(self, order: Request) -> Reply:
        """Answer as if an order was done."""
        return self._sealed(_said("S", 131, "API command OK"))

    @override
    def failed(self, order: Request) -> Reply:
        """Answer by an error with the status of a success."""
        return self._sealed(_said("S", 132, "API command ERROR"))

    @override
    def locked(self, order: Request) -> Reply:
        """Answer as one whose API is switched off."""
        return self._sealed(_said("E", 45, "permission denied"))

    def _sealed(self, reply: dict[str, Any]) -> dict[str, Any]:
        data = json.dumps(reply).encode()
        sealed = _cipher().encryptor().update(data + bytes(-len(data) % 16))
        return {"enc": base64.b64encode(sealed).decode()}


class WhatsminerV3(ApiMiner):
    """API 3: frames of a length and JSON; reading is free."""

    salt = "QbVy1Ou3"
    heartbeat = bytes(4)
    """What comes before each reply."""

    def __init__(self, **arguments: Any) -> None:
        """Draw by its mode."""
        super().__init__(**arguments)
        self.machine.level_watts = self.machine.shares_of_watts(_SHARES)

    @override
    def decode(self, data: bytes) -> Request | None:
        """Return the request behind the length."""
        return super().decode(data[4:])

    @override
    def encode(self, reply: Reply) -> bytes:
        """Return a heartbeat, and the reply behind its length."""
        body = json.dumps(reply).encode()
        return self.heartbeat + struct.pack("<I", len(body)) + body

    @override
    def opened(self, request: Request) -> Request | None:
        """Return a `set` command."""
        return request if str(request.get("cmd")).startswith("set.") else None

    @override
    def read(self, request: Request) -> Reply | None:
        """Answer a `get` command."""
        name, parameter = request.get("cmd"), request.get("param")
        match name, parameter:
            case "get.device.info", _:
                return self._reply(name, self._device())
            case "get.miner.status", "summary":
                return self._reply(name, {"summary": self._summary()})
            case "get.miner.status", "edevs":
                return self._reply(name, {"edevs": self._boards()})
            case "get.miner.setting", _:
                percent = self.machine.percent
                found = {"power-percent": 0 if percent == 100 else percent}
                return self._reply(name, found)
        return self._reply(name, "invalid command", code=-2)

    def _device(self) -> dict[str, Any]:
        machine = self.machine
        target = machine.power_target
        return {
            "miner": {
                "type": "M60S_VK40",
                "working": str(not machine.paused).lower(),
                "miner-sn": machine.serial,
                "power-limit-set": "" if target is None else f"{target:.0f}",
            },
            "network": {"mac": machine.mac, "hostname": "WhatsMiner"},
            "power": {"mode": str(_LEVELS.index(machine.level))},
            "salt": self.salt,
            "system": {
                "api": "3.0.3",
                "apiswitch": "0" if self.has("forbid") else "1",
                "fwversion": "20251209.16.Rel2",
                "ledstatus": "manual" if machine.locating else "auto",
            },
            "error-code": [{code: ""} for code in _codes(machine)],
        }

    def _summary(self) -> dict[str, Any]:
        machine = self.machine
        return {
            "elapsed": machine.process_uptime,
            "bootup-time": machine.uptime,
            "factory-hash": machine.rate_ths,
            "hash-realtime": machine.rate_now,
            "fan-speed-in": 5400,
            "fan-speed-out": 5280,
            "power-realtime": machine.watts_now,
            "environment-temperature": 28.5,
            "up-freq-finish": 1,
        }

    def _boards(self) -> list[dict[str, Any]]:
        share = self.machine.rate_now / 3
        return [
            {
                "id": slot,
                "hash-realtime": share,
                "factory-hash": self.machine.rate_ths / 3,
                "chip-temp-max": 82.0,
                "effective-chips": 75,
                "freq": 625.0,
            }
            for slot in range(3)
        ]

    @override
    def write(self, order: Request) -> Reply | None:
        """Do what is ordered where the token is right."""
        name, value = order["cmd"], order.get("param")
        password = "another" if self.has("change_password") else self.machine.password
        secret = f"{name}{password}{self.salt}{order.get('ts')}"
        proof = base64.b64encode(hashlib.sha256(secret.encode()).digest())
        if order.get("token") != proof.decode()[:8] or order.get("account") != "super":
            return self._reply(name, "token error", code=-1)
        machine = self.machine
        match name, value:
            case "set.miner.service", "stop":
                machine.pause()
            case "set.miner.service", "start":
                machine.resume()
            case "set.miner.service", "restart":
                machine.restart_mining()
            case "set.system.reboot", _:
                machine.reboot()
                return None
            case "set.miner.power_mode", str() as level:
                machine.set(level=level)
                machine.restart_mining()
            case "set.miner.power_limit", int() as watts:
                machine.set(power_target=float(watts))
                machine.restart_mining()
            case "set.miner.power_percent", {"percent": percent}:
                machine.set(percent=float(percent))
            case "set.system.led", _:
                machine.set(locating=value != "auto")
            case _:
                return self._reply(name, "invalid command", code=-2)
        return self.done(order)

    @override
    def done(self, order: Request) -> Reply:
        """Answer as if an order was done."""
        return self._reply(order["cmd"], "ok")

    @override
    def failed(self, order: Request) -> Reply:
        """Answer by an error."""
        return self._reply(order["cmd"], "fail", code=-1)

    @override
    def locked(self, order: Request) -> Reply:
        """Answer as one whose API is switched off."""
        return self._reply(order["cmd"], "no permission", code=-4)

    def _reply(self, name: object, message: object, *, code: int = 0) -> Reply:
        when = int(self.clock.now())
        return {"code": code, "when": when, "msg": message, "desc": name}


_DOWN = {"STATUS": "E", "Code": 132, "Msg": "btminer process is down", "When": 0}


def _codes(machine: Machine) -> list[str]:
    return [code for code in (machine.fault, machine.warning) if code]


def _said(letter: str, code: int, message: object) -> dict[str, Any]:
    return {
        "STATUS": letter,
        "When": 0,
        "Code": code,
        "Msg": message,
        "Description": "",
    }


def _section(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {**status("S", 11, name, description="btminer"), name: rows}


def _cipher() -> Cipher[modes.ECB]:
    key = hashlib.sha256(_SECRET.encode()).digest()
    return Cipher(algorithms.AES256(key), modes.ECB())  # noqa: S305 (its only mode)
