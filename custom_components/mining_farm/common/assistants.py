"""What acts on machines is kept from voice assistants until the user exposes it."""

from typing import Final

from homeassistant.components.homeassistant.exposed_entities import (
    KNOWN_ASSISTANTS,
    async_expose_entity,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

ACTING: Final = frozenset(
    {
        Platform.BUTTON,
        Platform.CLIMATE,
        Platform.NUMBER,
        Platform.SELECT,
        Platform.SWITCH,
        Platform.WATER_HEATER,
    }
)
"""Platforms whose entities change something."""


@callback
def keep_from_assistants(hass: HomeAssistant, entry: er.RegistryEntry) -> None:
    """Expose an entity that acts to no assistant, unless that was decided before.

    "Everything off" would otherwise cut the power of rigs and stop their cooling.
    """
    if entry.domain not in ACTING:
        return
    for assistant in KNOWN_ASSISTANTS:
        if "should_expose" not in entry.options.get(assistant, {}):
            async_expose_entity(hass, assistant, entry.entity_id, should_expose=False)
