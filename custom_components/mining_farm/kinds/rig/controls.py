"""What a user may do to a rig, and when it is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ...common.holds import held_error
from ...common.keeping import async_keeper
from ...common.members import (
    Facts,
    Lever,
    MinerFacts,
    Receipt,
    ReceiptOutcome,
    async_members,
)
from ...common.pauses import CUT, STOPPED, async_pauses, async_require_pause, seconds
from ...common.power_ups import async_power_ups
from ...const import CONF_MINER_ENTRY, DOMAIN
from ...engines.farm import LeverKind
from ...engines.restart import (
    CYCLE_EVERY,
    LEAST_OFF,
    Action,
    Decision,
    Memory,
    OutletFailure,
    Reason,
    RigState,
    begin_cut,
    kept_off,
    let_go,
    reset,
    user_turned_off,
    user_turned_on,
)
from .carrying_out import async_switch
from .const import CONF_ARMED
from .coordinator import RigCoordinator

COOL_DOWN_S: Final = 120.0
"""For which a paused miner keeps its fans before its power is cut, at most."""
COOLING_LOOK_S: Final = 10.0
COOL_CHIP_C: Final = 45.0


async def async_power_cycle(rig: RigCoordinator) -> None:
    """Cut the power and restore it, armed or not.

    HomeAssistantError without a free outlet, too soon after the last cut, or when the
    outlet could not be switched.
    """
    _require_free_outlet(rig)
    if rig.hold.held:
        raise held_error(rig.name, rig.hold.ruling)
    pauses = async_pauses(rig.hass)
    if left := pauses.left(rig.config_entry.entry_id, CYCLE_EVERY, CUT):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="rig_cycled_just_now",
            translation_placeholders={"name": rig.name, "seconds": seconds(left)},
        )
    before = rig.power.memory.restarts_total

    await rig.hold.async_user_starts()

    def begin() -> Decision:
        memory = replace(rig.power.memory, off_by_user=False)
        return Decision(
            action=Action.CUT,
            state=RigState.RESTARTING,
            reason=Reason.BY_USER,
            memory=begin_cut(dt_util.utcnow(), rig.policy, memory, Reason.BY_USER),
        )

    await rig.power.start(async_switch(rig, begin))
    if rig.power.memory.restarts_total == before:
        raise _error(rig, "outlet_failed")


async def async_set_power(rig: RigCoordinator, *, on: bool) -> None:
    """Switch the outlet; a rig switched off stays off until it is switched on.

    HomeAssistantError without a free outlet, when it is to go on right after it went
    off or another owner holds it, or when it could not be switched.
    """
    entry_id = rig.config_entry.entry_id
    if on:
        async_require_pause(rig.hass, entry_id, _least_off(rig), rig.name)
    # A cut that has not begun gives way to the user.
    await rig.power.async_withdraw()
    _require_free_outlet(rig)
    keeper, machine_id = async_keeper(rig.hass), rig.hold.machine_id
    with keeper.left_alone(machine_id):
        if on:
            await _async_turn_on(rig)
            await keeper.async_note_user_started(machine_id, LeverKind.OUTLET)
        else:
            await _async_turn_off(rig)
            keeper.note_user_stopped(machine_id, LeverKind.OUTLET)


async def async_pause_and_cut(rig: RigCoordinator) -> None:
    """Pause the linked miner, let it cool down, then switch the outlet off.

    HomeAssistantError where it cannot be paused, or is not seen paused: its power stays
    on then.
    """
    _require_free_outlet(rig)
    member = async_members(rig.hass).get(rig.config_entry.data[CONF_MINER_ENTRY])
    sleeps = () if member is None else member.levers
    lever = next((each for each in sleeps if each.kind is LeverKind.SLEEP), None)
    if member is None or lever is None:
        raise _error(rig, "cannot_pause")
    receipt = await lever.stop()
    if receipt.outcome is not ReceiptOutcome.CONFIRMED:
        raise _error(rig, "not_paused")
    left = COOL_DOWN_S
    while not _is_cool(member.facts()) and left > 0:
        await async_power_ups(rig.hass).sleep(COOLING_LOOK_S)
        left -= COOLING_LOOK_S
    facts = member.facts()
    # Somebody may have let it go on meanwhile.
    if not isinstance(facts, MinerFacts) or not facts.fresh or not facts.sleeping:
        raise _error(rig, "not_paused")
    await async_set_power(rig, on=False)


def _is_cool(facts: Facts) -> bool:
    hottest = facts.hottest_chip if isinstance(facts, MinerFacts) else None
    return hottest is not None and hottest <= COOL_CHIP_C


async def _async_turn_on(rig: RigCoordinator) -> None:
    hold = await rig.hold.async_user_starts()
    if hold is not None:
        await rig.power.async_change(lambda memory: replace(memory, off_by_user=False))
        await rig.async_refresh()
        raise held_error(rig.name, hold)
    await _async_set(
        rig,
        lambda memory: user_turned_on(dt_util.utcnow(), rig.policy, memory),
        on=True,
    )


async def _async_turn_off(rig: RigCoordinator) -> None:
    await rig.hold.async_user_stops()
    try:
        await _async_set(rig, user_turned_off, on=False)
    except HomeAssistantError:
        await rig.hold.async_user_withdraws()
        raise


async def _async_set(
    rig: RigCoordinator, wish: Callable[[Memory], Memory], *, on: bool
) -> None:
    # The disk was waited for: another may have begun to switch.
    _require_free_outlet(rig)
    if (failure := await rig.power.async_set(wish, on=on)) is not None:
        raise _error(rig, "outlet_failed") from failure
    await rig.async_refresh()


def outlet_lever(rig: RigCoordinator) -> Lever:
    """Return how the farm takes a rig's power and gives it back."""

    async def stop() -> Receipt:
        return await _async_keep(
            rig, lambda one: kept_off(dt_util.utcnow(), one), on=False
        )

    async def start() -> Receipt:
        return await _async_keep(
            rig, lambda one: let_go(dt_util.utcnow(), rig.policy, one), on=True
        )

    def stopped() -> bool | None:
        if rig.turns_on:
            # By a restart, or for its user: it was read last before that.
            return False
        on = rig.outlet_on
        return None if on is None else not on

    def rest() -> timedelta:
        entry_id = rig.config_entry.entry_id
        return async_pauses(rig.hass).left(entry_id, _least_off(rig), STOPPED, CUT)

    return Lever(
        kind=LeverKind.OUTLET, stop=stop, start=start, stopped=stopped, rest=rest
    )


