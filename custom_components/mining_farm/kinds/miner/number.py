"""Set points of a miner that are numbers, within the bounds that it reports."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
)
from homeassistant.const import (
    EntityCategory,
    UnitOfPower,
    UnitOfRatio,
    UnitOfTemperature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...engines.edge_collector import THS, Bounds, Command
from . import controls
from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import MinerEntity, async_add_controls

NUMBERS = (
    NumberEntityDescription(
        key=Command.POWER_TARGET,
        translation_key="power_target",
        device_class=NumberDeviceClass.POWER,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfPower.WATT,
    ),
    NumberEntityDescription(
        key=Command.POWER_PERCENT,
        translation_key="power_percent",
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
    ),
    NumberEntityDescription(
        key=Command.HASHRATE_TARGET,
        translation_key="hashrate_target",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=THS.symbol,
    ),
    NumberEntityDescription(
        key=Command.FAN_SPEED,
        translation_key="fan_speed",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
    ),
    NumberEntityDescription(
        key=Command.TARGET_TEMPERATURE,
        translation_key="target_temperature",
        device_class=NumberDeviceClass.TEMPERATURE,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers that the miner takes, where control is allowed."""
    async_add_controls(entry.runtime_data, async_add_entities, _numbers)


def _numbers(miner: MinerCoordinator) -> Iterator[MinerEntity]:
    known = miner.capabilities.numbers
    for description in NUMBERS:
        if Command(description.key) in known:
            yield MinerNumber(miner, description)


class MinerNumber(MinerEntity, NumberEntity):
    """One set point, as the miner has it."""

    def __init__(
        self, coordinator: MinerCoordinator, description: NumberEntityDescription
    ) -> None:
        """Take the description, whose key is the command."""
        super().__init__(coordinator, description)
        self._command = Command(description.key)
        self._bounds = coordinator.capabilities.numbers[self._command]

    @property
    def _limits(self) -> Bounds:
        """The present limits; the last ones of a miner that has lost the command."""
        known = self.coordinator.capabilities.numbers
        self._bounds = known.get(self._command, self._bounds)
        return self._bounds

    @property
    @override
    def native_min_value(self) -> float:
        return self._limits.minimum

    @property
    @override
    def native_max_value(self) -> float:
        return self._limits.maximum

    @property
    @override
    def native_step(self) -> float:
        return self._limits.step

    @property
    @override
    def native_value(self) -> float | None:
        value = self.coordinator.data.settings.get(self._command)
        return value if isinstance(value, (int, float)) else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set it, and see it set."""
        await controls.async_set(self.coordinator, self._command, value)
