"""Commands to an Auradine: `/mode`, with a token."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, override

from ...address import Address
from ...capabilities import Command
from ...controls import ControlError, ControlFailure, Order, Turn
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...errors import MinerError
from ...models import MinerSnapshot
from ...prove import Waiting
from ...writing import FamilyWriter
from ..decoding import reply_status
from ..http import Answer
from ..web import Object, decode
from .driver import AuradineClient, capabilities_of, parse_mode


class _Client(AuradineClient):
    @override
    def require_done(self, answer: Answer) -> None:
        """Raise for an answer that says that nothing was done, with HTTP 200, too."""
        super().require_done(answer)
        found = decode(answer.body)
        status = reply_status(found if isinstance(found, Mapping) else {})
        if status.letter in ("E", "F"):
            raise ControlError(ControlFailure.REFUSED, status.message)


class AuradineWriter(FamilyWriter):
    """Changes one miner."""

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
        self._client = _Client(Address(host, port), TIMEOUT_S, credentials)
        self._supply: Object | None = None

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what the mode states, and what bounds an order."""
        state = parse_mode(await self._client.async_row("mode", "Mode"))
        if order.command is not Command.POWER_TARGET:
            return state
        if self._supply is None:
            try:
                self._supply = await self._client.async_row("psu", "PSU")
            except MinerError:
                # Without its bounds, the device itself refuses what is too much.
                return replace(state, capabilities=None)
        return replace(state, capabilities=capabilities_of(self._supply))

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the command, once."""
        body = {"command": "mode", **_mode(order)}
        await self._client.async_write("POST", "/mode", json=body)


def _mode(order: Order) -> dict[str, Any]:
    match order.command, order.value:
        case Command.PAUSE, _:
            return {"sleep": "on"}
        case Command.RESUME, _:
            return {"sleep": "off"}
        case Command.POWER_TARGET, float() | int() as watts:
            return {"mode": "custom", "tune": "power", "power": int(watts)}
    raise ControlError(
        ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
    )
