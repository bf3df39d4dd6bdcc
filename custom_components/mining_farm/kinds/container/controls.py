"""Commands to a container: each checked, sent once, and confirmed by the plant."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from homeassistant.exceptions import ServiceValidationError

from ...common.pauses import async_pauses, async_require_pause
from ...const import DOMAIN
from ...engines.containers import (
    Confirmed,
    ContainerError,
    OutOfBoundsError,
    ReadBack,
    check_set_point,
    manual_set_point,
    reset_cooling,
    set_pid,
    set_supply_temperature,
    start_cooling,
    stop_cooling,
)
from .coordinator import ContainerCoordinator
from .errors import command_error

READ_BACK: Final = ReadBack(within=10)
"""How long a command waits until the plant shows its effect."""
LEAST_OFF: Final = timedelta(seconds=60)
"""How long pumps and compressors stay off before they are started again."""


async def async_start(container: ContainerCoordinator) -> None:
    """Start cooling; refused right after a stop."""

    async def start() -> Confirmed:
        async_require_pause(
            container.hass, container.config_entry.entry_id, LEAST_OFF, container.name
        )
        return await start_cooling(container.table, container.driver, READ_BACK)

    await _async_run(container, start)


async def async_stop(container: ContainerCoordinator, *, force: bool = False) -> None:
    """Stop cooling; refused while miners hash, or may hash, unless forced."""

    async def stop() -> Confirmed:
        pauses, entry_id = async_pauses(container.hass), container.config_entry.entry_id
        try:
            async with pauses.async_ordering(entry_id):
                confirmed = await stop_cooling(
                    container.table, container.driver, force=force, read_back=READ_BACK
                )
        except ContainerError as err:
            if not err.failure.nothing_sent:
                _note_stop(container)
            raise
        _note_stop(container)
        return confirmed

    await _async_run(container, stop)


async def async_reset(container: ContainerCoordinator) -> None:
    """Clear latched faults."""
    await _async_run(
        container,
        lambda: reset_cooling(container.table, container.driver, READ_BACK),
    )


async def async_set_temperature(
    container: ContainerCoordinator, celsius: float
) -> None:
    """Hold a supply temperature, which ends PID mode.

    A target that waits behind another command is dropped once a newer one is asked for:
    the moves of a slider are one move.
    """
    _require_allowed(container)
    require_in_bounds(container, celsius)
    container.latest_target = target = object()
    await _async_run(
        container,
        lambda: set_supply_temperature(
            container.table, container.driver, celsius, container.bounds, READ_BACK
        ),
        wanted=lambda: container.latest_target is target,
    )


async def async_set_pid(container: ContainerCoordinator, *, on: bool) -> None:
    """Let the controller pick its target, or go back to the last one that a user set."""
    if on:
        await _async_run(
            container, lambda: set_pid(container.table, container.driver, READ_BACK)
        )
        return
    _require_allowed(container)
    await async_set_temperature(container, last_manual_set_point(container))


def require_in_bounds(container: ContainerCoordinator, celsius: float) -> None:
    """Refuse a target before anything that comes with it is done."""
    try:
        check_set_point(celsius, container.bounds)
    except OutOfBoundsError as err:
        raise command_error(container.config_entry.title, err) from err


def last_manual_set_point(container: ContainerCoordinator) -> float:
    """Return the target in °C that ends PID mode; an error when none is known."""
    try:
        return manual_set_point(
            container.journal.manual_set_point, None, container.bounds
        )
    except OutOfBoundsError as err:
        raise command_error(container.config_entry.title, err) from err


async def _async_run(
    container: ContainerCoordinator,
    command: Callable[[], Awaitable[Confirmed]],
    wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Carry out a command, if it is wanted once its turn comes, and see it confirmed."""
    _require_allowed(container)
    # Two at a time would each undo what the other one waits for.
    async with container.command_lock:
        if not wanted():
            return
        try:
            await command()
        except ContainerError as err:
            if not err.failure.nothing_sent:
                # It may have been done all the same; the caller need not wait for that.
                container.async_refresh_in_background()
            raise command_error(container.config_entry.title, err) from err
        # Home Assistant's async_request_refresh may wait for 10 s, its cooldown.
        await container.async_refresh()


def _note_stop(container: ContainerCoordinator) -> None:
    async_pauses(container.hass).note(container.config_entry.entry_id)


def _require_allowed(container: ContainerCoordinator) -> None:
    if not container.controls:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="container_controls_off",
            translation_placeholders={"name": container.name},
        )
