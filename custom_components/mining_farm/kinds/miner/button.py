"""Buttons of a miner: restart of mining, reboot, identify."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.button import (
    ButtonDeviceClass,
    ButtonEntity,
    ButtonEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...engines.edge_collector import Command
from . import controls
from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import MinerEntity, async_add_controls

BUTTONS = (
    ButtonEntityDescription(
        key=Command.RESTART_MINING,
        translation_key="restart_mining",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
    # Without a device class: by that of a restart, actions on rigs are offered.
    ButtonEntityDescription(
        key=Command.REBOOT,
        translation_key="reboot",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
    ButtonEntityDescription(
        key=Command.IDENTIFY,
        device_class=ButtonDeviceClass.IDENTIFY,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a button for each command that the miner has, where control is allowed."""
    async_add_controls(entry.runtime_data, async_add_entities, _buttons)


def _buttons(miner: MinerCoordinator) -> Iterator[MinerEntity]:
    commands = miner.capabilities.commands
    for description in BUTTONS:
        if Command(description.key) in commands:
            yield MinerButton(miner, description)


class MinerButton(MinerEntity, ButtonEntity):
    """One command without a value."""

    @override
    async def async_press(self) -> None:
        """Send it, once."""
        command = Command(self.entity_description.key)
        await controls.async_start(self.coordinator, command)
