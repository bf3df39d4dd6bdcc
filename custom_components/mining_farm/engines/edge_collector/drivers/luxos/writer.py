"""Commands to LuxOS: each in a session of its own, which always ends.

A miner has one session at a time. That of another one is never ended, and no wake up is
ordered in the mode that the maker calls unsafe.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, override

from ...address import Address
from ...capabilities import Command, FanMode, Value
from ...controls import ControlError, ControlFailure, MaybeDoneError, Order, Turn
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...errors import MinerError
from ...models import MinerSnapshot
from ...prove import Waiting
from ...values import count, text
from ...writing import FamilyWriter
from ..api import async_ask, async_order
from ..decoding import reply_status
from .driver import LuxOsClient
from .parsing import capabilities_of, parse_config, row_of

_FANS = (Command.FAN_MODE, Command.FAN_SPEED)


class LuxOsWriter(FamilyWriter):
    """Changes one miner."""

    within: Mapping[Command, float] = {Command.POWER_TARGET: 60.0, Command.LEVEL: 60.0}

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
        self._client = LuxOsClient(self._address, TIMEOUT_S)
        self._atm = False
        """Whether the device moves from profile to profile by itself."""

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what shows an order."""
        client, command = self._client, order.command
        config = await client.async_config()
        self._atm = config.get("IsAtmEnabled") is True
        state = replace(
            parse_config(config), capabilities=capabilities_of([], None, {})
        )
        if command is Command.LEVEL:
            profiles = await client.async_rows("profiles", "PROFILES")
            # Without a list, the device itself refuses what it does not have.
            listed = capabilities_of(profiles, None, {}) if profiles else None
            return replace(state, capabilities=listed)
        if command in _FANS:
            fans = await client.async_fans()
            capabilities = capabilities_of([], await client.async_fan_mode(), {})
            return replace(
                state, capabilities=capabilities, settings={**state.settings, **fans}
            )
        if command is Command.POWER_TARGET:
            target = await client.async_power_target()
            settings: dict[Command, Value] = {}
            if target is not None:
                settings[command] = target
            capabilities = capabilities_of([], None, {"PowerTarget": target})
            return replace(state, capabilities=capabilities, settings=settings)
        if command in (Command.REBOOT, Command.RESTART_MINING):
            rows = await client.async_rows("summary", "SUMMARY")
            elapsed = rows[0].get("Elapsed") if rows else None
            return replace(state, uptime_s=count(elapsed))
        return state

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the command, once, in a session that ends whatever comes of it."""
        name, parameter = _command(order)
        session = await self._async_log_on()
        try:
            if order.command is Command.LEVEL and self._atm:
                # It would move on to another profile by itself.
                await self._async_write("atmset", session, "enabled=false")
            await self._async_write(name, session, parameter)
        finally:
            with suppress(MinerError):
                await self._async_ask("logoff", session)

    async def _async_log_on(self) -> str:
        try:
            reply = await self._async_ask("logon")
        except MinerError as err:
            raise ControlError(
                ControlFailure.NO_ANSWER, f"nothing was sent: {err}"
            ) from err
        _require_success(reply)
        session = text(row_of(reply, "SESSION").get("SessionID"))
        if session is None:
            raise ControlError(ControlFailure.REFUSED, "the miner gives no session")
        return session

    async def _async_ask(self, command: str, parameter: str = "") -> dict[str, Any]:
        request = {"command": command}
        if parameter:
            request["parameter"] = parameter
        return await async_ask(self._address, request, TIMEOUT_S)

    async def _async_write(self, command: str, session: str, parameter: str) -> None:
        joined = f"{session},{parameter}" if parameter else session
        request = {"command": command, "parameter": joined}
        _require_success(await async_order(self._address, request, TIMEOUT_S))


def _command(order: Order) -> tuple[str, str]:
    """Return the name of a command, and what stands behind the session."""
    match order.command, order.value:
        case Command.PAUSE, _:
            return "curtail", "sleep"
        case Command.RESUME, _:
            return "curtail", "wakeup"
        case Command.RESTART_MINING, _:
            return "resetminer", ""
        case Command.REBOOT, _:
            return "rebootdevice", ""
        case Command.LOCATE, bool() as on:
            return "ledset", "red,blink" if on else "red,auto"
        case Command.LEVEL, str() as profile if "," not in profile:
            return "profileset", profile
        case Command.POWER_TARGET, float() | int() as watts:
            return "powertargetset", f"power={int(watts)}"
        case Command.FAN_SPEED, float() | int() as percent:
            return "fanset", f"speed={int(percent)}"
        case Command.FAN_MODE, FanMode.AUTOMATIC:
            return "fanset", "speed=-1"
        case Command.FAN_MODE, _:
            # Full speed: one that is set by hand overrides the protection.
            return "fanset", "speed=100"
    raise ControlError(
        ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
    )


def _require_success(reply: Mapping[str, Any]) -> None:
    """Raise for an answer that says that nothing was done."""
    status = reply_status(reply)
    said = status.message
    match status.letter:
        case "S" | "I" | "W":
            return
        case "E" | "F" if "already" in said.lower():
            return
        case "E" | "F" if "session" in said.lower() and "active" in said.lower():
            failure = ControlFailure.BUSY
        case "E" | "F" if status.code == 45:
            failure = ControlFailure.LOCKED
        case "E" | "F" if "invalid command" in said.lower():
            failure = ControlFailure.UNSUPPORTED
        case "E" | "F":
            failure = ControlFailure.REFUSED
        case _:
            raise MaybeDoneError("the answer has no status")
    raise ControlError(failure, said or f"code {status.code}")
