"""Tells when a device last gave good data: the one thing known while it is lost."""

from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.util import dt as dt_util

from .coordinator import FarmCoordinator
from .entity import FarmEntity

STEP = timedelta(minutes=5)

LAST_SEEN = SensorEntityDescription(
    key="last_seen",
    translation_key="last_seen",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


class LastSeenSensor[CoordinatorT: FarmCoordinator[Any]](
    FarmEntity[CoordinatorT], SensorEntity
):
    """When the device last gave good data.

    In whole steps while it answers, to spare the recorder, and exact once it is lost.
    """

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.last_seen is not None

    @property
    @override
    def native_value(self) -> datetime | None:
        seen = self.coordinator.last_seen
        if seen is None or not self.coordinator.fresh:
            return seen
        return seen - (seen - dt_util.utc_from_timestamp(0)) % STEP
