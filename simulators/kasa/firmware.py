"""What the firmware answers: one JSON object for another, module by module.

An answer mirrors its request. `context.child_ids` beside the modules narrows a command
to some outlets of a strip; without it a strip switches every outlet.
"""

from collections.abc import Callable
from datetime import UTC, datetime
import json
from typing import Any

from simulators.clock import Clock

from .models import Model
from .relays import Relay, Relays

type Member = Callable[[dict[str, Any], list[Relay]], dict[str, Any]]

_NO_MODULE = {"err_code": -1, "err_msg": "module not support"}
_NO_MEMBER = {"err_code": -2, "err_msg": "member not support"}
_BAD_ARGUMENT = {"err_code": -3, "err_msg": "invalid argument"}
_NO_OUTLET = {"err_code": -14, "err_msg": "entry not exist"}
_UTC = 38
"""Index of a time zone in the firmware's list."""
_MAINS_MV = 230_000


class Firmware:
    """Answers for one device."""

    def __init__(
        self, model: Model, device_id: str, mac: str, relays: Relays, clock: Clock
    ) -> None:
        """Answer for these relays."""
        self.meter_works = True
        self._model = model
        self._device_id = device_id
        self._mac = mac
        self._relays = relays
        self._clock = clock
        self._modules: dict[str, dict[str, Member]] = {
            "system": {
                "get_sysinfo": self._sysinfo,
                "set_relay_state": self._set_relay_state,
            },
            "time": {"get_time": self._time, "get_timezone": self._timezone},
        }
        if model.measures:
            self._modules["emeter"] = {
                "get_realtime": self._realtime,
                "get_daystat": lambda *_: {"day_list": []},
                "get_monthstat": lambda *_: {"month_list": []},
            }

    def answer(self, request: bytes) -> bytes | None:
        """Return the answer as JSON, None to what is no request."""
        try:
            modules = dict(json.loads(request))
            ids = (modules.pop("context", None) or {}).get("child_ids")
            relays = self._chosen(ids)
            answer = {
                name: self._module(name, members, relays)
                for name, members in modules.items()
            }
        except ValueError, TypeError, AttributeError:
            return None
        return json.dumps(answer).encode()

    def _chosen(self, ids: list[str] | None) -> list[Relay]:
        outlets = self._relays.outlets
        return outlets if ids is None else [r for r in outlets if r.id in ids]

    def _module(
        self, name: str, members: dict[str, Any], relays: list[Relay]
    ) -> dict[str, Any]:
        if name not in self._modules or (name == "emeter" and not self.meter_works):
            return _NO_MODULE
        known = self._modules[name]
        return {
            member: {"err_code": 0, **known[member](arguments or {}, relays)}
            if member in known
            else _NO_MEMBER
            for member, arguments in members.items()
        }

    def _sysinfo(self, _arguments: dict[str, Any], _: list[Relay]) -> dict[str, Any]:
        model, now = self._model, self._clock.now()
        info: dict[str, Any] = {
            "sw_ver": model.sw_ver,
            "hw_ver": model.hw_ver,
            "model": model.type,
            "dev_name": model.dev_name,
            "deviceId": self._device_id,
            "hwId": "0" * 32,
            "oemId": "0" * 32,
            "type": "IOT.SMARTPLUGSWITCH",
            "feature": "TIM:ENE" if model.measures else "TIM",
            "mac": self._mac,
            "rssi": -50,
            "led_off": 0,
            "updating": 0,
        }
        outlets = self._relays.outlets
        if model.outlets is None:
            (relay,) = outlets
            return info | {
                "alias": relay.alias,
                "relay_state": int(relay.on),
                "on_time": _on_time(relay, now),
            }
        return info | {
            "alias": "Power strip",
            "child_num": len(outlets),
            "children": [
                {
                    "id": relay.id,
                    "alias": relay.alias,
                    "state": int(relay.on),
                    "on_time": _on_time(relay, now),
                    "next_action": {"type": -1},
                }
                for relay in outlets
            ],
        }

    def _set_relay_state(
        self, arguments: dict[str, Any], relays: list[Relay]
    ) -> dict[str, Any]:
        if arguments.get("state") not in {0, 1}:
            return _BAD_ARGUMENT
        if not relays:
            return _NO_OUTLET
        self._relays.command(relays, on=bool(arguments["state"]))
        return {}

    def _realtime(
        self, _arguments: dict[str, Any], relays: list[Relay]
    ) -> dict[str, Any]:
        if not relays:
            return _NO_OUTLET
        power = sum(self._relays.power_w(relay) for relay in relays)
        return {
            "voltage_mv": _MAINS_MV,
            "current_ma": round(power * 1e6 / _MAINS_MV),
            "power_mw": round(power * 1000),
            "total_wh": round(sum(map(self._relays.energy_wh, relays))),
        }

    def _time(self, _arguments: dict[str, Any], _: list[Relay]) -> dict[str, Any]:
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        return {
            "year": now.year,
            "month": now.month,
            "mday": now.day,
            "hour": now.hour,
            "min": now.minute,
            "sec": now.second,
        }

    def _timezone(self, _arguments: dict[str, Any], _: list[Relay]) -> dict[str, Any]:
        return {"index": _UTC}


def _on_time(relay: Relay, now: float) -> int:
    return int(now - relay.since) if relay.on else 0
