"""Miners: Home Assistant's view of the edge collector."""

from homeassistant.const import CONF_HOST, CONF_PORT, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ...const import DOMAIN
from ...engines.edge_collector import (
    CGMinerClient,
    MinerCollector,
    MinerProfile,
    find_board,
)
from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import board_identifier, device_info

PLATFORMS = [Platform.BINARY_SENSOR, Platform.SENSOR]


async def async_setup_entry(hass: HomeAssistant, entry: MinerConfigEntry) -> None:
    """Poll the miner and register its device, which its boards refer to."""
    client = CGMinerClient(entry.data[CONF_HOST], entry.data[CONF_PORT])
    coordinator = MinerCoordinator(hass, entry, MinerCollector(client))
    await coordinator.async_first_refresh(known=coordinator.known)
    entry.runtime_data = coordinator

    @callback
    def register_device(profile: MinerProfile) -> None:
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, **device_info(entry, profile)
        )
        coordinator.device_id = device.id

    coordinator.async_on_profile(register_device)


async def async_remove_device(
    hass: HomeAssistant, entry: MinerConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Forget a board that was taken out for good; nothing else can be removed."""
    coordinator = entry.runtime_data
    for board_id in coordinator.profile.boards:
        if (DOMAIN, board_identifier(entry, board_id)) in device.identifiers:
            if coordinator.fresh and find_board(coordinator.data, board_id):
                return False
            coordinator.forget_board(board_id)
            return True
    return False
