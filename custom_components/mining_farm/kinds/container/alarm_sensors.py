"""What a container's alarms add up to: the worst in a word, how many, how bad."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)

from ...engines.containers import Severity
from .coordinator import ContainerCoordinator
from .entity import ContainerEntity

NO_ALARM: Final = "none"
NO_ANSWER: Final = "silent"

ALARMS = SensorEntityDescription(
    key="alarms_active",
    translation_key="alarms_active",
    state_class=SensorStateClass.MEASUREMENT,
)
ALARM = SensorEntityDescription(
    key="alarm",
    translation_key="container_alarm",
    device_class=SensorDeviceClass.ENUM,
)
HIGHEST_SEVERITY = SensorEntityDescription(
    key="highest_severity",
    translation_key="highest_severity",
    device_class=SensorDeviceClass.ENUM,
    options=[NO_ALARM, *Severity],
)


def alarm_sensors(coordinator: ContainerCoordinator) -> Iterator[ContainerEntity]:
    """Yield them."""
    yield AlarmSensor(coordinator, ALARM)
    yield AlarmsSensor(coordinator, ALARMS)
    yield HighestSeveritySensor(coordinator, HIGHEST_SEVERITY)


class AlarmSensor(ContainerEntity, SensorEntity):
    """The worst alarm that is on, or that the container does not answer."""

    def __init__(
        self, coordinator: ContainerCoordinator, description: SensorEntityDescription
    ) -> None:
        """Take the alarms of the model's table."""
        super().__init__(coordinator, description)
        self._words = {
            kind.key: kind.name if kind.own else kind.key
            for kind in coordinator.table.alarms
        }
        self._attr_options = [NO_ALARM, NO_ANSWER, *self._words.values()]

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def native_value(self) -> str | None:
        if not self.coordinator.fresh:
            return NO_ANSWER if self.coordinator.silent else None
        alarms = self.coordinator.data.alarms
        if alarms is None:
            return None
        return self._words[alarms[0].key] if alarms else NO_ALARM


class AlarmsSensor(ContainerEntity, SensorEntity):
    """How many alarms are on, with all of them."""

    @property
    @override
    def native_value(self) -> int | None:
        alarms = self.coordinator.data.alarms
        return None if alarms is None else len(alarms)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {
            "alarms": [
                {
                    "alarm": alarm.key,
                    "severity": alarm.severity,
                    "since": alarm.raised_at.isoformat(),
                }
                for alarm in self.coordinator.data.alarms or ()
            ]
        }


class HighestSeveritySensor(ContainerEntity, SensorEntity):
    """How bad the worst alarm is."""

    @property
    @override
    def native_value(self) -> str | None:
        alarms = self.coordinator.data.alarms
        if alarms is None:
            return None
        return alarms[0].severity if alarms else NO_ALARM
