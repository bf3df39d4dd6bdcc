"""What a container can be told, and when it is not told it."""

from homeassistant.exceptions import ServiceValidationError

from ...const import DOMAIN
from ...engines.antspace import (
    reset_cooling,
    set_pid,
    set_supply_temperature,
    start_cooling,
    stop_cooling,
)
from .coordinator import ContainerCoordinator


async def async_start(container: ContainerCoordinator) -> None:
    """Start cooling."""
    _require_controls(container)
    await container.async_command(start_cooling(container.client))


async def async_stop(container: ContainerCoordinator, *, force: bool = False) -> None:
    """Stop cooling; refused while miners hash, or nobody knows, unless forced."""
    _require_controls(container)
    await container.async_command(stop_cooling(container.client, force=force))


async def async_reset(container: ContainerCoordinator) -> None:
    """Clear latched faults."""
    _require_controls(container)
    await container.async_command(reset_cooling(container.client))


async def async_set_temperature(
    container: ContainerCoordinator, celsius: float
) -> None:
    """Hold a supply temperature, which ends PID mode."""
    _require_controls(container)
    await container.async_command(
        set_supply_temperature(container.client, celsius, container.bounds)
    )


async def async_set_pid(container: ContainerCoordinator, *, on: bool) -> None:
    """Let the controller pick its target, or go back to the last one a human chose."""
    _require_controls(container)
    if on:
        await container.async_command(set_pid(container.client))
        return
    await async_set_temperature(container, container.manual_set_point())


def _require_controls(container: ContainerCoordinator) -> None:
    if not container.controls:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="container_controls_off",
            translation_placeholders={"name": container.name},
        )
