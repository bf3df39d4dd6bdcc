"""Climate entities of every kind."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .kinds import async_setup_platform

# A container takes its commands in turn by itself, and sees those that wait: of the moves
# of a slider only the last one is sent.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Let the entry's kind add its thermostats."""
    await async_setup_platform(hass, entry, Platform.CLIMATE, async_add_entities)
