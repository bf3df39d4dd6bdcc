"""Farms: the machines, containers and wallets of a site as one."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ...common.holds import async_holds
from ...common.power_ups import async_power_ups
from ...engines.farm import Owner
from . import issues
from .coordinator import FarmConfigEntry, SiteCoordinator
from .curtailment_record import async_hand_over
from .curtailment_signal import async_follow_signal
from .entity import device_info
from .journal import FarmJournal
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
    """Return what listens to the site's members."""
    return SiteCoordinator(hass, entry)


@callback
def async_register_devices(hass: HomeAssistant, entry: FarmConfigEntry) -> None:
    """Register the site's device."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **device_info(entry)
    )


@callback
def async_join(hass: HomeAssistant, entry: FarmConfigEntry) -> None:
    """Follow the members, and set the pace at which machines start."""
    site = entry.runtime_data
    async_power_ups(hass).set_pace(
        entry.entry_id, pace_of(entry.options), lambda: site.facts_by_machine
    )
    site.async_start()
    async_follow_signal(site)


async def async_remove_entry(hass: HomeAssistant, entry: FarmConfigEntry) -> None:
    """Forget the farm; what it keeps down is left to the user, and listed."""
    held = await async_holds(hass).async_hand_over(Owner.EMERGENCY_STOP, entry.entry_id)
    held |= await async_hand_over(hass, entry)
    issues.delete_all(hass, entry.entry_id)
    async_power_ups(hass).forget(entry.entry_id)
    if held:
        entries = hass.config_entries
        names = [
            machine.title
            for machine_id in held
            if (machine := entries.async_get_entry(machine_id)) is not None
        ]
        issues.create_left_to_user(hass, entry, sorted(names))
    await FarmJournal(hass, entry.entry_id).async_remove()


async def async_remove_device(
    hass: HomeAssistant, entry: FarmConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """A site's device goes with its entry."""
    return False
