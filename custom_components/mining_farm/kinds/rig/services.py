"""Actions on rigs, by entity, device, area or label."""

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv

from ...common.actions import async_do_all, async_targeted_entries
from ...const import DOMAIN, Kind
from .controls import async_check_now, async_power_cycle, async_reset
from .coordinator import RigCoordinator

SERVICE_POWER_CYCLE = "power_cycle"
SERVICE_RESET_RESTARTS = "reset_restarts"
SERVICE_CHECK_NOW = "check_now"

TARGET_SCHEMA = cv.make_entity_service_schema({})


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions on rigs."""
    hass.services.async_register(
        DOMAIN, SERVICE_POWER_CYCLE, _async_power_cycle, schema=TARGET_SCHEMA
    )
    hass.services.async_register(
        DOMAIN, SERVICE_RESET_RESTARTS, _async_reset_restarts, schema=TARGET_SCHEMA
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_CHECK_NOW,
        _async_check_now,
        schema=TARGET_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_rigs(call: ServiceCall) -> list[RigCoordinator]:
    """Return the loaded rigs that a call is aimed at."""
    return [
        entry.runtime_data for entry in await async_targeted_entries(call, Kind.RIG)
    ]


async def _async_power_cycle(call: ServiceCall) -> None:
    """Cut the power of each rig in turn; one that fails stops no other."""
    await async_do_all(await _async_rigs(call), async_power_cycle)


async def _async_reset_restarts(call: ServiceCall) -> None:
    """Reset the restarts in a row of each rig."""
    for rig in await _async_rigs(call):
        await async_reset(rig)


async def _async_check_now(call: ServiceCall) -> ServiceResponse:
    """Ask all witnesses now; return evidence and decision by rig."""
    return {rig.name: await async_check_now(rig) for rig in await _async_rigs(call)}
