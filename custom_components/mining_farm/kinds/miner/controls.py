"""What a miner may be ordered and when not; the only caller of an engine's writes.

A pause supersedes what is under way; anything else is refused meanwhile.
"""

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ...common.holds_of_users import (
    async_user_sets,
    async_user_starts,
    async_user_stops,
    require_not_held,
)
from ...common.members import Receipt, ReceiptOutcome
from ...common.pauses import async_pauses
from ...const import DOMAIN
from ...engines.edge_collector import (
    Command,
    ControlError,
    ControlFailure,
    Order,
    Outcome,
    Pools,
    Turn,
    Value,
    Waiting,
    Wear,
    Writer,
    check,
)
from ...engines.edge_collector.registry import create_writer
from .const import (
    CONF_LEAST_CHANGE,
    CONF_LEAST_REST,
    CONF_LEAST_RESTART,
    CONF_LEAST_RETUNE,
    LEAST_CHANGE,
    LEAST_REST,
    LEAST_RESTART,
    LEAST_RETUNE,
)
from .coordinator import MinerCoordinator, UnderWay
from .errors import INVALID, command_error
from .issues import async_update_locked
from .stored import ordering_way, stored_credentials
from .waking import async_turn_to_wake
from .whereabouts import recognition

WAITING: Final = Waiting()
"""By whose clock an effect is waited for."""
EXCHANGES: Final[HassKey[asyncio.Semaphore]] = HassKey(f"{DOMAIN}_miner_exchanges")
EXCHANGES_AT_ONCE: Final = 64
"""With all miners that are ordered."""
PATIENCE_S: Final = 60.0
"""A command that may take longer returns when it is accepted, and goes on."""

RESTART_S: Final = 120.0
"""For which a pause waits for a miner that restarts by command."""

EVENT_CONFIRMED: Final = "confirmed"
EVENT_UNCONFIRMED: Final = "unconfirmed"
EVENT_REFUSED: Final = "refused"

SETS_POWER: Final = frozenset(
    {Command.POWER_TARGET, Command.LEVEL, Command.HASHRATE_TARGET}
)
"""A user who orders one of these has decided what the miner draws."""
LEAST_TIMES: Final = {
    Wear.LIVE: (CONF_LEAST_CHANGE, LEAST_CHANGE),
    Wear.RETUNES: (CONF_LEAST_RETUNE, LEAST_RETUNE),
    Wear.RESTARTS: (CONF_LEAST_RESTART, LEAST_RESTART),
}
"""Options by what a change does to a miner, and the minutes without one."""


async def async_pause(miner: MinerCoordinator) -> Outcome:
    """Pause a miner for its user; never refused as busy or too soon."""
    _require_allowed(miner)
    miner.pauses += 1
    async with async_user_stops(miner.hass, miner.config_entry.entry_id):
        return await _async_run(miner, Order(command=Command.PAUSE))


async def async_resume(miner: MinerCoordinator, *, force: bool = False) -> Outcome:
    """Let a miner hash again for its user, in turn where many are to.

    Refused before it has rested, unless forced, and while another owner holds it.
    """
    _require_allowed(miner)
    entry, pauses = miner.config_entry, miner.pauses
    awake = miner.fresh and not miner.data.sleeping
    async with async_turn_to_wake(miner.hass, entry.entry_id, awake=awake):
        if miner.pauses != pauses:
            raise command_error(
                entry.title,
                ControlError(ControlFailure.SUPERSEDED, "it was not sent"),
            )
        async with async_user_starts(miner.hass, entry.entry_id, miner.name):
            return await _async_run(miner, resumption(miner), force=force)


async def async_start(miner: MinerCoordinator, command: Command) -> Outcome:
    """Carry out a command that takes no value, such as a reboot."""
    if command in (Command.REBOOT, Command.RESTART_MINING):
        # It would hash before it is put to sleep again.
        require_not_held(miner.hass, miner.config_entry.entry_id, miner.name)
    return await _async_run(miner, Order(command=command))


async def async_set(
    miner: MinerCoordinator, command: Command, value: Value, *, force: bool = False
) -> Outcome:
    """Change a set point; refused too soon after the last change, unless forced."""
    order = Order(command=command, value=value)
    if command not in SETS_POWER:
        return await _async_run(miner, order, force=force)
    async with async_user_sets(miner.hass, miner.config_entry.entry_id):
        return await _async_run(miner, order, force=force)


