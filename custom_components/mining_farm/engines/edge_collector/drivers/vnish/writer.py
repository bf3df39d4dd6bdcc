"""Commands to a VNish over HTTP.

The reply to a setting is the same whether it was taken or not, so the setting is read
back. Voltages and what needs a modified power supply are never written.
"""

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
from ...values import count
from ...writing import FamilyWriter
from ..http import Answer
from ..web import at, decode, not_sent, said_by
from .driver import API, VnishClient
from .parsing import parse_info, takes_a_body, uptime_of, with_settings, with_status

_SETTINGS = (Command.LEVEL, Command.POWER_TARGET)


class _Client(VnishClient):
    @override
    def require_done(self, answer: Answer) -> None:
        """Raise for a refusal, which comes as 500 with a text."""
        if answer.status >= 500 and isinstance(at(decode(answer.body), "err"), str):
            said = said_by(answer.body) or f"HTTP {answer.status}"
            raise ControlError(ControlFailure.REFUSED, said)
        super().require_done(answer)


class VnishWriter(FamilyWriter):
    """Changes one miner."""

    within: Mapping[Command, float] = {
        Command.RESUME: 300.0,
        Command.RESTART_MINING: 300.0,
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
        self._client = _Client(Address(host, port), TIMEOUT_S, credentials)
        self._presets: object = None

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what shows an order."""
        client, command = self._client, order.command
        if command in _SETTINGS:
            if command is Command.LEVEL and self._presets is None:
                self._presets = await client.async_signed("/autotune/presets")
            settings = await client.async_signed("/settings")
            return with_settings(MinerSnapshot(), settings, self._presets)
        if command is Command.REBOOT:
            info = await client.async_info()
            return replace(parse_info(info), uptime_s=uptime_of(info))
        status = await client.async_free("/status")
        age = count(status.get("miner_state_time"))
        return replace(with_status(MinerSnapshot(), status), uptime_s=age)

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the command, once."""
        path, body = await self._async_request(order)
        if body is None:
            await self._client.async_write("POST", f"{API}{path}")
        else:
            await self._client.async_write("POST", f"{API}{path}", json=body)

    async def _async_request(self, order: Order) -> tuple[str, Any]:
        match order.command, order.value:
            case Command.PAUSE, _:
                return "/mining/stop", None
            case Command.RESUME, _:
                return "/mining/start", None
            case Command.RESTART_MINING, _:
                return "/mining/restart", None
            case Command.REBOOT, _:
                return "/system/reboot", None
            case Command.POWER_PERCENT, float() | int() as percent:
                return "/mining/throttle", {"percent": int(percent)}
            case Command.LOCATE, bool() as on:
                has_body = await self._async_takes_a_body()
                return "/find-miner", {"on": on} if has_body else None
            case Command.LEVEL, str() as preset:
                return await self._async_change("overclock", {"preset": preset})
            case Command.POWER_TARGET, float() | int() as watts:
                limit = {"power_limit_enabled": True, "power_limit": int(watts)}
                return await self._async_change("misc", limit)
        raise ControlError(
            ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
        )

    async def _async_takes_a_body(self) -> bool:
        try:
            return takes_a_body(await self._client.async_info())
        except MinerError:
            # The toggle ignores what it does not know.
            return False

    async def _async_change(
        self, part: str, changes: Mapping[str, Any]
    ) -> tuple[str, Any]:
        """Return a part of the settings, as it was read, with what is to change."""
        try:
            settings = await self._client.async_signed("/settings")
        except MinerError as err:
            raise not_sent(err) from err
        found = at(settings, "miner", part)
        if not isinstance(found, Mapping):
            raise ControlError(ControlFailure.UNSUPPORTED, f"it has no {part} settings")
        return "/settings", {"miner": {part: {**found, **changes}}}
