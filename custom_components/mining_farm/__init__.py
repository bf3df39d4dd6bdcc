"""Mining Farm: miners, rigs, cooling containers and auction wallets in Home Assistant."""

import asyncio
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from .common.issues import raise_issue
from .common.keeping import async_load_holds
from .common.mending import (
    ANOTHER_VERSION,
    async_forget_mending,
    async_mend_entry,
    refused,
)
from .common.pauses import async_load_pauses
from .const import CONF_KIND, DOMAIN, ENTRY_MINOR_VERSION, ENTRY_VERSION, LOGGER
from .kinds import (
    async_get_kind,
    async_load_libraries,
    async_look_after_disabled,
    async_migrate,
    is_known,
)
from .services import async_setup_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
SETUP_TURN: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}_setup_turn")


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what does not depend on any entry."""
    # Not with an entry: Home Assistant validates automations also while none is loaded.
    async_setup_services(hass)
    for entry in hass.config_entries.async_entries(DOMAIN):
        # Home Assistant refuses these itself, and says so in its log alone.
        if entry.version > ENTRY_VERSION:
            raise_issue(hass, entry, ANOTHER_VERSION)
    # Before any entry: a rig's unfinished cut is not ended by power under a hold for safety.
    await async_load_pauses(hass)
    await async_load_holds(hass)
    # An outlet may be a switch of another integration.
    async_at_started(hass, async_look_after_disabled)
    return True


async def async_migrate_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Bring an entry's data up to this version; refuse one that is newer, with words.

    Data of a newer minor version fit.
    """
    if entry.version == ENTRY_VERSION:
        if entry.minor_version < ENTRY_MINOR_VERSION:
            await async_migrate(hass, entry)
            hass.config_entries.async_update_entry(
                entry, minor_version=ENTRY_MINOR_VERSION
            )
        return True
    LOGGER.error(
        "%s was set up by another version of Mining Farm (data version %s, this one "
        "knows %s). Nothing of it was changed. Update Mining Farm, or restore a backup",
        entry.title,
        entry.version,
        ENTRY_VERSION,
    )
    raise_issue(hass, entry, ANOTHER_VERSION)
    return False


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up an entry of any kind.

    A device that was seen before may be off: its entry loads all the same. One that
    was never seen is tried again by Home Assistant. One whose data cannot be used is
    refused with words.
    """
    if not is_known(entry):
        raise refused(hass, entry, CONF_KIND)
    await async_load_libraries(hass, entry)
    kind = await async_get_kind(hass, entry)
    await async_mend_entry(hass, entry, kind.STORED_SHAPE)
    coordinator = kind.async_create_coordinator(hass, entry)
    if coordinator.known:
        await coordinator.async_first_poll()
    else:
        await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    kind.async_register_devices(hass, entry)
    kind.async_join(hass, entry)
    # Hundreds of entries start together: one at a time leaves the event loop room, and
    # as adding entities seldom waits for anything, it has to be given away.
    async with hass.data.setdefault(SETUP_TURN, asyncio.Lock()):
        await asyncio.sleep(0)
        await hass.config_entries.async_forward_entry_setups(
            entry, coordinator.platforms(kind.PLATFORMS)
        )
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Unload an entry of any kind."""
    kind = await async_get_kind(hass, entry)
    return await hass.config_entries.async_unload_platforms(
        entry, entry.runtime_data.platforms(kind.PLATFORMS)
    )


async def async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Forget what was kept of an entry."""
    await async_forget_mending(hass, entry)
    if is_known(entry):
        kind = await async_get_kind(hass, entry)
        await kind.async_remove_entry(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: ConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Return whether the user may remove a device of an entry."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    kind = await async_get_kind(hass, entry)
    return await kind.async_remove_device(hass, entry, device)