async def async_switch_board(
    miner: MinerCoordinator, board: str, *, on: bool
) -> Outcome:
    """Switch a hashboard."""
    order = Order(command=Command.BOARD, part=board, value=on)
    return await _async_run(miner, order)


async def async_set_pools(miner: MinerCoordinator, pools: Pools) -> Outcome:
    """Replace all pools of a miner."""
    return await _async_run(miner, Order(command=Command.POOLS, value=pools))


def resumption(miner: MinerCoordinator) -> Order:
    """Return the order to mine again, at the level of before."""
    return Order(command=Command.RESUME, value=miner.profile.level)


async def async_receipt(miner: MinerCoordinator, order: Order) -> Receipt:
    """Carry out an order; its failure is part of the receipt."""
    outcome, reason = ReceiptOutcome.CONFIRMED, None
    try:
        if await _async_order(miner, order) is Outcome.ACCEPTED:
            outcome = ReceiptOutcome.SENT
    except ControlError as err:
        outcome, reason = _receipt_outcome(err.failure), str(err.failure)
    return Receipt(outcome=outcome, at=dt_util.utcnow(), reason=reason)


def _receipt_outcome(failure: ControlFailure) -> ReceiptOutcome:
    match failure:
        case ControlFailure.UNCONFIRMED | ControlFailure.SUPERSEDED:
            return ReceiptOutcome.SENT
        case (
            ControlFailure.BUSY
            | ControlFailure.NO_ANSWER
            | ControlFailure.OUT_OF_BOUNDS
            | ControlFailure.TOO_SOON
            | ControlFailure.UNSUPPORTED
        ):
            return ReceiptOutcome.NOT_SENT
    return ReceiptOutcome.REFUSED


async def _async_run(
    miner: MinerCoordinator, order: Order, *, force: bool = False
) -> Outcome:
    """Carry out an order for a user; raise what the user has to know."""
    _require_allowed(miner)
    try:
        return await _async_order(miner, order, force=force)
    except ControlError as err:
        raise command_error(miner.config_entry.title, err) from err


def _require_allowed(miner: MinerCoordinator) -> None:
    """Raise ServiceValidationError unless the user allows control of a miner."""
    if not miner.controls:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="miner_controls_off",
            translation_placeholders={"name": miner.config_entry.title},
        )


async def _async_order(
    miner: MinerCoordinator, order: Order, *, force: bool = False
) -> Outcome:
    """Send an order once; return when it is confirmed, or accepted and slow."""
    if miner.another_miner:
        raise ControlError(
            ControlFailure.NO_ANSWER, "nothing was sent: another miner answers"
        )
    check(order, miner.capabilities)
    while (under_way := miner.under_way) is not None:
        if under_way.order == order:
            return await _async_outcome(miner, under_way.task)
        if order.command is not Command.PAUSE:
            raise ControlError(
                ControlFailure.BUSY, f"{under_way.order.command} is under way"
            )
        under_way.task.cancel()
        await asyncio.wait({under_way.task})
        # It may be restarting: the pause waits until it answers.
        order = replace(order, patience=RESTART_S)
    if not force:
        _require_rested(miner, order)
    sent: asyncio.Future[float] = miner.hass.loop.create_future()
    task = miner.config_entry.async_create_background_task(
        miner.hass, _async_prove(miner, order, sent), f"{miner.name} {order.command}"
    )
    # The caller may have left before its end: an event reports that.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    # Core starts tasks eagerly: one that fails before it waits has ended by now.
    if not task.done():
        miner.async_follow(UnderWay(order=order, task=task))
    waited: set[asyncio.Future[Any]] = {task, sent}
    await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    # Whoever pauses a miner has to know that it is paused.
    waits = order.command is Command.PAUSE
    if not task.done() and not waits and sent.result() > PATIENCE_S:
        return Outcome.ACCEPTED
    return await _async_outcome(miner, task)


async def _async_outcome(
    miner: MinerCoordinator, task: asyncio.Task[Outcome]
) -> Outcome:
    """Wait for a command; a caller who leaves does not end it."""
    await asyncio.wait({task})
    if task.cancelled() and miner.config_entry.state is not ConfigEntryState.LOADED:
        raise ControlError(
            ControlFailure.UNCONFIRMED, "its entry was reloaded meanwhile"
        )
    if task.cancelled():
        raise ControlError(
            ControlFailure.SUPERSEDED, "a pause came before it was seen to work"
        )
    return task.result()


