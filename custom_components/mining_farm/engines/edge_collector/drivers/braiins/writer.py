"""Commands to a Braiins OS over REST; what is set is confirmed by the set point.

Watts follow a target after minutes to hours of tuning. The configuration as a whole is
never written: a client that did lost the pools of a miner (public report).
"""

from dataclasses import replace
from typing import NamedTuple, override

from ...address import Address
from ...capabilities import Command
from ...controls import ControlError, ControlFailure, Order, Turn
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...models import MinerSnapshot
from ...prove import Waiting
from ...values import count
from ...writing import FamilyWriter
from ..http import Answer
from ..web import said_by
from . import cooling
from .client import API, DETAILS, BraiinsClient
from .parsing import (
    WITHOUT_ACCOUNT,
    boards_on,
    capabilities_of,
    parse_details,
    targets_of,
)

_NO_BODY = object()
_TARGETS = (Command.POWER_TARGET, Command.HASHRATE_TARGET)


class _Request(NamedTuple):
    method: str
    path: str
    body: object = _NO_BODY


class _Client(BraiinsClient):
    @override
    def require_done(self, answer: Answer) -> None:
        """Raise for a refusal; a target beyond the bounds is named by its text."""
        said = said_by(answer.body) or ""
        if 400 <= answer.status < 600 and "min: Some(" in said:
            raise ControlError(ControlFailure.OUT_OF_BOUNDS, said)
        super().require_done(answer)


class BraiinsWriter(FamilyWriter):
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
        self._cooling: cooling.Cooling | None = None

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what shows an order, and no more: each part is a request."""
        client, command = self._client, order.command
        if command is Command.LOCATE:
            locating = await client.async_read(f"{API}/actions/locate")
            return replace(WITHOUT_ACCOUNT, settings={command: locating is True})
        if command in _TARGETS:
            constraints = await client.async_object("/configuration/constraints")
            tuner = await client.async_object("/performance/tuner-state")
            return MinerSnapshot(
                capabilities=capabilities_of(constraints), settings=targets_of(tuner)
            )
        if command is Command.BOARD:
            constraints = await client.async_object("/configuration/constraints")
            hashboards = await client.async_object("/miner/hw/hashboards")
            return MinerSnapshot(
                capabilities=capabilities_of(constraints),
                boards_on=boards_on(hashboards),
            )
        if command in cooling.COMMANDS:
            return await self._async_cooling()
        details = await client.async_object(DETAILS)
        state = replace(
            parse_details(details), capabilities=WITHOUT_ACCOUNT.capabilities
        )
        if command is Command.REBOOT:
            return replace(state, uptime_s=count(details.get("system_uptime_s")))
        return state

    async def _async_cooling(self) -> MinerSnapshot:
        client = self._client
        details = await client.async_object(DETAILS)
        constraints = await client.async_object("/configuration/constraints")
        configuration = await client.async_object(cooling.CONFIGURATION)
        self._cooling = cooling.cooling_of(configuration)
        return replace(
            parse_details(details),
            capabilities=capabilities_of(constraints),
            settings=cooling.settings_of(self._cooling),
        )

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the command, once."""
        if order.command in cooling.COMMANDS:
            mode = cooling.request_of(order, self._cooling, before.reported_state)
            await self._client.async_write("PUT", f"{API}/cooling/mode", json=mode)
            return
        method, path, body = _request(order)
        if body is _NO_BODY:
            await self._client.async_write(method, f"{API}{path}")
        else:
            await self._client.async_write(method, f"{API}{path}", json=body)


def _request(order: Order) -> _Request:
    match order.command, order.value:
        case Command.PAUSE, _:
            return _Request("PUT", "/actions/pause")
        case Command.RESUME, _:
            return _Request("PUT", "/actions/resume")
        case Command.RESTART_MINING, _:
            return _Request("PUT", "/actions/restart")
        case Command.REBOOT, _:
            return _Request("PUT", "/actions/reboot")
        case Command.LOCATE, bool() as on:
            return _Request("PUT", "/actions/locate", on)
        case Command.POWER_TARGET, float() | int() as watts:
            return _Request("PUT", "/performance/power-target", {"watt": int(watts)})
        case Command.HASHRATE_TARGET, float() | int() as terahashes:
            body = {"terahash_per_second": terahashes}
            return _Request("PUT", "/performance/hashrate-target", body)
        case Command.BOARD, bool() as on:
            boards = {"enable": on, "hashboard_ids": [order.part]}
            return _Request("PATCH", "/miner/hw/hashboards", boards)
    raise ControlError(
        ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
    )
