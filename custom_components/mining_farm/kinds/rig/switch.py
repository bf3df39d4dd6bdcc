"""Switches of a rig: its outlet, and whether restarts are armed."""

from typing import Any, override

from homeassistant.components.switch import (
    SwitchDeviceClass,
    SwitchEntity,
    SwitchEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...engines.restart import OutletKind
from .controls import async_set_armed, async_set_power
from .coordinator import RigConfigEntry
from .entity import RigEntity

POWER = SwitchEntityDescription(
    key="outlet", translation_key="rig_power", device_class=SwitchDeviceClass.OUTLET
)
ARMED = SwitchEntityDescription(
    key="armed", translation_key="rig_armed", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RigConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the rig's switches; one that is only watched has none."""
    coordinator = entry.runtime_data
    if coordinator.has_outlet:
        async_add_entities(
            [RigPowerSwitch(coordinator, POWER), RigArmed(coordinator, ARMED)]
        )


class RigPowerSwitch(RigEntity, SwitchEntity):
    """The outlet; switched off here, the rig stays off until it is switched on."""

    @property
    @override
    def available(self) -> bool:
        outlet = self.coordinator.data.outlet if self.coordinator.fresh else None
        return outlet is not None and outlet.kind is not OutletKind.UNREACHABLE

    @property
    @override
    def is_on(self) -> bool:
        outlet = self.coordinator.data.outlet
        return outlet is not None and outlet.kind is OutletKind.ON

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await async_set_power(self.coordinator, on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await async_set_power(self.coordinator, on=False)


class RigArmed(RigEntity, SwitchEntity):
    """Off: restarts are rehearsed: decided and published, with nothing switched."""

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.armed

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await async_set_armed(self.coordinator, armed=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await async_set_armed(self.coordinator, armed=False)
