"""Holds of users: whoever presses keeps a machine down, and lets it go again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..engines.farm import Hold, HoldKind, LeverKind, Owner
from .holds import async_holds, held_error
from .keeping import async_keeper

PAUSED: Final = "paused"
"""Reason of the hold of a user who paused a miner."""


class UnconfirmedError(HomeAssistantError):
    """An order has left, and was not seen to work: it may come to something yet."""


@asynccontextmanager
async def async_user_stops(hass: HomeAssistant, machine_id: str) -> AsyncIterator[None]:
    """Hold a miner for its user while the body pauses it; withdrawn where that fails."""
    holds = async_holds(hass)
    hold = Hold(
        owner=Owner.USER,
        source=machine_id,
        kind=HoldKind.ASLEEP,
        reason=PAUSED,
        since=dt_util.utcnow(),
    )
    before, keeper = holds.of(machine_id), async_keeper(hass)
    with keeper.left_alone(machine_id):
        await holds.async_place([machine_id], hold)
        try:
            yield
            keeper.note_user_stopped(machine_id, LeverKind.SLEEP)
        except HomeAssistantError:
            if before.by(Owner.USER, machine_id) is None:
                await holds.async_release(Owner.USER, machine_id, [machine_id])
            raise


@asynccontextmanager
async def async_user_starts(
    hass: HomeAssistant, machine_id: str, name: str
) -> AsyncIterator[None]:
    """Release the user's hold on a miner, and let the body wake it.

    ServiceValidationError where another owner holds it: it wakes when that one lets go.
    The user's hold is back where the body fails, unless the miner may wake yet.
    """
    holds, keeper = async_holds(hass), async_keeper(hass)
    with keeper.left_alone(machine_id):
        before = holds.of(machine_id)
        await holds.async_user_starts(machine_id, machine_id)
        if holds.of(machine_id).down:
            await holds.async_change(
                [machine_id], lambda record: record.moved([LeverKind.SLEEP])
            )
            raise held_error(name, holds.ruling(machine_id))
        try:
            yield
            await keeper.async_note_user_started(machine_id, LeverKind.SLEEP)
        except UnconfirmedError:
            # Under a hold it would be put down as it wakes, against who has woken it.
            await keeper.async_note_user_started(machine_id, LeverKind.SLEEP)
            raise
        except HomeAssistantError:
            for one in before.holds:
                # What others held goes and comes as they want.
                if one.owner is Owner.USER:
                    await holds.async_place([machine_id], one)
            raise


@asynccontextmanager
async def async_user_sets(hass: HomeAssistant, machine_id: str) -> AsyncIterator[None]:
    """Let the body set what a miner draws; where that works, nothing lowers it any more."""
    keeper = async_keeper(hass)
    with keeper.left_alone(machine_id):
        yield
        await keeper.async_leave_to_user(machine_id)


@callback
def require_not_held(hass: HomeAssistant, machine_id: str, name: str) -> None:
    """Raise ServiceValidationError while somebody keeps a machine down."""
    if (hold := async_holds(hass).ruling(machine_id)) is not None:
        raise held_error(name, hold)
