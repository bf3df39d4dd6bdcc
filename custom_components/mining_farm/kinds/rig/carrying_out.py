"""What follows from a decision about a rig: a step, a switched outlet, an event."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ...common.members import RestartKind
from ...const import LOGGER
from ...engines.restart import Action, Decision, Reason, RigState, Step, step_failed
from . import issues
from .const import CONF_FIRST_STEP
from .miner_steps import async_take_step
from .power import RigPower


class Acting(Protocol):
    """A rig, as what is done to it needs it."""

    hass: HomeAssistant
    config_entry: ConfigEntry[Any]
    name: str
    power: RigPower
    has_outlet: bool

    def describe(self) -> dict[str, Any]:
        """Return the present evidence."""

    def publish(self, event: str, **attributes: Any) -> None:
        """Publish an event with the evidence that the decision rested on."""

    def refresh_soon(self) -> None:
        """Show the outcome, once the switching has ended."""


async def async_carry_out(
    rig: Acting,
    decision: Decision,
    before: RigState | None,
    switch: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    """Do and tell what was decided; `switch` switches the outlet in its turn."""
    match decision.action:
        case Action.CUT | Action.TURN_ON:
            # Decided, and remembered, once more when it is this rig's turn.
            rig.power.start(switch())
        case Action.FINISH:
            await async_start_finishing(rig)
        case Action.STEP:
            await _async_take_step(rig, decision)
        case Action.REHEARSE:
            rig.publish("would_restart", reason=decision.reason)
        case Action.GIVE_UP:
            rig.publish("gave_up", reason=decision.reason)
    if decision.recovered:
        rig.publish("recovered", reason=decision.reason)
    if decision.state is RigState.ELSEWHERE and before is not RigState.ELSEWHERE:
        rig.publish("hashes_elsewhere", reason=decision.reason)


async def _async_take_step(rig: Acting, decision: Decision) -> None:
    """Try what comes before the plug; that it fails keeps nothing back."""
    rig.publish("step_taken", reason=decision.reason, step=decision.step)
    if decision.step is Step.NAMED:
        await _async_use_named(rig)
    elif not await async_take_step(rig, RestartKind(str(decision.step))):
        LOGGER.warning("%s: %s was not taken", rig.name, decision.step)
        await rig.power.async_change(step_failed)


async def _async_use_named(rig: Acting) -> None:
    entity_id = rig.config_entry.options[CONF_FIRST_STEP]
    domain = entity_id.partition(".")[0]
    service = "press" if domain in ("button", "input_button") else "turn_on"
    try:
        await rig.hass.services.async_call(
            domain, service, {"entity_id": entity_id}, blocking=True
        )
    except HomeAssistantError as err:
        LOGGER.warning("%s: the step before a restart failed: %s", rig.name, err)


async def async_switch(
    rig: Acting,
    decide_in_turn: Callable[[], Decision | None],
    prepare: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Switch the outlet as decided when it is this rig's turn; publish the outcome."""
    before = rig.power.memory
    evidence = rig.describe()
    decision = await rig.power.async_in_turn(decide_in_turn, prepare)
    after = rig.power.memory
    if decision is not None and decision.memory.intent is not None:
        restarted = after.restarts_total > before.restarts_total
        # The evidence is that of before, the count that of after.
        evidence["restarts_in_row"] = after.restarts_in_row
        if restarted:
            rig.publish("restarted", **{**evidence, "reason": decision.reason})
        elif not before.disobeyed and not before.plug_failed_since:
            reason = decision.reason
            rig.publish("plug_unreachable", **{**evidence, "reason": reason})
    rig.refresh_soon()


async def async_start_finishing(rig: Acting) -> None:
    """Turn on again what a cut had turned off when Home Assistant stopped."""
    if not rig.has_outlet:
        issues.create_left_off(rig.hass, rig.config_entry)
        await rig.power.async_change(lambda memory: replace(memory, intent=None))
        return

    async def finish() -> None:
        await rig.power.async_finish()
        issues.delete_left_off(rig.hass, rig.config_entry)
        rig.publish("restarted", reason=Reason.UNFINISHED_RESTART)
        rig.refresh_soon()

    rig.power.start(finish())
