"""Whether a site's interlock acts."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.rights import async_require_administrator
from . import controls
from .coordinator import FarmConfigEntry
from .entity import SiteEntity

ARMED = SwitchEntityDescription(
    key="armed", translation_key="farm_armed", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FarmConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switch that arms the interlock."""
    async_add_entities([ArmedSwitch(entry.runtime_data, ARMED)])


class ArmedSwitch(SiteEntity, SwitchEntity):
    """Off: the interlock only rehearses. The emergency stop works in either case."""

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.armed

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await controls.async_set_armed(self.coordinator, armed=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        # As a bypass of its groups is.
        await async_require_administrator(self.hass, self._context)
        await controls.async_set_armed(self.coordinator, armed=False)
