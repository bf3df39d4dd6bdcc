"""What a container measures, and what it does as a whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfPower, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from ...common.energy import ENERGY, Draw, EnergySensor
from ...common.entity import LAST_SEEN, LastSeenSensor
from ...common.units import TERAHASHES_PER_SECOND
from ...engines.containers import Field, MinerSummary, Quantity, Status
from .alarm_sensors import alarm_sensors
from .const import CONF_MINER_READINGS
from .coordinator import ContainerConfigEntry, ContainerCoordinator
from .entity import ContainerEntity
from .miner_readings import async_add_miner_readings

DEVICE_CLASSES = {
    Quantity.TEMPERATURE: SensorDeviceClass.TEMPERATURE,
    Quantity.TEMPERATURE_DELTA: SensorDeviceClass.TEMPERATURE_DELTA,
    Quantity.HUMIDITY: SensorDeviceClass.HUMIDITY,
    Quantity.PRESSURE: SensorDeviceClass.PRESSURE,
    Quantity.FLOW: SensorDeviceClass.VOLUME_FLOW_RATE,
    Quantity.POWER: SensorDeviceClass.POWER,
    Quantity.LEVEL: SensorDeviceClass.DISTANCE,
    Quantity.FREQUENCY: SensorDeviceClass.FREQUENCY,
    Quantity.VOLTAGE: SensorDeviceClass.VOLTAGE,
    Quantity.CURRENT: SensorDeviceClass.CURRENT,
}
PRECISIONS = {Quantity.PRESSURE: 2}


@dataclass(frozen=True, kw_only=True)
class SummarySensorDescription(SensorEntityDescription):
    """A sensor of what the controller knows of its miners."""

    value_fn: Callable[[MinerSummary], StateType]


STATUS = SensorEntityDescription(
    key="status",
    translation_key="container_status",
    device_class=SensorDeviceClass.ENUM,
    options=[*Status],
)

SUMMARY_SENSORS = (
    SummarySensorDescription(
        key="miners_known",
        translation_key="miners_known",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda summary: summary.miners_known,
    ),
    SummarySensorDescription(
        key="miners_reporting",
        translation_key="miners_reporting",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda summary: summary.miners_reporting,
    ),
    SummarySensorDescription(
        key="total_hashrate",
        translation_key="total_hashrate",
        native_unit_of_measurement=TERAHASHES_PER_SECOND,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda summary: summary.total_hashrate,
    ),
    SummarySensorDescription(
        key="chip_max_temp",
        translation_key="chip_max_temp",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda summary: summary.chip_max_temp,
    ),
    SummarySensorDescription(
        key="board_max_temp",
        translation_key="board_max_temp",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda summary: summary.board_max_temp,
    ),
    SummarySensorDescription(
        key="chip_temp_mean",
        translation_key="chip_temp_mean",
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda summary: summary.chip_temp_mean,
    ),
)


TOTAL_POWER = "total_power"
BY_REPORT = "reported"


def describe(field: Field) -> SensorEntityDescription:
    """Describe the sensor of a number."""
    watts = field.quantity is Quantity.POWER and field.unit == UnitOfPower.WATT
    known = field.quantity is not Quantity.OTHER
    return SensorEntityDescription(
        key=field.key,
        translation_key=field.key,
        device_class=DEVICE_CLASSES.get(field.quantity),
        entity_category=EntityCategory.DIAGNOSTIC if field.diagnostic else None,
        entity_registry_enabled_default=field.enabled,
        native_unit_of_measurement=field.unit,
        state_class=SensorStateClass.MEASUREMENT if field.measured else None,
        suggested_display_precision=PRECISIONS.get(field.quantity, 1)
        if known
        else None,
        suggested_unit_of_measurement=UnitOfPower.KILO_WATT if watts else None,
    )


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ContainerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the container's sensors."""
    coordinator = entry.runtime_data

    def sensors() -> Iterator[ContainerEntity | ContainerEnergySensor]:
        yield StatusSensor(coordinator, STATUS)
        yield from alarm_sensors(coordinator)
        yield ContainerLastSeenSensor(coordinator, LAST_SEEN)
        for field in coordinator.table.fields:
            yield PlantSensor(coordinator, field)
        for description in SUMMARY_SENSORS:
            yield SummarySensor(coordinator, description)
        if any(field.key == TOTAL_POWER for field in coordinator.table.fields):
            yield ContainerEnergySensor(coordinator, ENERGY)

    async_add_entities(sensors())
    if entry.options.get(CONF_MINER_READINGS):
        async_add_miner_readings(coordinator, async_add_entities)


class PlantSensor(ContainerEntity, SensorEntity):
    """A number that the plant reports, or that follows from others."""

    def __init__(self, coordinator: ContainerCoordinator, field: Field) -> None:
        """Take the number's row of the model's table."""
        super().__init__(coordinator, describe(field))

    @property
    @override
    def native_value(self) -> StateType:
        return self.coordinator.data.plant.values.get(self.entity_description.key)


class ContainerEnergySensor(EnergySensor[ContainerCoordinator]):
    """Energy that the whole container draws, by what its controller reports."""

    @override
    def _draw(self, now: datetime) -> Draw | None:
        container = self.coordinator
        if not container.fresh or container.last_seen is None:
            return None
        watts = container.data.plant.values.get(TOTAL_POWER)
        if not isinstance(watts, (int, float)):
            return None
        return Draw(at=container.last_seen, watts=watts, source=BY_REPORT)


class SummarySensor(ContainerEntity, SensorEntity):
    """What the controller knows of its miners; it may fail without the plant."""

    entity_description: SummarySensorDescription

    @property
    @override
    def available(self) -> bool:
        return super().available and self.coordinator.data.miners is not None

    @property
    @override
    def native_value(self) -> StateType:
        miners = self.coordinator.data.miners
        return None if miners is None else self.entity_description.value_fn(miners)


class StatusSensor(ContainerEntity, SensorEntity):
    """What the container does; offline when everything else is unavailable."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def native_value(self) -> str | None:
        return self.coordinator.status


class ContainerLastSeenSensor(ContainerEntity, LastSeenSensor[ContainerCoordinator]):
    """When the container last gave good data."""
