"""Farms: the machines, containers and wallets of a site as one."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ...common.power_ups import async_power_ups
from . import issues
from .coordinator import FarmConfigEntry, SiteCoordinator
from .curtailment_signal import async_follow_signal
from .entity import device_info
from .journal import FarmJournal
from .leaving import async_leave_farm
from .stored import pace_of
from .stored_shape import FARM_SHAPE

STORED_SHAPE = FARM_SHAPE

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
]


@callback
def async_create_coordinator(
    hass: HomeAssistant, entry: FarmConfigEntry
) -> SiteCoordinator:
    """Return what listens to the site's members, and set the pace of their starts."""
    site = SiteCoordinator(hass, entry)
    # The first poll may let go of machines already.
    async_power_ups(hass).set_pace(
        entry.entry_id, pace_of(entry.options), lambda: site.facts_by_machine
    )
    return site


@callback
def async_register_devices(hass: HomeAssistant, entry: FarmConfigEntry) -> None:
    """Register the site's device."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **device_info(entry)
    )


@callback
def async_join(hass: HomeAssistant, entry: FarmConfigEntry) -> None:
    """Follow the members, and the signal of the grid."""
    site = entry.runtime_data
    site.async_start()
    async_follow_signal(site)


async def async_remove_entry(hass: HomeAssistant, entry: FarmConfigEntry) -> None:
    """Forget the farm; what it keeps down is left to the user, and listed."""
    await async_leave_farm(hass, entry)
    issues.delete_all(hass, entry.entry_id)
    async_power_ups(hass).forget(entry.entry_id)
    await FarmJournal(hass, entry.entry_id).async_remove()


async def async_remove_device(
    hass: HomeAssistant, entry: FarmConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """A site's device goes with its entry."""
    return False
