"""What a container can be told, and when it is not told it."""

from typing import Final

from homeassistant.exceptions import ServiceValidationError

from ...const import DOMAIN
from ...engines.containers.antspace import (
    OutOfBoundsError,
    ReadBack,
    check_set_point,
    reset_cooling,
    set_pid,
    set_supply_temperature,
    start_cooling,
    stop_cooling,
)
from .coordinator import ContainerCoordinator

READ_BACK: Final = ReadBack(within=10)
"""How long who gave a command waits until the plant shows its effect."""


async def async_start(container: ContainerCoordinator) -> None:
    """Start cooling."""
    _require_controls(container)
    await container.async_command(lambda: start_cooling(container.client, READ_BACK))


async def async_stop(container: ContainerCoordinator, *, force: bool = False) -> None:
    """Stop cooling; refused while miners hash, or nobody knows, unless forced."""
    _require_controls(container)
    await container.async_command(
        lambda: stop_cooling(container.client, force=force, read_back=READ_BACK)
    )


async def async_reset(container: ContainerCoordinator) -> None:
    """Clear latched faults."""
    _require_controls(container)
    await container.async_command(lambda: reset_cooling(container.client, READ_BACK))


async def async_set_temperature(
    container: ContainerCoordinator, celsius: float
) -> None:
    """Hold a supply temperature, which ends PID mode."""
    _require_controls(container)
    await container.async_command(
        lambda: set_supply_temperature(
            container.client, celsius, container.bounds, READ_BACK
        )
    )


async def async_set_pid(container: ContainerCoordinator, *, on: bool) -> None:
    """Let the controller pick its target, or go back to the last one a human chose."""
    _require_controls(container)
    if on:
        await container.async_command(lambda: set_pid(container.client, READ_BACK))
        return
    await async_set_temperature(container, container.manual_set_point())


def require_in_bounds(container: ContainerCoordinator, celsius: float) -> None:
    """Refuse a target before anything that comes with it is done."""
    try:
        check_set_point(celsius, container.bounds)
    except OutOfBoundsError as err:
        raise container.error(err) from err


def _require_controls(container: ContainerCoordinator) -> None:
    if not container.controls:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="container_controls_off",
            translation_placeholders={"name": container.name},
        )
