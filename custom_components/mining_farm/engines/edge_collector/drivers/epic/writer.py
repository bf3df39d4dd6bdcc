"""Commands to ePIC's firmware: the password is in each body, the error in each answer."""

from collections.abc import Mapping
from typing import Any, override

from ...address import Address
from ...capabilities import Command, FanMode
from ...controls import ControlError, ControlFailure, MaybeDoneError, Order, Turn
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...models import MinerSnapshot
from ...prove import Waiting
from ...values import text
from ...writing import FamilyWriter
from ..http import Answer
from ..web import at, decode
from .driver import EpicClient
from .parsing import idle_speed_of, parse_summary

_USUAL_TARGET = 60.0
_RESTART_AFTER_S = 0
_BUSY = ("LastCmdStillPending", "SystemUpdateInProgress")


class _Client(EpicClient):
    @override
    def require_done(self, answer: Answer) -> None:
        """Raise for an answer that says that nothing was done: HTTP 200, too."""
        super().require_done(answer)
        found = decode(answer.body)
        if at(found, "result") is True:
            return
        error = at(found, "error")
        if error is None:
            raise MaybeDoneError("the answer has no result")
        said = text(error) or "refused"
        if isinstance(error, Mapping):
            said = text(next(iter(error), None)) or said
        failure = ControlFailure.REFUSED
        if said == "BadPassword":
            failure = ControlFailure.AUTH_FAILED
        elif said in _BUSY:
            failure = ControlFailure.BUSY
        raise ControlError(failure, said)


class EpicWriter(FamilyWriter):
    """Changes one miner."""

    within = {Command.RESUME: 300.0, Command.FAN_SPEED: 10.0}

    def __init__(
        self,
        host: str,
        port: int,
        turn: Turn,
        waiting: Waiting,
        credentials: Credentials | None,
    ) -> None:
        """Take the address and the password."""
        super().__init__(turn, waiting)
        self._client = _Client(Address(host, port), TIMEOUT_S)
        self._credentials = credentials
        self._idle_speed = 20.0

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what the summary states."""
        summary = await self._client.async_summary()
        self._idle_speed = idle_speed_of(summary)
        return parse_summary(summary, None)

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the command, once."""
        path, parameter = self._request(order, before)
        if self._credentials is None:
            raise ControlError(ControlFailure.AUTH_FAILED, "it needs a password")
        body = {"param": parameter, "password": self._credentials.password}
        await self._client.async_write("POST", path, json=body)

    def _request(self, order: Order, before: MinerSnapshot) -> tuple[str, Any]:
        match order.command, order.value:
            case Command.PAUSE, _:
                return "/miner", "Stop"
            case Command.RESUME, _:
                return "/miner", "Autostart"
            case Command.RESTART_MINING, _:
                return "/softreboot", _RESTART_AFTER_S
            case Command.REBOOT, _:
                return "/reboot", _RESTART_AFTER_S
            case Command.LOCATE, bool() as on:
                return "/identify", on
            case Command.FAN_SPEED, float() | int() as percent:
                return "/fanspeed", {"Manual": int(percent)}
            case Command.TARGET_TEMPERATURE, float() | int() as celsius:
                return "/fanspeed", self._automatic(celsius)
            case Command.FAN_MODE, FanMode.AUTOMATIC:
                target = before.settings.get(Command.TARGET_TEMPERATURE)
                celsius = target if isinstance(target, (int, float)) else _USUAL_TARGET
                return "/fanspeed", self._automatic(celsius)
            case Command.FAN_MODE, _:
                # Full speed: one that is set by hand overrides the protection.
                return "/fanspeed", {"Manual": 100}
        raise ControlError(
            ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
        )

    def _automatic(self, celsius: float) -> dict[str, Any]:
        target = {"Target Temperature": int(celsius)}
        return {"Auto": {**target, "Idle Speed": int(self._idle_speed)}}
