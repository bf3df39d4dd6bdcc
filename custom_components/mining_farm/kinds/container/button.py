"""Clears the latched faults of a container."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.rights import async_require_administrator
from ...engines.containers import Write
from . import controls
from .coordinator import ContainerConfigEntry
from .entity import ContainerEntity

RESET = ButtonEntityDescription(key="reset_cooling", translation_key="reset_cooling")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ContainerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the container's button, where control is allowed."""
    if entry.runtime_data.offers(Write.RESET):
        async_add_entities([ResetButton(entry.runtime_data, RESET)])


class ResetButton(ContainerEntity, ButtonEntity):
    """Resets the cooling system."""

    @override
    async def async_press(self) -> None:
        """Reset, once; for administrators."""
        await async_require_administrator(self.hass, self._context)
        await controls.async_reset(self.coordinator)
