"""A rig's device and what its entities share."""

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ...const import DOMAIN
from ..entity import FarmEntity
from .coordinator import RigConfigEntry, RigCoordinator


def device_info(entry: RigConfigEntry) -> DeviceInfo:
    """Describe the rig to the device registry."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
    )


class RigEntity(FarmEntity[RigCoordinator]):
    """An entity of a rig."""

    def __init__(
        self, coordinator: RigCoordinator, description: EntityDescription
    ) -> None:
        """Hang the entity on the rig's device."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = device_info(entry)
