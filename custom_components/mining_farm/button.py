"""Button entities of every kind."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .kinds import async_setup_platform

# Home Assistant counts by platform and entry: presses wait only for those of one entry.
PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Let the entry's kind add its buttons."""
    await async_setup_platform(hass, entry, Platform.BUTTON, async_add_entities)
