"""Writes with their proof: compared first, sent once, then read back until it shows."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import time

from .controls import ControlError, ControlFailure, MaybeDoneError, OnSent, Outcome
from .errors import Failure, MinerError

SHORT_S = 60.0
"""What takes no longer is watched closely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """By whose clock an effect is waited for; in seconds."""

    interval: float = 1.0
    long_interval: float = 5.0
    """Where the effect may take minutes."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Step[StateT]:
    """One write, and how its effect shows."""

    send: Callable[[], Awaitable[None]]
    """Sends once. ControlError: it was not done; MaybeDoneError: it may have been."""
    shows: Callable[[StateT, float], bool] | None
    """Whether a state shows the effect so many seconds after the sending; None: never."""
    within: float
    """Seconds until it must show."""
    lasts: bool = False
    """It takes longer than an exchange: what is read at once cannot show it."""


async def async_prove[StateT](
    step: Step[StateT],
    before: StateT,
    read: Callable[[], Awaitable[StateT]],
    waiting: Waiting,
    on_sent: OnSent,
) -> Outcome:
    """Send what is not so already, once, and read back until it is so.

    Raises what `send` raises, and UNCONFIRMED where the effect does not show in time.
    """
    shows = step.shows
    if shows is not None and shows(before, 0.0):
        return Outcome.UNCHANGED
    reason: Exception | None = None
    started = waiting.monotonic()
    try:
        await step.send()
    except MaybeDoneError as err:
        if shows is None:
            raise
        reason = err
    on_sent(step.within)
    interval = waiting.interval if step.within <= SHORT_S else waiting.long_interval
    if shows is None:
        return Outcome.ACCEPTED
    if step.lasts:
        # Hundreds may be paused: the orders of the others come before such a reading.
        await waiting.sleep(interval)
    while True:
        try:
            state = await read()
        except MinerError as err:
            reason = err
        else:
            if shows(state, waiting.monotonic() - started):
                return Outcome.CONFIRMED
        if waiting.monotonic() - started >= step.within:
            break
        await waiting.sleep(interval)
    raise ControlError(
        ControlFailure.UNCONFIRMED,
        f"sent, but not seen to work within {step.within:g} s",
    ) from reason


async def async_read_before[StateT](
    read: Callable[[], Awaitable[StateT]], waiting: Waiting, patience: float = 0.0
) -> StateT:
    """Return the state before a write.

    ControlError: NO_ANSWER where none comes within the patience, AUTH_FAILED at once
    where the miner does not take the account.
    """
    end = waiting.monotonic() + patience
    while True:
        try:
            return await read()
        except MinerError as err:
            if err.failure is Failure.AUTH_FAILED:
                raise ControlError(ControlFailure.AUTH_FAILED, str(err)) from err
            if waiting.monotonic() >= end:
                raise ControlError(
                    ControlFailure.NO_ANSWER, f"nothing was sent: {err}"
                ) from err
        await waiting.sleep(waiting.interval)