def _least_off(rig: RigCoordinator) -> timedelta:
    """Return how long the outlet stays off before it is turned on again."""
    return max(LEAST_OFF, rig.policy.power_cycle_on_delay)


async def _async_keep(
    rig: RigCoordinator, change: Callable[[Memory], Memory], *, on: bool
) -> Receipt:
    """Switch the outlet for who holds the rig; a failure is part of the receipt."""
    outcome, reason = ReceiptOutcome.CONFIRMED, None
    try:
        failure: Exception | None = await rig.power.async_keep(change, on=on)
    except HomeAssistantError as err:
        failure = err
    if failure is not None:
        sent = isinstance(failure, OutletFailure) and failure.sent
        outcome = ReceiptOutcome.SENT if sent else ReceiptOutcome.NOT_SENT
        reason = str(failure)
    await rig.async_refresh()
    return Receipt(outcome=outcome, at=dt_util.utcnow(), reason=reason)


async def async_set_armed(rig: RigCoordinator, *, armed: bool) -> None:
    """Cut the power for real from now on, or only rehearse it."""
    entry = rig.config_entry
    rig.hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_ARMED: armed}
    )
    await rig.async_refresh()


async def async_reset(rig: RigCoordinator) -> None:
    """Forget the restarts in a row, so that a rig that was given up is tried again."""
    await rig.power.async_change(reset)
    await rig.async_refresh()


async def async_check_now(rig: RigCoordinator) -> dict[str, Any]:
    """Ask pool, miner and outlet now; return their evidence and the decision."""
    await rig.async_hear(timedelta(0))
    await rig.async_refresh()
    return {**rig.describe(), "state": rig.data.state, "reason": rig.data.reason}


def _require_free_outlet(rig: RigCoordinator) -> None:
    if not rig.has_outlet:
        raise _error(rig, "no_outlet")
    if rig.power.busy:
        raise _error(rig, "busy")


def _error(rig: RigCoordinator, key: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=f"rig_{key}",
        translation_placeholders={"name": rig.name},
    )
