"""Commands to AxeOS: `/api/system/…`, and settings by PATCH.

Each PATCH is written to flash, and `identify` is a toggle, so nothing is sent in vain.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ...address import Address
from ...capabilities import Command, FanMode
from ...controls import (
    ControlError,
    ControlFailure,
    MaybeDoneError,
    OnSent,
    Order,
    Outcome,
    Turn,
    check,
)
from ...driver import TIMEOUT_S
from ...prove import Step, Waiting, async_prove, async_read_before
from ...values import count, number
from ..http import Answer, async_send
from .driver import AxeOsClient
from .parsing import LOWEST_FAN, Info, capabilities_of, is_nerd, is_paused, settings_of

SYSTEM = "/api/system"
LIVE_S = 15.0
"""Within which a setting or a pause shows."""
RESTART_S = 120.0
"""Within which a device that restarts answers again."""

type _Shows = Callable[[Info, float], bool]


class AxeOsWriter:
    """Changes one device."""

    def __init__(self, host: str, port: int, turn: Turn, waiting: Waiting) -> None:
        """Take the address, and the turn of each exchange."""
        self._address = Address(host, port)
        self._turn = turn
        self._waiting = waiting
        self._client = AxeOsClient(self._address)

    async def async_carry_out(self, order: Order, on_sent: OnSent) -> Outcome:
        """Read, compare, send once and read back; ControlError otherwise."""
        before = await async_read_before(
            self._async_info, self._waiting, order.patience
        )
        step = self._step(order, before)
        return await async_prove(step, before, self._async_info, self._waiting, on_sent)

    async def _async_info(self) -> Info:
        async with self._turn:
            return await self._client.async_info()

    def _step(self, order: Order, before: Info) -> Step[Info]:
        match order.command:
            case Command.PAUSE:
                path = "shutdown" if is_nerd(before) else "pause"
                return self._post(order, before, path, _paused, LIVE_S)
            case Command.RESUME if is_nerd(before):
                # A NerdQAxe has no resume: it mines again after a restart (its source).
                return self._post(order, before, "restart", _running, RESTART_S)
            case Command.RESUME:
                return self._post(order, before, "resume", _running, LIVE_S)
            case Command.REBOOT:
                restarted = _Restarted(before)
                return self._post(order, before, "restart", restarted, RESTART_S)
            case Command.IDENTIFY:
                return self._post(order, before, "identify", None, LIVE_S)
        return Step(
            send=lambda: self._async_patch(order, before),
            shows=lambda info, _: _is_set(info, order),
            within=LIVE_S,
        )

    def _post(
        self, order: Order, before: Info, path: str, shows: _Shows | None, within: float
    ) -> Step[Info]:
        async def send() -> None:
            check(order, capabilities_of(before, {}))
            await self._async_send("POST", f"{SYSTEM}/{path}")

        lasts = order.command is Command.PAUSE
        return Step(send=send, shows=shows, within=within, lasts=lasts)

    async def _async_patch(self, order: Order, before: Info) -> None:
        asic: Info = {}
        if order.command is Command.FREQUENCY:
            async with self._turn:
                asic = await async_read_before(self._client.async_asic, self._waiting)
        check(order, capabilities_of(before, asic))
        await self._async_send("PATCH", SYSTEM, _changes(order, before))

    async def _async_send(
        self, method: str, path: str, changes: Mapping[str, Any] | None = None
    ) -> None:
        async with self._turn:
            answer = await async_send(
                self._address, method, path, TIMEOUT_S, json=changes
            )
        _require_success(answer)


def _paused(info: Info, _elapsed: float) -> bool:
    return is_paused(info)


def _running(info: Info, _elapsed: float) -> bool:
    return not is_paused(info)


class _Restarted:
    """Whether the device has restarted since a moment, by its uptime."""

    def __init__(self, before: Info) -> None:
        self._before = count(before.get("uptimeSeconds"))

    def __call__(self, info: Info, elapsed: float) -> bool:
        now = count(info.get("uptimeSeconds"))
        if now is None or self._before is None:
            return False
        # One that had only just started may have run for longer when it answers again.
        return now < self._before or now + 1 < elapsed


def _is_set(info: Info, order: Order) -> bool:
    settings = settings_of(info)
    found = settings.get(order.command)
    if order.command is Command.FAN_SPEED and (
        settings.get(Command.FAN_MODE) is not FanMode.MANUAL
    ):
        return False
    return found is not None and found == order.value


def _changes(order: Order, before: Info) -> Mapping[str, Any]:
    """Return the settings to send, in the types that the device takes."""
    # A NerdQAxe drops a value of another type in silence (firmware source).
    match order.command, order.value:
        case Command.FREQUENCY, value:
            frequency = float(str(value))
            return {"frequency": int(frequency) if frequency % 1 == 0 else frequency}
        case Command.FAN_MODE, FanMode.AUTOMATIC:
            # 2 is the PID of a NerdQAxe, where 1 is obsolete (firmware source).
            return {"autofanspeed": 2 if is_nerd(before) else 1}
        case Command.FAN_MODE, _:
            # Full speed where none is known: one set by hand overrides the protection.
            speed = number(before.get("manualFanSpeed")) or 100.0
            return {"autofanspeed": 0, "manualFanSpeed": int(max(LOWEST_FAN, speed))}
        case Command.FAN_SPEED, float() | int() as speed:
            return {"autofanspeed": 0, "manualFanSpeed": int(speed)}
        case Command.TARGET_TEMPERATURE, float() | int() as celsius:
            return {"temptarget": int(celsius)}
    raise ControlError(
        ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
    )


def _require_success(answer: Answer) -> None:
    """Raise for an answer that says that nothing was done."""
    said = answer.body.decode(errors="replace").strip()[:200]
    match answer.status:
        case status if 200 <= status < 300:
            return
        case 400:
            # A Bitaxe that refuses one value takes nothing of the request (its source).
            failure = ControlFailure.OUT_OF_BOUNDS
        case 401:
            # A one-time password of a NerdQAxe, or a caller outside of its network.
            failure = ControlFailure.LOCKED
        case 404 | 405:
            failure = ControlFailure.UNSUPPORTED
        case status if status >= 500:
            raise MaybeDoneError(f"HTTP {status}")
        case _:
            failure = ControlFailure.REFUSED
    raise ControlError(failure, said or f"HTTP {answer.status}")
