"""Actions on rigs, by entity, device, area or label."""

import asyncio
from typing import TYPE_CHECKING, cast

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_extract_config_entry_ids

from ...const import CONF_KIND, DOMAIN, Kind

if TYPE_CHECKING:
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
    rigs: list[RigCoordinator] = []
    for entry_id in sorted(await async_extract_config_entry_ids(call)):
        entry = call.hass.config_entries.async_get_entry(entry_id)
        if (
            entry is not None
            and entry.domain == DOMAIN
            and entry.data.get(CONF_KIND) == Kind.RIG
            and entry.state is ConfigEntryState.LOADED
        ):
            rigs.append(cast("RigCoordinator", entry.runtime_data))
    if not rigs:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="rig_none_targeted"
        )
    return rigs


async def _async_power_cycle(call: ServiceCall) -> None:
    """Cut the power of each rig in turn; one that fails stops no other."""
    rigs = await _async_rigs(call)
    outcomes = await asyncio.gather(
        *(rig.async_power_cycle() for rig in rigs), return_exceptions=True
    )
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


async def _async_reset_restarts(call: ServiceCall) -> None:
    """Try again with rigs that were given up."""
    for rig in await _async_rigs(call):
        await rig.async_reset()


async def _async_check_now(call: ServiceCall) -> ServiceResponse:
    """Ask all witnesses now; return what they say and the decision, by rig."""
    return {rig.name: await rig.async_check_now() for rig in await _async_rigs(call)}
