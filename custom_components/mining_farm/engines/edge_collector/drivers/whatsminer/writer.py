"""Commands to a Whatsminer by API 3: each with a token made for it alone.

Refused until the password was changed and the API switched on in WhatsminerTool, which
only its owner can do. Source: the maker's description of API 3.0.3 (2025-11-19).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
import time
from typing import Any, override

from ...address import Address
from ...capabilities import Command
from ...controls import ControlError, ControlFailure, Order, Turn
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...models import MinerSnapshot
from ...prove import Waiting
from ...values import count, text
from ...writing import RESTART_S, FamilyWriter
from .driver import ACCOUNT, WhatsminerClient
from .frames import Message, async_order, token
from .parsing import LED_AUTO, parse_device, section, with_percent

_LOCATE = [{"color": "red", "period": 200, "duration": 100, "start": 0}]
_UPTIME = {Command.REBOOT: "bootup-time", Command.RESTART_MINING: "elapsed"}


class WhatsminerWriter(FamilyWriter):
    """Changes one miner."""

    within: Mapping[Command, float] = {
        # Each but the percent restarts mining (maker's description).
        Command.LEVEL: RESTART_S,
        Command.POWER_TARGET: RESTART_S,
        Command.RESUME: RESTART_S,
        Command.POWER_PERCENT: 60.0,
    }

    def __init__(
        self,
        host: str,
        port: int,
        turn: Turn,
        waiting: Waiting,
        credentials: Credentials | None,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the address, the account, and the clock by which tokens are made."""
        super().__init__(turn, waiting)
        self._address = Address(host, port)
        self._client = WhatsminerClient(self._address, TIMEOUT_S)
        self._credentials = credentials
        self._now = now
        self._salt = ""

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what the device states, and what an order needs beside it."""
        device = await self._client.async_device()
        self._salt = text(device.get("salt")) or ""
        state = parse_device(device)
        match order.command:
            case Command.REBOOT | Command.RESTART_MINING as command:
                summary = section(await self._client.async_status("summary"))
                return replace(state, uptime_s=count(summary.get(_UPTIME[command])))
            case Command.POWER_PERCENT:
                return with_percent(state, await self._client.async_setting())
        return state

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the command, once."""
        if self._credentials is None:
            raise ControlError(ControlFailure.AUTH_FAILED, "it needs a password")
        message = _message(order, self._credentials, self._salt, int(self._now()))
        reply = await async_order(self._address, message, TIMEOUT_S)
        _require_success(reply)


def _message(
    order: Order, credentials: Credentials, salt: str, timestamp: int
) -> Message:
    """Return the command with the proof of its password."""
    command, parameter = _command(order)
    message: dict[str, Any] = {
        "cmd": command,
        "ts": timestamp,
        "token": token(command, credentials.password, salt, timestamp),
        "account": credentials.username or ACCOUNT,
    }
    return message if parameter is None else message | {"param": parameter}


def _command(order: Order) -> tuple[str, Any]:
    """Return the name of a command and its parameter."""
    match order.command, order.value:
        case Command.PAUSE, _:
            return "set.miner.service", "stop"
        case Command.RESUME, _:
            return "set.miner.service", "start"
        case Command.RESTART_MINING, _:
            return "set.miner.service", "restart"
        case Command.REBOOT, _:
            return "set.system.reboot", None
        case Command.LEVEL, level:
            return "set.miner.power_mode", level
        case Command.POWER_TARGET, float() | int() as watts:
            return "set.miner.power_limit", int(watts)
        case Command.POWER_PERCENT, float() | int() as percent:
            # "fast" takes a second and loses shares; "normal" takes minutes.
            return "set.miner.power_percent", {"percent": int(percent), "mode": "fast"}
        case Command.LOCATE, bool() as on:
            return "set.system.led", _LOCATE if on else LED_AUTO
    raise ControlError(
        ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
    )


def _require_success(reply: Message) -> None:
    """Raise for an answer that says that nothing was done."""
    said = text(reply.get("msg")) or f"code {reply.get('code')}"
    match reply.get("code"):
        case 0:
            return
        case -4:
            # The switch of the API is off, or the password still the maker's.
            failure = ControlFailure.LOCKED
        case -2 | -3:
            failure = ControlFailure.UNSUPPORTED
        case _ if "token" in said.lower():
            failure = ControlFailure.AUTH_FAILED
        case _:
            failure = ControlFailure.REFUSED
    raise ControlError(failure, said)
