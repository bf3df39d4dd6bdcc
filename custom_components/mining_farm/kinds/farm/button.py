"""Buttons of a site: stop everything, and let it start again."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.callers import async_caller
from . import controls
from .coordinator import FarmConfigEntry
from .entity import GroupEntity, SiteEntity

STOP = ButtonEntityDescription(
    key="emergency_stop", translation_key="farm_emergency_stop"
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FarmConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons that stop; what lets start again is an action."""
    site = entry.runtime_data
    async_add_entities([EmergencyStopButton(site, STOP)])
    for group in site.groups.values():
        async_add_entities(
            [GroupStopButton(site, group, STOP)], config_subentry_id=group.shape.id
        )


class EmergencyStopButton(SiteEntity, ButtonEntity):
    """Stops every machine of the site."""

    @override
    async def async_press(self) -> None:
        by = await async_caller(self.hass, self._context)
        await controls.async_emergency_stop(self.coordinator, by=by)


class GroupStopButton(GroupEntity, ButtonEntity):
    """Stops every machine of a cooling group."""

    @override
    async def async_press(self) -> None:
        by = await async_caller(self.hass, self._context)
        await controls.async_stop_group(self.cooling, by=by)
