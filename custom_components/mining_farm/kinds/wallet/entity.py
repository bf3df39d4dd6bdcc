"""A wallet's device and what its entities share."""

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from ...common.entity import EntryEntity
from ...const import DOMAIN
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


class WalletEntity(EntryEntity[WalletCoordinator]):
    """An entity of a wallet."""
