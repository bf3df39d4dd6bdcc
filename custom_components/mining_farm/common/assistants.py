"""Which entities voice assistants get: decided of each as it is added."""

from typing import Final

from homeassistant.components.homeassistant.exposed_entities import (
    KNOWN_ASSISTANTS,
    async_expose_entity,
    async_should_expose,
)
from homeassistant.const import Platform
from homeassistant.core import CoreState, HomeAssistant, callback
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

CONVERSATION: Final = "conversation"

_CORE_DECIDES_LATER: Final = (CoreState.not_running, CoreState.starting)


@callback
def decide_exposure(hass: HomeAssistant, entry: er.RegistryEntry) -> None:
    """Keep what acts on machines from assistants; let core decide about the rest now.

    "Everything off" would otherwise cut the power of rigs and stop their cooling. And
    when Home Assistant has started, conversation asks about all new entities within one
    event: of more than 5,000 core would drop the events that follow.
    """
    if entry.domain not in ACTING:
        if hass.state in _CORE_DECIDES_LATER:
            async_should_expose(hass, CONVERSATION, entry.entity_id)
        return
    for assistant in KNOWN_ASSISTANTS:
        if "should_expose" not in entry.options.get(assistant, {}):
            async_expose_entity(hass, assistant, entry.entity_id, should_expose=False)
