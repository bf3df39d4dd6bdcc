"""Cooling, and PID mode, as switches: for voice and for toggles on a phone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...engines.containers import PlantReading, Write
from . import controls
from .coordinator import ContainerConfigEntry, ContainerCoordinator
from .entity import ContainerEntity


@dataclass(frozen=True, kw_only=True)
class ContainerSwitchDescription(SwitchEntityDescription):
    """Something of the plant that is on or off."""

    writes: tuple[Write, ...]
    on_fn: Callable[[PlantReading], bool | None]
    turn_on: Callable[[ContainerCoordinator], Awaitable[None]]
    turn_off: Callable[[ContainerCoordinator], Awaitable[None]]


SWITCHES = (
    ContainerSwitchDescription(
        key="cooling_switch",
        translation_key="container_cooling",
        writes=(Write.START, Write.STOP),
        # What runs is shown: the pump of an HK3 may run on after a stop.
        on_fn=lambda plant: plant.running,
        turn_on=controls.async_start,
        turn_off=controls.async_stop,
    ),
    ContainerSwitchDescription(
        key="pid_switch",
        translation_key="container_pid",
        writes=(Write.PID, Write.SET_TEMPERATURE),
        on_fn=lambda plant: plant.pid_mode,
        turn_on=lambda container: controls.async_set_pid(container, on=True),
        turn_off=lambda container: controls.async_set_pid(container, on=False),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ContainerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the container's switches, where control is allowed."""
    container = entry.runtime_data
    async_add_entities(
        ContainerSwitch(container, description)
        for description in SWITCHES
        if container.offers(*description.writes)
    )


class ContainerSwitch(ContainerEntity, SwitchEntity):
    """One switch of the plant."""

    entity_description: ContainerSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        return self.entity_description.on_fn(self.coordinator.data.plant)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn on, and see it on."""
        await self.entity_description.turn_on(self.coordinator)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn off, and see it off."""
        await self.entity_description.turn_off(self.coordinator)
