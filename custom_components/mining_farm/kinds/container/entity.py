"""A container's device and what its entities share."""

from homeassistant.helpers.device_registry import DeviceInfo

from ...common.entity import EntryEntity
from ...const import DOMAIN
from .coordinator import ContainerConfigEntry, ContainerCoordinator


def device_info(entry: ContainerConfigEntry) -> DeviceInfo:
    """Describe the container to the device registry."""
    container = entry.runtime_data
    return DeviceInfo(
        configuration_url=container.driver.page,
        identifiers={(DOMAIN, entry.entry_id)},
        manufacturer=container.table.manufacturer,
        model=container.table.name,
        name=entry.title,
    )


def miner_identifier(entry: ContainerConfigEntry, number: int) -> str:
    """Return what identifies a miner's device and starts its entities' ids."""
    return f"{entry.entry_id}_miner_{number}"


class ContainerEntity(EntryEntity[ContainerCoordinator]):
    """An entity of a container."""
