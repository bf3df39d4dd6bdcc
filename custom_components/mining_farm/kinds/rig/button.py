"""Buttons of a rig: power cycle, a gentle cut, and reset of the restarts in a row."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import (
    ButtonDeviceClass,
    ButtonEntity,
    ButtonEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.rights import async_require_administrator
from ...const import CONF_MINER_ENTRY
from .controls import async_pause_and_cut, async_power_cycle, async_reset
from .coordinator import RigConfigEntry, RigCoordinator
from .entity import RigEntity


@dataclass(frozen=True, kw_only=True)
class RigButtonDescription(ButtonEntityDescription):
    """A button and the command behind it."""

    press_fn: Callable[[RigCoordinator], Awaitable[None]]
    for_administrators: bool = False
    """As the action of that name."""


BUTTONS = (
    RigButtonDescription(
        key="power_cycle",
        translation_key="power_cycle",
        device_class=ButtonDeviceClass.RESTART,
        press_fn=async_power_cycle,
    ),
    RigButtonDescription(
        key="reset_restarts",
        translation_key="reset_restarts",
        entity_category=EntityCategory.CONFIG,
        press_fn=async_reset,
        for_administrators=True,
    ),
)
PAUSE_AND_CUT = RigButtonDescription(
    key="pause_and_cut",
    translation_key="pause_and_cut",
    press_fn=async_pause_and_cut,
)
"""Of a rig that is linked with a miner."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RigConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the rig's buttons; one that is only watched has none."""
    if not entry.runtime_data.has_outlet:
        return
    linked = (PAUSE_AND_CUT,) if entry.data.get(CONF_MINER_ENTRY) else ()
    async_add_entities(
        RigButton(entry.runtime_data, each) for each in (*BUTTONS, *linked)
    )


class RigButton(RigEntity, ButtonEntity):
    """A button of a rig."""

    entity_description: RigButtonDescription

    @override
    async def async_press(self) -> None:
        if self.entity_description.for_administrators:
            await async_require_administrator(self.hass, self._context)
        await self.entity_description.press_fn(self.coordinator)
