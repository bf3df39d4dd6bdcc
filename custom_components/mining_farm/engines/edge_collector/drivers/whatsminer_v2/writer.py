"""Commands to a Whatsminer by API 2: a token, then one command that AES hides.

Refused until the password was changed and the API switched on in WhatsminerTool, which
only its owner can do. Source: the maker's description of API 2.0.5.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, override

from ...address import Address
from ...capabilities import Command
from ...controls import ControlError, ControlFailure, MaybeDoneError, Order, Turn
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...errors import MinerError
from ...models import MinerSnapshot
from ...prove import Waiting
from ...values import count, text
from ...writing import RESTART_S, FamilyWriter
from ..api import Reply, async_ask, async_order
from ..decoding import reply_status
from .crypt import Session
from .driver import WhatsminerV2Client
from .parsing import LED_AUTO, message, parse_status

_UPTIME = {Command.REBOOT: "Uptime", Command.RESTART_MINING: "Elapsed"}
_LEVELS = {
    "low": "set_low_power",
    "normal": "set_normal_power",
    "high": "set_high_power",
}
_OK = (131, 134)


class WhatsminerV2Writer(FamilyWriter):
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
    ) -> None:
        """Take the address and the account."""
        super().__init__(turn, waiting)
        self._address = Address(host, port)
        self._client = WhatsminerV2Client(self._address, TIMEOUT_S)
        self._credentials = credentials

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what `status` states, and what an order needs beside it."""
        status, info = await self._client.async_status(), {}
        if order.command is Command.LOCATE:
            info = dict(message(await self._client.async_get("get_miner_info")))
        state = parse_status(status, info, {})
        if order.command not in _UPTIME:
            return state
        rows = (await self._client.async_get("summary")).get("SUMMARY")
        row = rows[0] if isinstance(rows, list) and rows else None
        uptime = row.get(_UPTIME[order.command]) if isinstance(row, Mapping) else None
        return replace(state, uptime_s=count(uptime))

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the command, once, in a session of its own."""
        command = _command(order)
        session = await self._async_session()
        reply = await async_order(self._address, session.seal(command), TIMEOUT_S)
        _require_success(_opened(reply, session))

    async def _async_session(self) -> Session:
        if self._credentials is None:
            raise ControlError(ControlFailure.AUTH_FAILED, "it needs a password")
        try:
            reply = await async_ask(self._address, {"cmd": "get_token"}, TIMEOUT_S)
        except MinerError as err:
            raise ControlError(
                ControlFailure.NO_ANSWER, f"nothing was sent: {err}"
            ) from err
        # Without access the text is in place of the token, and the status is still S.
        _require_success(reply)
        parts = {key: text(message(reply).get(key)) for key in _PARTS}
        if None in parts.values():
            raise ControlError(ControlFailure.REFUSED, "the miner gives no token")
        found = {key: value for key, value in parts.items() if value is not None}
        return Session.of(self._credentials.password, **found)


_PARTS = ("time", "salt", "newsalt")


def _command(order: Order) -> dict[str, Any]:
    """Return the command and its parameters, which are all text."""
    match order.command, order.value:
        case Command.PAUSE, _:
            # With "false" it answers after it has stopped, and often not at all.
            return {"cmd": "power_off", "respbefore": "true"}
        case Command.RESUME, _:
            return {"cmd": "power_on"}
        case Command.RESTART_MINING, _:
            return {"cmd": "restart_btminer"}
        case Command.REBOOT, _:
            return {"cmd": "reboot"}
        case Command.LEVEL, str() as level if level in _LEVELS:
            return {"cmd": _LEVELS[level]}
        case Command.POWER_TARGET, float() | int() as watts:
            return {"cmd": "adjust_power_limit", "power_limit": f"{watts:.0f}"}
        case Command.POWER_PERCENT, float() | int() as percent:
            return {"cmd": "set_power_pct", "percent": f"{percent:.0f}"}
        case Command.LOCATE, False:
            return {"cmd": "set_led", "param": LED_AUTO}
        case Command.LOCATE, True:
            blink = {"color": "red", "period": 200, "duration": 100, "start": 0}
            return {"cmd": "set_led", **blink}
    raise ControlError(
        ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
    )


def _opened(reply: Reply, session: Session) -> Reply:
    """Return a reply as plain text; some refusals are not encrypted."""
    if "enc" not in reply:
        return reply
    opened = session.open(reply["enc"])
    if not isinstance(opened, dict):
        raise MaybeDoneError("the answer cannot be read")
    return opened


def _require_success(reply: Reply) -> None:
    """Raise for an answer that says that nothing was done; codes are the maker's."""
    status = reply_status(reply)
    said = status.message or f"code {status.code}"
    if "can't access write cmd" in said.lower():
        raise ControlError(ControlFailure.LOCKED, said)
    if "over max connect" in said.lower():
        raise ControlError(ControlFailure.BUSY, said)
    match status.code:
        case code if code in _OK:
            return
        case 45:
            failure = ControlFailure.LOCKED
        case 135:
            failure = ControlFailure.AUTH_FAILED
        case 136:
            # Too many tokens are alive; each lives for half an hour.
            failure = ControlFailure.BUSY
        case 14:
            failure = ControlFailure.UNSUPPORTED
        case None:
            raise MaybeDoneError("the answer has no code")
        case _:
            failure = ControlFailure.REFUSED
    raise ControlError(failure, said)
