"""Rigs: monitored through their pool, restarted by their outlet."""

from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ...common.kept import DAMAGE
from ...common.members import async_offer
from ...engines.restart import OutletFailure
from .const import CONF_MINER_ENTRY
from .controls import outlet_lever
from .coordinator import RigConfigEntry, RigCoordinator
from .entity import device_info
from .hold import RigHold
from .issues import create_left_off, create_record, delete_all, delete_left_off
from .journal import RigJournal
from .neighbours import async_get_neighbours
from .outlets import create_outlet
from .policy import policy_of
from .power import HURRIED_RETRY
from .resources import async_get_resources
from .stored import account_of
from .stored_shape import RIG_SHAPE

POWER_TRIES = 10
"""How often the outlet of a rig that is removed in mid-cut is turned on."""
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
    """Remove the stored memory and the issues of a rig; power comes first.

    A rig that cannot be given power back is neither forgotten nor withdrawn.
    """
    resources, journal = async_get_resources(hass), RigJournal(hass, entry.entry_id)
    await resources.async_closed(entry.entry_id)
    memory = await journal.async_load()
    hold = RigHold(hass, entry.entry_id, entry.data.get(CONF_MINER_ENTRY))
    owed = memory.intent is not None and not hold.for_safety
    await hold.async_forget()
    if owed and not await _async_gives_power(hass, entry):
        create_left_off(hass, entry)
        return
    await journal.async_remove()
    delete_all(hass, entry.entry_id)


async def _async_hand_over(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Turn on what a cut has turned off of a rig that cannot be set up, or say so."""
    await async_get_resources(hass).async_closed(entry.entry_id)
    journal = RigJournal(hass, entry.entry_id)
    memory = await journal.async_load()
    if journal.set_aside is not None:
        create_record(hass, entry, journal.set_aside)
    linked = entry.data.get(CONF_MINER_ENTRY)
    if memory.intent is None or RigHold(hass, entry.entry_id, linked).for_safety:
        return
    if await _async_gives_power(hass, entry):
        delete_left_off(hass, entry)
    else:
        create_left_off(hass, entry)


STORED_SHAPE = replace(RIG_SHAPE, when_refused=_async_hand_over)


async def _async_gives_power(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
    """Turn on the outlet; return whether it is on. Of a damaged entry none is known."""
    try:
        return await _async_restore_power(hass, entry)
    except DAMAGE:
        return False


async def _async_restore_power(hass: HomeAssistant, entry: RigConfigEntry) -> bool:
    """Turn on the outlet of a rig that is removed; return whether it is on."""
    resources = async_get_resources(hass)
    outlet = create_outlet(hass, resources.kasa, entry.data)
    if outlet is None:
        return False
    try:
        for _ in range(POWER_TRIES):
            try:
                await outlet.async_turn_on()
            except OutletFailure:
                await resources.sleep(HURRIED_RETRY)
            else:
                return True
    finally:
        await outlet.async_close()
    return False


async def async_remove_device(
    hass: HomeAssistant, entry: RigConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """A rig's device goes with its entry."""
    return False
