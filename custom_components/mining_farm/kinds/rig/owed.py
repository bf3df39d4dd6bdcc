"""Power that is owed to a rig whose entry is not loaded: disabled, refused or removed."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...common.kept import DAMAGE
from ...const import CONF_MINER_ENTRY
from ...engines.restart import (
    Memory,
    OutletFailure,
    Policy,
    finish_cut,
    user_turned_off,
)
from .hold import RigHold
from .issues import (
    create_disabled_off,
    create_left_off,
    create_record,
    create_removed_off,
    delete_all,
    delete_left_off,
)
from .journal import RigJournal
from .outlets import RigOutlet, create_outlet
from .power import HURRIED_RETRY
from .resources import async_get_resources

POWER_TRIES = 10
"""How often the outlet of a rig that goes in mid-cut is turned on."""


async def async_look_after(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Ask about the power of a disabled rig that Home Assistant left off when it died.

    Its user wants it left alone and may be at work there: nothing is switched.
    """
    journal = RigJournal(hass, entry.entry_id)
    memory = await journal.async_load()
    if journal.set_aside is not None:
        create_record(hass, entry, journal.set_aside)
    if not (memory.lost or _is_owed(hass, entry, memory)):
        return
    if await _async_is_on(hass, entry):
        # Not written, it is looked at again at the next start.
        with suppress(HomeAssistantError):
            await journal.async_store(_given(memory))
    else:
        create_disabled_off(hass, entry)


async def async_settle(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, on: bool
) -> bool:
    """Turn the outlet of a disabled rig on, or leave it off; False where it does not obey."""
    journal = RigJournal(hass, entry.entry_id)
    memory = await journal.async_load()
    if on and not await _async_gives_power(hass, entry, tries=1):
        return False
    settled = _given(memory) if on else user_turned_off(memory)
    await journal.async_store(replace(settled, lost=False))
    return True


async def async_hand_over(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Turn on what a cut has turned off of a rig that cannot be set up, or say so."""
    await async_get_resources(hass).async_closed(entry.entry_id)
    journal = RigJournal(hass, entry.entry_id)
    memory = await journal.async_load()
    if journal.set_aside is not None:
        create_record(hass, entry, journal.set_aside)
    if not _is_owed(hass, entry, memory):
        return
    if await _async_has_power(hass, entry, memory):
        delete_left_off(hass, entry)
    else:
        create_left_off(hass, entry)


async def async_forget(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Remove the stored memory and the issues of a rig; power comes first.

    A rig that cannot be given power back is neither forgotten nor withdrawn.
    """
    await async_get_resources(hass).async_closed(entry.entry_id)
    journal = RigJournal(hass, entry.entry_id)
    memory = await journal.async_load()
    owed = _is_owed(hass, entry, memory)
    await _hold(hass, entry).async_forget()
    await async_get_resources(hass).rosters.async_forget(entry.entry_id)
    gives_power = not owed or await _async_has_power(hass, entry, memory)
    delete_all(hass, entry.entry_id)
    if gives_power:
        await journal.async_remove()
    else:
        create_removed_off(hass, entry)


def _hold(hass: HomeAssistant, entry: ConfigEntry[Any]) -> RigHold:
    return RigHold(hass, entry.entry_id, entry.data.get(CONF_MINER_ENTRY))


def _is_owed(hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory) -> bool:
    """Return whether a cut was begun, and no hold for safety keeps the power off."""
    return memory.intent is not None and not _hold(hass, entry).for_safety


def _given(memory: Memory) -> Memory:
    """Return the memory of a rig that has power again."""
    return finish_cut(dt_util.utcnow(), Policy(), memory)


async def _async_is_on(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
    """Return whether the outlet is known to be on."""
    try:
        if (outlet := _outlet(hass, entry)) is None:
            return False
    except DAMAGE:
        return False
    try:
        return await outlet.async_is_on()
    except OutletFailure:
        return False
    finally:
        await outlet.async_close()


async def _async_has_power(
    hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory
) -> bool:
    """Turn on the outlet, unless its cut was long ago; return whether it is on."""
    if memory.intent is not None and memory.intent.is_old(dt_util.utcnow()):
        return await _async_is_on(hass, entry)
    return await _async_gives_power(hass, entry)


async def _async_gives_power(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, tries: int = POWER_TRIES
) -> bool:
    """Turn on the outlet; return whether it is on. Of a damaged entry none is known."""
    try:
        return await _async_restore_power(hass, entry, tries)
    except DAMAGE:
        return False


async def _async_restore_power(
    hass: HomeAssistant, entry: ConfigEntry[Any], tries: int
) -> bool:
    if (outlet := _outlet(hass, entry)) is None:
        return False
    try:
        for left in reversed(range(tries)):
            try:
                await outlet.async_turn_on()
            except OutletFailure:
                if left:
                    await async_get_resources(hass).sleep(HURRIED_RETRY)
            else:
                return True
    finally:
        await outlet.async_close()
    return False


def _outlet(hass: HomeAssistant, entry: ConfigEntry[Any]) -> RigOutlet | None:
    return create_outlet(hass, async_get_resources(hass).kasa, entry.data)
