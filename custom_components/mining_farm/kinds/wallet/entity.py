"""A wallet's device and what its entities share."""

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ...const import DOMAIN
from ..entity import FarmEntity
from .const import CONF_HOTKEY, CONF_NETUID
from .coordinator import WalletConfigEntry, WalletCoordinator


def device_info(entry: WalletConfigEntry) -> DeviceInfo:
    """Describe the wallet to the device registry."""
    return DeviceInfo(
        entry_type=DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, entry.entry_id)},
        manufacturer="Bittensor",
        model=f"Subnet {entry.data[CONF_NETUID]}",
        name=entry.title,
        serial_number=entry.data[CONF_HOTKEY],
    )


class WalletEntity(FarmEntity[WalletCoordinator]):
    """An entity of a wallet."""

    def __init__(
        self, coordinator: WalletCoordinator, description: EntityDescription
    ) -> None:
        """Hang the entity on the wallet's device."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry.entry_id)})
