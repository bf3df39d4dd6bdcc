"""An order to a miner whose readings show its effect: what its family adds is the sending."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from .capabilities import Capabilities, Command
from .controls import ControlError, ControlFailure, OnSent, Order, Outcome, Turn, check
from .errors import Failure, MinerError
from .models import MinerSnapshot, MinerState
from .prove import Step, Waiting, async_prove, async_read_before

type Shows = Callable[[MinerSnapshot, float], bool]

LIVE_S = 15.0
"""Within which a setting shows that takes effect at once."""
PAUSE_S = 60.0
RESUME_S = 120.0
RESTART_S = 600.0
"""Within which a miner that restarts answers again."""

WITHIN: Mapping[Command, float] = {
    Command.PAUSE: PAUSE_S,
    Command.RESUME: RESUME_S,
    Command.REBOOT: RESTART_S,
    Command.RESTART_MINING: RESTART_S,
    Command.BOARD: 90.0,
}
"""Seconds until an order shows, where a family has no figure of its own."""


class FamilyWriter(ABC):
    """Changes one miner: reads, compares, sends once and reads back."""

    within: Mapping[Command, float] = {}
    """Seconds until an order shows, where they differ from the usual ones."""

    def __init__(self, turn: Turn, waiting: Waiting) -> None:
        """Take the turn of each exchange, and by whose clock an effect is waited for."""
        self._turn = turn
        self._waiting = waiting

    @abstractmethod
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what shows whether an order is done, and what bounds it.

        For a restart its uptime is that of what restarts. MinerError when there is none.
        """

    @abstractmethod
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send an order once.

        ControlError: it was not done; MaybeDoneError: it may have been.
        """

    def shows(self, order: Order, before: MinerSnapshot) -> Shows | None:
        """Return what tells a state in which an order is done; None where none does."""
        return shows(order, before)

    async def async_carry_out(self, order: Order, on_sent: OnSent) -> Outcome:
        """Read, compare, send once and read back; ControlError otherwise."""
        before = await async_read_before(
            lambda: self._async_first(order), self._waiting, order.patience
        )

        async def send() -> None:
            _check(order, before.capabilities)
            async with self._turn:
                await self.async_send(order, before)

        within = {**WITHIN, **self.within}.get(order.command, LIVE_S)
        step = Step(
            send=send,
            shows=self.shows(order, before),
            within=within,
            lasts=order.command is Command.PAUSE,
        )
        return await async_prove(
            step, before, lambda: self._async_read(order), self._waiting, on_sent
        )

    async def _async_first(self, order: Order) -> MinerSnapshot:
        """Return the state before a write; a wrong password is not tried again."""
        try:
            return await self._async_read(order)
        except MinerError as err:
            if err.failure is not Failure.AUTH_FAILED:
                raise
            raise ControlError(ControlFailure.AUTH_FAILED, str(err)) from err

    async def _async_read(self, order: Order) -> MinerSnapshot:
        async with self._turn:
            return await self.async_state(order)


def shows(order: Order, before: MinerSnapshot) -> Shows | None:
    """Return what tells by its readings whether a miner has done an order."""
    match order.command:
        case Command.PAUSE:
            return lambda now, _: now.reported_state is MinerState.PAUSED
        case Command.RESUME:
            return lambda now, _: not now.sleeping
        case Command.REBOOT | Command.RESTART_MINING:
            return restarted(before.uptime_s)
        case Command.IDENTIFY:
            return None
        case Command.BOARD:
            part = order.part or ""
            return lambda now, _: now.boards_on.get(part) is order.value
    return lambda now, _: now.settings.get(order.command) == order.value


def restarted(before: int | None) -> Shows:
    """Return what tells by its uptime whether a miner has restarted since it was read."""

    def has_restarted(now: MinerSnapshot, elapsed: float) -> bool:
        if now.uptime_s is None or before is None:
            return False
        # One that had only just started may have run for longer when it answers again.
        return now.uptime_s < before or now.uptime_s + 1 < elapsed

    return has_restarted


def _check(order: Order, capabilities: Capabilities | None) -> None:
    """Refuse what the miner cannot do; ControlError.

    Where it reports no limits, those of the user have been checked before.
    """
    match order.value:
        case float() | int() as number if (
            capabilities and order.command in capabilities.unbounded and number > 0
        ):
            capabilities = capabilities.bounded(order.command, number, number)
    if capabilities is not None:
        check(order, capabilities)
