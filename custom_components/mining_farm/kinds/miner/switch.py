"""What of a miner is on or off: mining, its LED, each hashboard."""

from collections.abc import Iterator
from typing import Any, override

from homeassistant.components.switch import (
    SwitchDeviceClass,
    SwitchEntity,
    SwitchEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...engines.edge_collector import Command
from . import controls
from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import MinerEntity, async_add_controls

MINING = SwitchEntityDescription(
    key="mining",
    translation_key="mining",
    # By it, Home Assistant offers the actions on miners for miners alone.
    device_class=SwitchDeviceClass.SWITCH,
)
LOCATE = SwitchEntityDescription(
    key=Command.LOCATE,
    translation_key="locate",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
)

DISPLAY = SwitchEntityDescription(
    key=Command.DISPLAY,
    translation_key="display",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
)
LASTING = (LOCATE, DISPLAY)


def board_switch(board: str) -> SwitchEntityDescription:
    """Describe the switch of a hashboard."""
    return SwitchEntityDescription(
        key=f"board_switch_{board}",
        translation_key="board_switch",
        translation_placeholders={"board": board},
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    )


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the miner's switch, where control is allowed and it can pause."""
    async_add_controls(entry.runtime_data, async_add_entities, _switches)


def _switches(miner: MinerCoordinator) -> Iterator[MinerEntity]:
    capabilities = miner.capabilities
    if capabilities.pause:
        yield MiningSwitch(miner, MINING)
    for description in LASTING:
        if Command(description.key) in capabilities.commands:
            yield LastingSwitch(miner, description)
    for board in capabilities.boards:
        yield BoardSwitch(miner, board)


class MiningSwitch(MinerEntity, SwitchEntity):
    """Whether the miner mines, or would if it could."""

    @property
    @override
    def is_on(self) -> bool:
        return not self.coordinator.data.sleeping

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Resume, and see it resumed."""
        await controls.async_resume(self.coordinator)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Pause, and see it paused."""
        await controls.async_pause(self.coordinator)


class LastingSwitch(MinerEntity, SwitchEntity):
    """What stays on until it is switched off: the LED to be found by, the display."""

    def __init__(
        self, coordinator: MinerCoordinator, description: SwitchEntityDescription
    ) -> None:
        """Take the description, whose key is the command."""
        super().__init__(coordinator, description)
        self._command = Command(description.key)

    @property
    @override
    def is_on(self) -> bool | None:
        value = self.coordinator.data.settings.get(self._command)
        return value if isinstance(value, bool) else None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch it on, and see it on."""
        await controls.async_set(self.coordinator, self._command, value=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch it off, and see it off."""
        await controls.async_set(self.coordinator, self._command, value=False)


class BoardSwitch(MinerEntity, SwitchEntity):
    """Whether a hashboard is to hash."""

    def __init__(self, coordinator: MinerCoordinator, board: str) -> None:
        """Take the board as the device names it."""
        super().__init__(coordinator, board_switch(board))
        self._board = board

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.data.boards_on.get(self._board)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch it on."""
        await controls.async_switch_board(self.coordinator, self._board, on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch it off."""
        await controls.async_switch_board(self.coordinator, self._board, on=False)
