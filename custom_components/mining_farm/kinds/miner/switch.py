"""Mining, as a switch: off is paused, whoever paused it."""

from collections.abc import Iterator
from typing import Any, override

from homeassistant.components.switch import (
    SwitchDeviceClass,
    SwitchEntity,
    SwitchEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...engines.edge_collector import Capabilities
from . import controls
from .coordinator import MinerConfigEntry
from .entity import MinerEntity, async_add_controls

MINING = SwitchEntityDescription(
    key="mining",
    translation_key="mining",
    # By it, Home Assistant offers the actions on miners for miners alone.
    device_class=SwitchDeviceClass.SWITCH,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the miner's switch, where control is allowed and it can pause."""
    miner = entry.runtime_data

    def switches(capabilities: Capabilities) -> Iterator[MinerEntity]:
        if capabilities.pause:
            yield MiningSwitch(miner, MINING)

    async_add_controls(miner, async_add_entities, switches)


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
