"""Commands to an Avalon by `ascset`; a success has three forms.

"S … OK", "I … success …", and a connection that is closed without an answer. Canaan's
own driver acknowledges a mode that is set already, and does nothing.
"""

from typing import Any, override

from ...address import Address
from ...capabilities import Command, FanMode
from ...controls import ControlError, ControlFailure, MaybeDoneError, Order, Turn
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...models import MinerSnapshot
from ...prove import Waiting
from ...writing import FamilyWriter, Shows, shows
from ..api import async_order
from ..decoding import reply_status
from .driver import AvalonClient
from .parsing import Module, is_first_nano, levels_of, parse_module

_SOON_S = 5
"""A switch is a time, which must not have passed when it arrives."""
_BOUNDS = ("max_mode", "level range", "valid range", "parameter error")


class AvalonWriter(FamilyWriter):
    """Changes one miner."""

    within = {Command.RESUME: 180.0}

    def __init__(
        self,
        host: str,
        port: int,
        turn: Turn,
        waiting: Waiting,
        _credentials: Credentials | None,
    ) -> None:
        """Take the address; it wants no account."""
        super().__init__(turn, waiting)
        self._address = Address(host, port)
        self._client = AvalonClient(self._address, TIMEOUT_S)
        self._module: Module = {}
        self._options: frozenset[str] | None = None

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what the module states."""
        self._module = await self._client.async_module()
        if self._options is None:
            self._options = await self._client.async_options()
        return parse_module(self._module, self._options)

    @override
    def shows(self, order: Order, before: MinerSnapshot) -> Shows | None:
        """Return what tells that an order is done; of an automatic fan nothing does."""
        if order.command is Command.FAN_MODE:
            return None
        return shows(order, before)

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the command, once."""
        request = {"command": "ascset", "parameter": f"0,{self._parameter(order)}"}
        _require_success(await async_order(self._address, request, TIMEOUT_S))

    def _parameter(self, order: Order) -> str:
        match order.command, order.value:
            case Command.PAUSE, _:
                return f"softoff,1:{self._soon()}"
            case Command.RESUME, _:
                return f"softon,1:{self._soon()}"
            case Command.REBOOT, _:
                return "reboot,all" if is_first_nano(self._module) else "reboot,0"
            case Command.LEVEL, str() as word if levels := levels_of(self._module):
                return f"{levels.option},set,{levels.words.index(word)}"
            case Command.FAN_SPEED, float() | int() as percent:
                return f"fan-spd,{int(percent)}"
            case Command.FAN_MODE, FanMode.AUTOMATIC:
                return "fan-spd,-1"
            case Command.LOCATE, bool() as on:
                return f"led,1-{int(on)}"
            case Command.DISPLAY, bool() as on:
                return f"lcd,0:{int(on)}"
        raise ControlError(
            ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
        )

    def _soon(self) -> int:
        """Return a moment from now by the clock of the device, which may be any time."""
        if self._client.when is None:
            raise ControlError(ControlFailure.REFUSED, "the device states no time")
        return self._client.when + _SOON_S


def _require_success(reply: dict[str, Any]) -> None:
    """Raise for an answer that says that nothing was done."""
    status = reply_status(reply)
    said = status.message.lower()
    if not status.letter:
        raise MaybeDoneError("the answer has no status")
    if status.letter in "SIW":
        return
    if "unknown option" in said:
        failure = ControlFailure.UNSUPPORTED
    elif "caling" in said:
        # It calibrates: "current mode 0 is caling Don't permit switch mode".
        failure = ControlFailure.BUSY
    elif any(part in said for part in _BOUNDS):
        failure = ControlFailure.OUT_OF_BOUNDS
    elif "auth failed" in said:
        failure = ControlFailure.AUTH_FAILED
    elif status.code == 45 or "access denied" in said:
        failure = ControlFailure.LOCKED
    else:
        failure = ControlFailure.REFUSED
    raise ControlError(failure, status.message)
