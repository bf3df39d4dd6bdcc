"""What runs in a container, each of its alarms, and whether it answers at all."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...engines.containers import AlarmKind, Flag, Nature, Shape
from .coordinator import ContainerConfigEntry, ContainerCoordinator
from .entity import ContainerEntity

SILENT = BinarySensorEntityDescription(
    key="silent",
    translation_key="container_silent",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
PROBLEM = BinarySensorEntityDescription(
    key="problem",
    translation_key="container_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
SHAPES = {
    Shape.RUNNING: BinarySensorDeviceClass.RUNNING,
    Shape.MOVING: BinarySensorDeviceClass.MOVING,
    Shape.CONNECTED: BinarySensorDeviceClass.CONNECTIVITY,
    Shape.MODE: None,
}
NATURES = {
    Nature.PROBLEM: BinarySensorDeviceClass.PROBLEM,
    Nature.MOISTURE: BinarySensorDeviceClass.MOISTURE,
    Nature.HEAT: BinarySensorDeviceClass.HEAT,
    Nature.COLD: BinarySensorDeviceClass.COLD,
}


def describe_flag(flag: Flag) -> BinarySensorEntityDescription:
    """Describe the sensor of a flag."""
    return BinarySensorEntityDescription(
        key=flag.key,
        translation_key=flag.key,
        device_class=SHAPES[flag.shape],
        entity_category=EntityCategory.DIAGNOSTIC if flag.diagnostic else None,
        entity_registry_enabled_default=flag.enabled,
    )


def describe_alarm(kind: AlarmKind) -> BinarySensorEntityDescription:
    """Describe the sensor of an alarm."""
    return BinarySensorEntityDescription(
        key=f"alarm_{kind.key}",
        translation_key=f"alarm_{kind.key}",
        device_class=NATURES[kind.nature],
    )


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ContainerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the container's binary sensors."""
    coordinator = entry.runtime_data

    def sensors() -> Iterator[ContainerEntity]:
        yield SilentSensor(coordinator, SILENT)
        yield ProblemSensor(coordinator, PROBLEM)
        for flag in coordinator.table.flags:
            if flag.shape is Shape.CONNECTED:
                yield ConnectedSensor(coordinator, describe_flag(flag))
            else:
                yield FlagSensor(coordinator, describe_flag(flag))
        for kind in coordinator.table.alarms:
            yield AlarmSensor(coordinator, kind)

    async_add_entities(sensors())


class SilentSensor(ContainerEntity, BinarySensorEntity):
    """Whether no good answer came for the grace."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.silent


class ProblemSensor(ContainerEntity, BinarySensorEntity):
    """Whether any alarm is on."""

    @property
    @override
    def is_on(self) -> bool | None:
        alarms = self.coordinator.data.alarms
        return None if alarms is None else bool(alarms)


class FlagSensor(ContainerEntity, BinarySensorEntity):
    """Something that runs, or a mode that is on."""

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.data.plant.flags.get(self.entity_description.key)


class ConnectedSensor(FlagSensor):
    """Whether the controller answers and has its PLC; off is known without an answer."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool | None:
        if self.coordinator.fresh:
            return super().is_on
        return False if self.coordinator.silent else None


class AlarmSensor(ContainerEntity, BinarySensorEntity):
    """One alarm."""

    def __init__(self, coordinator: ContainerCoordinator, kind: AlarmKind) -> None:
        """Take the alarm's row of the model's table."""
        super().__init__(coordinator, describe_alarm(kind))
        self._key = kind.key
        self._attr_extra_state_attributes = {"severity": kind.severity}

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.data.plant.alarm_states.get(self._key)
