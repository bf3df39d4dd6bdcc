"""A container's device and what its entities share."""

from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.helpers.device_registry import DeviceInfo

from ...common.entity import EntryEntity
from ...const import DOMAIN
from ...engines.containers.antspace import Model
from .coordinator import ContainerConfigEntry, ContainerCoordinator

MODEL_NAMES = {Model.HK3: "Antspace HK3", Model.IMMERSION: "Antspace Immersion"}


def device_info(entry: ContainerConfigEntry) -> DeviceInfo:
    """Describe the container to the device registry."""
    return DeviceInfo(
        configuration_url=f"http://{entry.data[CONF_HOST]}:{entry.data[CONF_PORT]}",
        identifiers={(DOMAIN, entry.entry_id)},
        manufacturer="Bitmain",
        model=MODEL_NAMES[entry.runtime_data.model],
        name=entry.title,
    )


def miner_identifier(entry: ContainerConfigEntry, number: int) -> str:
    """Return what identifies a miner's device and starts its entities' ids."""
    return f"{entry.entry_id}_miner_{number}"


class ContainerEntity(EntryEntity[ContainerCoordinator]):
    """An entity of a container."""
