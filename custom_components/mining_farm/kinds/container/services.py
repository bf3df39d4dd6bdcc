"""Actions on containers, by entity, device, area or label."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import voluptuous as vol

from homeassistant.const import ATTR_TEMPERATURE
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv

from ...common.actions import async_do_all, async_targeted_entries, plain_json
from ...const import DOMAIN, Kind
from . import controls

if TYPE_CHECKING:
    from .coordinator import ContainerCoordinator

SERVICE_SET_SUPPLY_TEMPERATURE: Final = "set_supply_temperature"
SERVICE_SET_PID: Final = "set_pid"
SERVICE_START_COOLING: Final = "start_cooling"
SERVICE_STOP_COOLING: Final = "stop_cooling"
SERVICE_RESET_COOLING: Final = "reset_cooling"
SERVICE_GET_SNAPSHOT: Final = "get_snapshot"

ATTR_ENABLED: Final = "enabled"
ATTR_FORCE: Final = "force"

TARGET_SCHEMA = cv.make_entity_service_schema({})
TEMPERATURE_SCHEMA = cv.make_entity_service_schema(
    {vol.Required(ATTR_TEMPERATURE): vol.Coerce(float)}
)
PID_SCHEMA = cv.make_entity_service_schema({vol.Required(ATTR_ENABLED): cv.boolean})
STOP_SCHEMA = cv.make_entity_service_schema(
    {vol.Optional(ATTR_FORCE, default=False): cv.boolean}
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions on containers."""
    for service, schema, handler in (
        (
            SERVICE_SET_SUPPLY_TEMPERATURE,
            TEMPERATURE_SCHEMA,
            _async_set_supply_temperature,
        ),
        (SERVICE_SET_PID, PID_SCHEMA, _async_set_pid),
        (SERVICE_START_COOLING, TARGET_SCHEMA, _async_start_cooling),
        (SERVICE_STOP_COOLING, STOP_SCHEMA, _async_stop_cooling),
        (SERVICE_RESET_COOLING, TARGET_SCHEMA, _async_reset_cooling),
    ):
        hass.services.async_register(DOMAIN, service, handler, schema=schema)
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_SNAPSHOT,
        _async_get_snapshot,
        schema=TARGET_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )


async def _async_set_supply_temperature(call: ServiceCall) -> None:
    celsius: float = call.data[ATTR_TEMPERATURE]
    await _async_on_all(
        call, lambda container: controls.async_set_temperature(container, celsius)
    )


async def _async_set_pid(call: ServiceCall) -> None:
    enabled: bool = call.data[ATTR_ENABLED]
    await _async_on_all(
        call, lambda container: controls.async_set_pid(container, on=enabled)
    )


async def _async_start_cooling(call: ServiceCall) -> None:
    await _async_on_all(call, controls.async_start)


async def _async_stop_cooling(call: ServiceCall) -> None:
    force: bool = call.data[ATTR_FORCE]
    await _async_on_all(
        call, lambda container: controls.async_stop(container, force=force)
    )


async def _async_reset_cooling(call: ServiceCall) -> None:
    await _async_on_all(call, controls.async_reset)


async def _async_get_snapshot(call: ServiceCall) -> ServiceResponse:
    """Return all that is known of each container, by its entry's id."""
    return {
        container.config_entry.entry_id: plain_json(
            {**container.describe(), "miner_numbers": container.journal.miners}
        )
        for container in await _async_containers(call)
    }


async def _async_on_all(
    call: ServiceCall, act: Callable[[ContainerCoordinator], Awaitable[None]]
) -> None:
    await async_do_all(await _async_containers(call), act)


async def _async_containers(call: ServiceCall) -> list[ContainerCoordinator]:
    return [
        entry.runtime_data
        for entry in await async_targeted_entries(call, Kind.CONTAINER)
    ]
