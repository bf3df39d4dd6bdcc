"""Actions on containers, by entity, device, area or label."""

from typing import TYPE_CHECKING, Final

import voluptuous as vol

from homeassistant.const import ATTR_TEMPERATURE, Platform
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv

from ...common.actions import Action, async_do_all, async_register_actions, plain_json
from ...common.rights import ADMINISTRATOR, control_of
from ...const import Kind
from . import controls

if TYPE_CHECKING:
    from .coordinator import ContainerCoordinator

ATTR_ENABLED: Final = "enabled"
ATTR_FORCE: Final = "force"

CONTROL_COOLING: Final = control_of(Platform.CLIMATE, "cooling")


async def _async_set_supply_temperature(
    containers: list[ContainerCoordinator], call: ServiceCall
) -> None:
    celsius: float = call.data[ATTR_TEMPERATURE]
    await async_do_all(
        containers,
        lambda container: controls.async_set_temperature(container, celsius),
    )


async def _async_set_pid(
    containers: list[ContainerCoordinator], call: ServiceCall
) -> None:
    enabled: bool = call.data[ATTR_ENABLED]
    await async_do_all(
        containers, lambda container: controls.async_set_pid(container, on=enabled)
    )


async def _async_start_cooling(
    containers: list[ContainerCoordinator], _call: ServiceCall
) -> None:
    await async_do_all(containers, controls.async_start)


async def _async_stop_cooling(
    containers: list[ContainerCoordinator], call: ServiceCall
) -> None:
    force: bool = call.data[ATTR_FORCE]
    await async_do_all(
        containers, lambda container: controls.async_stop(container, force=force)
    )


async def _async_reset_cooling(
    containers: list[ContainerCoordinator], _call: ServiceCall
) -> None:
    await async_do_all(containers, controls.async_reset)


async def _async_get_snapshot(
    containers: list[ContainerCoordinator], _call: ServiceCall
) -> ServiceResponse:
    """Return all that is known of each container, by its entry's id."""
    return {
        container.config_entry.entry_id: plain_json(
            {**container.describe(), "miner_numbers": container.journal.miners}
        )
        for container in containers
    }


ACTIONS = (
    Action(
        name="set_supply_temperature",
        right=CONTROL_COOLING,
        run=_async_set_supply_temperature,
        fields={vol.Required(ATTR_TEMPERATURE): vol.Coerce(float)},
    ),
    Action(
        name="set_pid",
        right=CONTROL_COOLING,
        run=_async_set_pid,
        fields={vol.Required(ATTR_ENABLED): cv.boolean},
    ),
    Action(name="start_cooling", right=CONTROL_COOLING, run=_async_start_cooling),
    Action(
        name="stop_cooling",
        right=CONTROL_COOLING,
        right_with={ATTR_FORCE: ADMINISTRATOR},
        run=_async_stop_cooling,
        fields={vol.Optional(ATTR_FORCE, default=False): cv.boolean},
    ),
    # What is latched there was meant to keep the plant from running.
    Action(name="reset_cooling", right=ADMINISTRATOR, run=_async_reset_cooling),
    Action(
        name="get_snapshot",
        right=ADMINISTRATOR,
        run=_async_get_snapshot,
        response=SupportsResponse.ONLY,
    ),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions on containers."""
    async_register_actions(hass, Kind.CONTAINER, ACTIONS)
