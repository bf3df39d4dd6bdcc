"""Device of a rig, and the base class of its entities."""

from homeassistant.helpers.device_registry import DeviceInfo

from ...common.entity import EntryEntity
from ...const import DOMAIN
from .coordinator import RigConfigEntry, RigCoordinator


def device_info(entry: RigConfigEntry) -> DeviceInfo:
    """Describe the rig to the device registry."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
    )


class RigEntity(EntryEntity[RigCoordinator]):
    """An entity of a rig."""
