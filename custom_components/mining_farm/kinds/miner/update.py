"""Whether there is newer firmware, where the device itself says so; nothing is installed."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.update import (
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import MinerEntity, async_add_by_profile

FIRMWARE = UpdateEntityDescription(
    key="latest_firmware",
    translation_key="miner_firmware",
    device_class=UpdateDeviceClass.FIRMWARE,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the update of a miner that has reported one, or that there is none."""

    def updates(miner: MinerCoordinator) -> Iterator[MinerEntity]:
        if FIRMWARE.key in miner.profile.readings:
            yield MinerUpdate(miner, FIRMWARE)

    async_add_by_profile(entry.runtime_data, async_add_entities, updates)


class MinerUpdate(MinerEntity, UpdateEntity):
    """The firmware that runs, and the one that the device offers."""

    @property
    @override
    def installed_version(self) -> str | None:
        return self.coordinator.data.firmware

    @property
    @override
    def latest_version(self) -> str | None:
        return self.coordinator.data.latest_firmware

    @override
    def version_is_newer(self, latest_version: str, installed_version: str) -> bool:
        """Believe the device, which names both in its own way."""
        return latest_version != installed_version
