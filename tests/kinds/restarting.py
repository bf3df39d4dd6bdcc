"""A restart of Home Assistant, as far as what is kept in memory and on disk goes."""

from custom_components.mining_farm.common.pauses import DATA_PAUSES, async_load_pauses
from custom_components.mining_farm.common.power_ups import DATA_POWER_UPS
from custom_components.mining_farm.const import DOMAIN
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant


async def restart(hass: HomeAssistant) -> None:
    """Unload what is loaded, forget what ends with the process, and load it again."""
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    for entry in entries:
        await hass.config_entries.async_unload(entry.entry_id)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done(wait_background_tasks=True)
    await _async_begin(hass)
    for entry in entries:
        await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def kill(hass: HomeAssistant) -> None:
    """Forget what ends with a process that writes nothing more, while entries stay."""
    await _async_begin(hass)


async def _async_begin(hass: HomeAssistant) -> None:
    for key in (DATA_PAUSES, DATA_POWER_UPS):
        hass.data.pop(key, None)
    await async_load_pauses(hass)
