"""Actions on rigs, by entity, device, area or label."""

from homeassistant.const import Platform
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)

from ...common.actions import Action, async_do_all, async_register_actions
from ...common.rights import ADMINISTRATOR, CONTROL, control_of
from ...const import Kind
from .controls import async_check_now, async_power_cycle, async_reset
from .coordinator import RigCoordinator


async def _async_power_cycle(rigs: list[RigCoordinator], _call: ServiceCall) -> None:
    """Cut the power of each rig in turn; one that fails stops no other."""
    await async_do_all(rigs, async_power_cycle)


async def _async_reset_restarts(rigs: list[RigCoordinator], _call: ServiceCall) -> None:
    """Reset the restarts in a row of each rig."""
    for rig in rigs:
        await async_reset(rig)


async def _async_check_now(
    rigs: list[RigCoordinator], _call: ServiceCall
) -> ServiceResponse:
    """Ask all witnesses now; return evidence and decision by rig."""
    return {rig.name: await async_check_now(rig) for rig in rigs}


ACTIONS = (
    Action(
        name="power_cycle",
        right=control_of(Platform.BUTTON, "power_cycle"),
        run=_async_power_cycle,
    ),
    # A rig that was given up, or whose memory was lost, is armed by this.
    Action(name="reset_restarts", right=ADMINISTRATOR, run=_async_reset_restarts),
    Action(
        name="check_now",
        right=CONTROL,
        run=_async_check_now,
        response=SupportsResponse.OPTIONAL,
    ),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions on rigs."""
    async_register_actions(hass, Kind.RIG, ACTIONS)
