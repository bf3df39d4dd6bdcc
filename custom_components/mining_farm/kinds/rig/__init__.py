"""Rigs: monitored through their pool, restarted by their outlet."""

from dataclasses import replace

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ...common.members import async_offer
from .controls import outlet_lever
from .coordinator import RigConfigEntry, RigCoordinator
from .entity import device_info
from .neighbours import async_get_neighbours
from .outlets import create_outlet
from .owed import async_forget, async_hand_over
from .policy import policy_of
from .resources import async_get_resources
from .stored import account_of
from .stored_shape import RIG_SHAPE

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
]


@callback
def async_create_coordinator(
    hass: HomeAssistant, entry: RigConfigEntry
) -> RigCoordinator:
    """Return the coordinator of the entry's rig."""
    resources = async_get_resources(hass)
    return RigCoordinator(
        hass,
        entry,
        resources,
        async_get_neighbours(hass),
        account=account_of(entry.data),
        policy=policy_of(entry.options),
        outlet=create_outlet(hass, resources.kasa, entry.data),
    )


@callback
def async_register_devices(hass: HomeAssistant, entry: RigConfigEntry) -> None:
    """Register the rig's device."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **device_info(entry)
    )


@callback
def async_join(hass: HomeAssistant, entry: RigConfigEntry) -> None:
    """Offer other entries what is known of the rig, and its outlet as a lever."""
    rig = entry.runtime_data
    levers = [outlet_lever(rig)] if rig.has_outlet else []
    async_offer(hass, entry, rig.facts, levers=levers)


async def async_remove_entry(hass: HomeAssistant, entry: RigConfigEntry) -> None:
    """Remove what was kept of a rig, once it has power."""
    await async_forget(hass, entry)


STORED_SHAPE = replace(RIG_SHAPE, when_refused=async_hand_over)


async def async_remove_device(
    hass: HomeAssistant, entry: RigConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """A rig's device goes with its entry."""
    return False
