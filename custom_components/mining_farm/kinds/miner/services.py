"""Actions on miners, by entity, device, area, label or floor."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import voluptuous as vol

from homeassistant.const import Platform
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv

from ...common.actions import (
    Action,
    async_register_actions,
    async_results,
    raise_failures,
)
from ...common.rights import ADMINISTRATOR, control_of
from ...const import Kind
from . import controls
from .switch import MINING

if TYPE_CHECKING:
    from .coordinator import MinerCoordinator

ATTR_FORCE: Final = "force"
CONTROL_MINING: Final = control_of(Platform.SWITCH, MINING.key)

RESUMES_AT_ONCE: Final = 4
"""Each start draws a surge."""


async def _async_pause(
    miners: list[MinerCoordinator], call: ServiceCall
) -> ServiceResponse:
    # All at once: the controls bound the exchanges, and a pause waits for no other.
    return await _async_on_all(miners, call, controls.async_pause, len(miners))


async def _async_resume(
    miners: list[MinerCoordinator], call: ServiceCall
) -> ServiceResponse:
    force: bool = call.data[ATTR_FORCE]

    async def resume(miner: MinerCoordinator) -> str:
        return await controls.async_resume(miner, force=force)

    return await _async_on_all(miners, call, resume, RESUMES_AT_ONCE)


async def _async_on_all(
    miners: list[MinerCoordinator],
    call: ServiceCall,
    act: Callable[[MinerCoordinator], Awaitable[str]],
    at_once: int,
) -> ServiceResponse:
    """Return what became of each miner; without a response wanted, raise what failed."""
    results = await async_results(miners, act, at_once=at_once)
    if not call.return_response:
        raise_failures([each for each in results if isinstance(each, Exception)])
        return None
    return {
        miner.config_entry.entry_id: {
            "name": miner.config_entry.title,
            **_described(result),
        }
        for miner, result in zip(miners, results, strict=True)
    }


def _described(result: str | HomeAssistantError) -> dict[str, str | None]:
    if isinstance(result, HomeAssistantError):
        reason = (result.translation_key or "").removeprefix("miner_")
        return {
            "outcome": "failed",
            "reason": reason.removeprefix("command_"),
            "message": str(result),
        }
    return {"outcome": str(result), "reason": None, "message": None}


ACTIONS = (
    Action(
        name="pause",
        right=CONTROL_MINING,
        run=_async_pause,
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="resume",
        right=CONTROL_MINING,
        right_with={ATTR_FORCE: ADMINISTRATOR},
        run=_async_resume,
        fields={vol.Optional(ATTR_FORCE, default=False): cv.boolean},
        response=SupportsResponse.OPTIONAL,
    ),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions on miners."""
    async_register_actions(hass, Kind.MINER, ACTIONS)
