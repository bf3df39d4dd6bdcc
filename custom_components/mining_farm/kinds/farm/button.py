"""Buttons of a site and its groups: stop everything, and let it start again."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.callers import async_caller
from ...common.rights import async_require_administrator
from . import controls
from .coordinator import FarmConfigEntry
from .entity import GroupEntity, SiteEntity

STOP = ButtonEntityDescription(
    key="emergency_stop", translation_key="farm_emergency_stop"
)

RELEASE_STOP = ButtonEntityDescription(
    key="release_emergency_stop", translation_key="farm_release_emergency_stop"
)
RELEASE = ButtonEntityDescription(key="release", translation_key="farm_release")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FarmConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons that stop, and those that let start again."""
    site = entry.runtime_data
    async_add_entities(
        [EmergencyStopButton(site, STOP), ReleaseStopButton(site, RELEASE_STOP)]
    )
    for group in site.groups.values():
        async_add_entities(
            [
                GroupStopButton(site, group, STOP),
                GroupReleaseButton(site, group, RELEASE),
            ],
            config_subentry_id=group.shape.id,
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


class ReleaseStopButton(SiteEntity, ButtonEntity):
    """Lets the machines of an emergency stop start; for administrators."""

    @override
    async def async_press(self) -> None:
        await async_require_administrator(self.hass, self._context)
        by = await async_caller(self.hass, self._context)
        await controls.async_release_stop(self.coordinator, by=by)


class GroupReleaseButton(GroupEntity, ButtonEntity):
    """Lets a cooling group go, once its cooling was proved; for administrators."""

    @override
    async def async_press(self) -> None:
        await async_require_administrator(self.hass, self._context)
        by = await async_caller(self.hass, self._context)
        await controls.async_release_group(self.cooling, by=by)