def _require_rested(miner: MinerCoordinator, order: Order) -> None:
    """Refuse what would wear the miner, and say when it will not; ControlError."""
    if left := rest_left(miner, order.command):
        local = dt_util.as_local(dt_util.utcnow() + left)
        raise ControlError(ControlFailure.TOO_SOON, f"possible from {local:%H:%M:%S}")


def rest_left(miner: MinerCoordinator, command: Command) -> timedelta:
    """Return how long a command would wear a miner yet; zero where it does not."""
    options, kinds = miner.config_entry.options, miner.capabilities.wear
    if command is Command.RESUME:
        worn = [Command.PAUSE]
        minutes = options.get(CONF_LEAST_REST, LEAST_REST)
    elif (wear := kinds.get(command)) in LEAST_TIMES:
        worn = [each for each, kind in kinds.items() if kind is wear]
        minutes = options.get(*LEAST_TIMES[wear])
    else:
        return timedelta()
    entry_id, pause = miner.config_entry.entry_id, timedelta(minutes=minutes)
    return async_pauses(miner.hass).left(entry_id, pause, *worn)


def _async_wearing(
    miner: MinerCoordinator, command: Command
) -> AbstractAsyncContextManager[None]:
    """Have it on disk that a command may have worn a miner, before it is sent."""
    if command is Command.PAUSE or miner.capabilities.wear.get(command) in LEAST_TIMES:
        entry_id = miner.config_entry.entry_id
        return async_pauses(miner.hass).async_ordering(entry_id, command)
    return nullcontext()


async def _async_prove(
    miner: MinerCoordinator, order: Order, sent: asyncio.Future[float]
) -> Outcome:
    """Carry out an order to its end, whoever still waits for it."""
    pauses, entry_id = async_pauses(miner.hass), miner.config_entry.entry_id
    try:
        async with _async_wearing(miner, order.command):
            outcome = await _writer(miner).async_carry_out(order, sent.set_result)
            if outcome is not Outcome.UNCHANGED:
                pauses.note(entry_id, order.command)
    except ControlError as err:
        _end(miner, order, sent, err)
        if err.failure not in INVALID:
            miner.async_refresh_in_background()
        raise
    except asyncio.CancelledError:
        if sent.done():
            # It may have been done, as after a crash.
            pauses.note(entry_id, order.command)
        superseded = ControlError(ControlFailure.SUPERSEDED, "another command came")
        _end(miner, order, sent, superseded)
        raise
    _end(miner, order, sent, None)
    await miner.async_refresh()
    return outcome


def _end(
    miner: MinerCoordinator,
    order: Order,
    sent: asyncio.Future[float],
    failure: ControlError | None,
) -> None:
    """Let others command the miner again, and report what came of this."""
    miner.polled_often.discard(miner.config_entry.entry_id)
    # Core cancels background tasks of an entry only after its entities are gone.
    if miner.config_entry.state is not ConfigEntryState.LOADED:
        return
    miner.async_follow(None)
    if failure is not None and failure.failure is ControlFailure.AUTH_FAILED:
        miner.config_entry.async_start_reauth(miner.hass)
    locked = failure is not None and failure.failure is ControlFailure.LOCKED
    async_update_locked(miner.hass, miner.config_entry, locked=locked)
    if sent.done() and sent.result() > PATIENCE_S:
        _trigger(miner, order, failure)


def _trigger(
    miner: MinerCoordinator, order: Order, failure: ControlError | None
) -> None:
    """Report the end of a command whose caller may have left."""
    event = EVENT_CONFIRMED
    if failure is not None:
        unseen = (ControlFailure.UNCONFIRMED, ControlFailure.SUPERSEDED)
        event = EVENT_UNCONFIRMED if failure.failure in unseen else EVENT_REFUSED
    miner.events.trigger(
        event,
        {
            "command": order.command,
            # Pools are no value of an event: they carry accounts.
            "value": None if isinstance(order.value, tuple) else order.value,
            "reason": failure and failure.failure,
        },
    )


def _writer(miner: MinerCoordinator) -> Writer:
    data = miner.config_entry.data
    slots = miner.hass.data.setdefault(EXCHANGES, asyncio.Semaphore(EXCHANGES_AT_ONCE))
    writer = create_writer(
        ordering_way(data),
        data[CONF_HOST],
        Turn(miner.turn, slots),
        WAITING,
        stored_credentials(data),
        known=recognition(miner.config_entry),
    )
    if writer is None:
        raise ControlError(ControlFailure.UNSUPPORTED, "this miner is only read")
    return writer
