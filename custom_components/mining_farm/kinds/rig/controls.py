"""What a user may do to a rig, and when it is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ...common.pauses import async_note_stop, async_require_pause, seconds
from ...const import DOMAIN
from ...engines.restart import (
    LEAST_OFF,
    Action,
    Decision,
    Memory,
    Reason,
    RigState,
    begin_cut,
    reset,
    user_turned_off,
    user_turned_on,
    wait_before_cycle,
)
from .const import CONF_ARMED
from .coordinator import RigCoordinator


async def async_power_cycle(rig: RigCoordinator) -> None:
    """Cut the power and restore it, armed or not.

    HomeAssistantError without a free outlet, too soon after the last cut, or when the
    outlet could not be switched.
    """
    _require_free_outlet(rig)
    left = wait_before_cycle(dt_util.utcnow(), rig.power.memory)
    if left:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="rig_cycled_just_now",
            translation_placeholders={"name": rig.name, "seconds": seconds(left)},
        )
    before = rig.power.memory.restarts_total

    def begin() -> Decision:
        memory = replace(rig.power.memory, off_by_user=False)
        return Decision(
            action=Action.CUT,
            state=RigState.RESTARTING,
            reason=Reason.BY_USER,
            memory=begin_cut(dt_util.utcnow(), rig.policy, memory, Reason.BY_USER),
        )

    await rig.power.start(rig.async_switch(begin))
    if rig.power.memory.restarts_total == before:
        raise _error(rig, "outlet_failed")


async def async_set_power(rig: RigCoordinator, *, on: bool) -> None:
    """Switch the outlet; a rig switched off stays off until it is switched on.

    HomeAssistantError without a free outlet, when it is to go on right after it went
    off, or when it could not be switched.
    """
    entry_id = rig.config_entry.entry_id
    if on:
        pause = max(LEAST_OFF, rig.policy.power_cycle_on_delay)
        async_require_pause(rig.hass, entry_id, pause, rig.name)
    # A cut that has not begun gives way to the user.
    await rig.power.async_withdraw()
    _require_free_outlet(rig)

    def wish(memory: Memory) -> Memory:
        if on:
            return user_turned_on(dt_util.utcnow(), rig.policy, memory)
        return user_turned_off(memory)

    if (failure := await rig.power.async_set(wish, on=on)) is not None:
        raise _error(rig, "outlet_failed") from failure
    if not on:
        async_note_stop(rig.hass, entry_id)
    await rig.async_refresh()


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
