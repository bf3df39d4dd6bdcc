"""Switch entities of other integrations that feed machines, each one machine."""

import asyncio
from contextlib import nullcontext
from datetime import timedelta
from typing import Any, Final

from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, Kind
from ..engines.farm import LeverKind
from .entries import entries_of
from .members import Lever, Receipt, ReceiptOutcome
from .pauses import STOPPED, async_pauses

CONFIRMED_WITHIN: Final = 10.0
LEAST_OFF: Final = timedelta(seconds=10)
"""How long power supplies stay off before the farm turns them on again."""
CONF_SWITCH_ENTITY: Final = "switch_entity_id"
"""In the data of a rig's entry, and in the options of a miner's."""


class SwitchError(Exception):
    """A switch did not obey; `sent` says whether the order left."""

    def __init__(self, message: str, *, sent: bool) -> None:
        """Take what was wrong."""
        super().__init__(message)
        self.sent = sent


@callback
def switch_is_on(hass: HomeAssistant, entity_id: str) -> bool | None:
    """Return whether a switch is on; None where that is unknown."""
    state = hass.states.get(entity_id)
    if state is None or state.state not in (STATE_ON, STATE_OFF):
        return None
    return state.state == STATE_ON


async def async_switch(hass: HomeAssistant, entity_id: str, *, on: bool) -> None:
    """Switch once, and wait until the entity shows it; SwitchError."""
    # Core leaves an unavailable entity out of a service call without an error.
    if switch_is_on(hass, entity_id) is None:
        raise SwitchError(f"{entity_id} is {_word(hass, entity_id)}", sent=False)
    reached = asyncio.Event()

    @callback
    def changed(_event: Event[EventStateChangedData]) -> None:
        if switch_is_on(hass, entity_id) is on:
            reached.set()

    stop = async_track_state_change_event(hass, entity_id, changed)
    try:
        async with asyncio.timeout(CONFIRMED_WITHIN):
            await hass.services.async_call(
                SWITCH_DOMAIN,
                SERVICE_TURN_ON if on else SERVICE_TURN_OFF,
                {ATTR_ENTITY_ID: entity_id},
                blocking=True,
            )
            # Core waits for the service, not for the relay: a polled switch shows its
            # new state later.
            if switch_is_on(hass, entity_id) is not on:
                await reached.wait()
    except TimeoutError as err:
        wanted = STATE_ON if on else STATE_OFF
        raise SwitchError(
            f"{entity_id} is {_word(hass, entity_id)}, not {wanted}", sent=True
        ) from err
    except HomeAssistantError as err:
        raise SwitchError(f"{entity_id}: {err}", sent=True) from err
    finally:
        stop()


def _word(hass: HomeAssistant, entity_id: str) -> str | None:
    state = hass.states.get(entity_id)
    return None if state is None else state.state


def switch_lever(hass: HomeAssistant, entity_id: str) -> Lever:
    """Return how the farm takes a machine's power by a switch, and gives it back."""

    async def order(*, on: bool) -> Receipt:
        outcome, reason = ReceiptOutcome.CONFIRMED, None
        resting = nullcontext() if on else async_pauses(hass).async_ordering(entity_id)
        try:
            async with resting:
                await async_switch(hass, entity_id, on=on)
        except SwitchError as err:
            outcome = ReceiptOutcome.SENT if err.sent else ReceiptOutcome.NOT_SENT
            reason = str(err)
        if not on and outcome is not ReceiptOutcome.NOT_SENT:
            async_pauses(hass).note(entity_id)
        return Receipt(outcome=outcome, at=dt_util.utcnow(), reason=reason)

    async def stop() -> Receipt:
        return await order(on=False)

    async def start() -> Receipt:
        return await order(on=True)

    def stopped() -> bool | None:
        on = switch_is_on(hass, entity_id)
        return None if on is None else not on

    def rest() -> timedelta:
        return async_pauses(hass).left(entity_id, LEAST_OFF, STOPPED)

    return Lever(
        kind=LeverKind.SWITCH, stop=stop, start=start, stopped=stopped, rest=rest
    )


@callback
def find_switch_user(
    hass: HomeAssistant, entity_id: str, *, excluding: str | None
) -> ConfigEntry[Any] | None:
    """Return another rig or miner that a switch feeds: to cut one would cut both."""
    for entry in entries_of(hass, Kind.MINER, Kind.RIG, excluding=excluding):
        if entity_id in (
            entry.data.get(CONF_SWITCH_ENTITY),
            entry.options.get(CONF_SWITCH_ENTITY),
        ):
            return entry
    return None


@callback
def own_entities(hass: HomeAssistant) -> list[str]:
    """Return the entities of this integration, which feed nothing."""
    return [
        entity.entity_id
        for entity in er.async_get(hass).entities.values()
        if entity.platform == DOMAIN
    ]
