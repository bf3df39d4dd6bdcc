"""Actions on miners, by entity, device, area, label or floor."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

import voluptuous as vol

from homeassistant.const import Platform
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType

from ...common.actions import (
    Action,
    async_register_actions,
    async_results,
    raise_failures,
)
from ...common.rights import ADMINISTRATOR, control_of
from ...const import DOMAIN, Kind
from ...engines.edge_collector import Command, PoolSetting, Value
from . import controls
from .switch import MINING

if TYPE_CHECKING:
    from .coordinator import MinerCoordinator

type Run = Callable[
    [list[MinerCoordinator], ServiceCall], Coroutine[Any, Any, ServiceResponse]
]

ATTR_FORCE: Final = "force"
CONTROL_MINING: Final = control_of(Platform.SWITCH, MINING.key)

AT_ONCE: Final = 4
"""Of what is done for comfort; a start draws a surge, too."""

ATTR_CONFIRM: Final = "confirm"
ATTR_LEVEL: Final = "level"
ATTR_POOLS: Final = "pools"
ATTR_WATTS: Final = "watts"

POOL: Final = vol.Schema(
    {
        vol.Required("url"): vol.All(cv.string, vol.Match(r"^[a-z0-9+.-]+://[^\s@]+$")),
        vol.Required("worker"): vol.All(cv.string, vol.Length(min=1, max=250)),
        vol.Optional("password", default="x"): cv.string,
    }
)
FORCE: Final[VolDictType] = {vol.Optional(ATTR_FORCE, default=False): cv.boolean}


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

    return await _async_on_all(miners, call, resume, AT_ONCE)


async def _async_set_power_target(
    miners: list[MinerCoordinator], call: ServiceCall
) -> ServiceResponse:
    return await _async_set(miners, call, Command.POWER_TARGET, call.data[ATTR_WATTS])


async def _async_set_level(
    miners: list[MinerCoordinator], call: ServiceCall
) -> ServiceResponse:
    wanted: str = call.data[ATTR_LEVEL]

    async def set_level(miner: MinerCoordinator) -> str:
        # As it is shown, or as the device names it.
        labels = miner.capabilities.labels
        level = next((key for key, label in labels.items() if label == wanted), wanted)
        return await controls.async_set(
            miner, Command.LEVEL, level, force=call.data[ATTR_FORCE]
        )

    return await _async_on_all(miners, call, set_level, AT_ONCE)


async def _async_set(
    miners: list[MinerCoordinator], call: ServiceCall, command: Command, value: Value
) -> ServiceResponse:
    force: bool = call.data[ATTR_FORCE]

    async def change(miner: MinerCoordinator) -> str:
        return await controls.async_set(miner, command, value, force=force)

    return await _async_on_all(miners, call, change, AT_ONCE)


async def _async_set_pools(
    miners: list[MinerCoordinator], call: ServiceCall
) -> ServiceResponse:
    if not call.data[ATTR_CONFIRM]:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="miner_pools_not_confirmed"
        )
    pools = tuple(PoolSetting(**pool) for pool in call.data[ATTR_POOLS])

    async def change(miner: MinerCoordinator) -> str:
        return await controls.async_set_pools(miner, pools)

    return await _async_on_all(miners, call, change, AT_ONCE)


def _starter(command: Command) -> Run:
    async def run(miners: list[MinerCoordinator], call: ServiceCall) -> ServiceResponse:
        async def start(miner: MinerCoordinator) -> str:
            return await controls.async_start(miner, command)

        return await _async_on_all(miners, call, start, AT_ONCE)

    return run


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
        fields=FORCE,
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="set_power_target",
        right=control_of(Platform.NUMBER, Command.POWER_TARGET),
        right_with={ATTR_FORCE: ADMINISTRATOR},
        run=_async_set_power_target,
        fields={vol.Required(ATTR_WATTS): vol.Coerce(float), **FORCE},
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="set_level",
        right=control_of(Platform.SELECT, Command.LEVEL),
        right_with={ATTR_FORCE: ADMINISTRATOR},
        run=_async_set_level,
        fields={vol.Required(ATTR_LEVEL): cv.string, **FORCE},
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="set_pools",
        # Whoever sets the pools decides who is paid.
        right=ADMINISTRATOR,
        run=_async_set_pools,
        fields={
            vol.Required(ATTR_POOLS): vol.All(
                cv.ensure_list, [POOL], vol.Length(min=1, max=6)
            ),
            vol.Optional(ATTR_CONFIRM, default=False): cv.boolean,
        },
        response=SupportsResponse.OPTIONAL,
    ),
    *(
        Action(
            name=command.value,
            right=control_of(Platform.BUTTON, command),
            run=_starter(command),
            response=SupportsResponse.OPTIONAL,
        )
        for command in (Command.RESTART_MINING, Command.REBOOT)
    ),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions on miners."""
    async_register_actions(hass, Kind.MINER, ACTIONS)
