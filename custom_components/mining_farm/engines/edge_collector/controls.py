"""One order to a miner, and what became of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from .capabilities import Bounds, Capabilities, Command, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSetting:
    """One pool that a miner is given."""

    url: str
    worker: str
    password: str = field(default="x", repr=False)


type Pools = tuple[PoolSetting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One command, with its value where it takes one."""

    command: Command
    value: Value | Pools | None = None
    part: str | None = None
    """Which hashboard."""
    patience: float = field(default=0.0, compare=False)
    """Seconds for which a miner that does not answer is asked again, before any write."""


class Outcome(StrEnum):
    """What became of an order that did not fail."""

    UNCHANGED = "unchanged"
    """It was so already; nothing was sent."""
    CONFIRMED = "confirmed"
    """Sent once, and seen on the device."""
    ACCEPTED = "accepted"
    """Sent once; the device shows nothing that could confirm it."""


class ControlFailure(StrEnum):
    """Why an order was not carried out, as callers distinguish it."""

    AUTH_FAILED = "auth_failed"
    LOCKED = "locked"
    UNSUPPORTED = "unsupported"
    BUSY = "busy"
    OUT_OF_BOUNDS = "out_of_bounds"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    """The device does not answer; nothing was sent."""
    UNCONFIRMED = "unconfirmed"
    """Sent once, and not seen to work: it may have been done."""
    TOO_SOON = "too_soon"
    SUPERSEDED = "superseded"
    """Sent, and another order came before it was seen to work."""


class ControlError(Exception):
    """An order was not carried out, or not seen to be; the text holds no secret."""

    def __init__(self, failure: ControlFailure, message: str) -> None:
        """Keep the kind of failure beside the text."""
        super().__init__(message)
        self.failure = failure


class MaybeDoneError(ControlError):
    """The answer to a write was lost or senseless: only the device shows its effect."""

    def __init__(self, message: str) -> None:
        """Count as unconfirmed until it is seen."""
        super().__init__(ControlFailure.UNCONFIRMED, message)


type OnSent = Callable[[float], None]
"""Called once when an order was sent, with the seconds within which it shows."""


class Turn:
    """One exchange at a time with a miner, and so many at once with all of them.

    Held for an exchange, not for a command: while one waits for its effect, others send.
    """

    def __init__(self, miner: asyncio.Lock, slots: asyncio.Semaphore) -> None:
        """Take what is one miner's own, and what all share."""
        self._miner = miner
        self._slots = slots

    async def __aenter__(self) -> None:
        """Wait for the miner first: who waits for it takes no slot."""
        await self._miner.acquire()
        try:
            await self._slots.acquire()
        except BaseException:
            self._miner.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        """Let others go on."""
        self._slots.release()
        self._miner.release()


class Writer(Protocol):
    """Changes one miner."""

    async def async_carry_out(self, order: Order, on_sent: OnSent) -> Outcome:
        """Read, compare, send once and read back; ControlError otherwise."""
        ...


def check(order: Order, capabilities: Capabilities) -> None:
    """Refuse what a miner cannot do or must not be given; ControlError."""
    command, value = order.command, order.value
    if capabilities.writable is False:
        raise ControlError(
            ControlFailure.LOCKED, "the miner reports that it takes no orders"
        )
    if (bounds := capabilities.numbers.get(command)) is not None:
        _check_number(value, bounds)
    elif (choices := capabilities.choices.get(command)) is not None:
        if value not in choices:
            raise ControlError(
                ControlFailure.OUT_OF_BOUNDS,
                f"{value} is not one of {', '.join(choices)}",
            )
    elif command in capabilities.unbounded:
        raise ControlError(
            ControlFailure.OUT_OF_BOUNDS,
            "the miner reports no limits, and the options of its entry have none",
        )
    elif command is Command.BOARD:
        if order.part not in capabilities.boards:
            raise ControlError(
                ControlFailure.UNSUPPORTED, f"board {order.part} cannot be switched"
            )
    elif command not in capabilities.commands:
        raise ControlError(
            ControlFailure.UNSUPPORTED, f"this miner has no command {command}"
        )
    elif command is Command.POOLS and not value:
        # A miner that is given none keeps none, and mines for nobody.
        raise ControlError(ControlFailure.OUT_OF_BOUNDS, "no pool is named")


def _check_number(value: object, bounds: Bounds) -> None:
    if not isinstance(value, (int, float)) or not (
        bounds.minimum <= value <= bounds.maximum
    ):
        raise ControlError(
            ControlFailure.OUT_OF_BOUNDS,
            f"{value} is not between {bounds.minimum:g} and {bounds.maximum:g}",
        )
