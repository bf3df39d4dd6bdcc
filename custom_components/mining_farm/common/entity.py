"""What the entities of all kinds have in common."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .assistants import decide_exposure
from .coordinator import FarmCoordinator

LAST_SEEN_STEP = timedelta(minutes=5)
_NO_PLACEHOLDERS: Mapping[str, str] = MappingProxyType({})
"""One for all: Home Assistant would keep an empty one of each entity."""

LAST_SEEN = SensorEntityDescription(
    key="last_seen",
    translation_key="last_seen",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


class FarmEntity[CoordinatorT: FarmCoordinator[Any]](CoordinatorEntity[CoordinatorT]):
    """Shows one value of a coordinator's data, and writes it only when it changed.

    Python keeps up to 29 attributes in the instance, and more in a dict of 1.6 KiB; core
    caches in it whatever an entity is asked. What is the same for all is the class's here,
    and what the description or the coordinator knows is asked of them.
    """

    assumed_state = False
    attribution = None
    entity_registry_visible_default = True
    force_update = False
    has_entity_name = True
    icon = None
    should_poll = False
    _written: tuple[bool, Any] | None = None

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.fresh

    def _shown(self) -> tuple[bool, Any]:
        if not (available := self.available):
            return available, None
        # One alarm in the place of another changes a list and not its count.
        return available, (self.state, self.extra_state_attributes)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if self.registry_entry is not None:
            decide_exposure(self.hass, self.registry_entry)
        # Home Assistant writes the first state itself, right after this.
        self._written = self._shown()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if (shown := self._shown()) != self._written:
            self._written = shown
            super()._handle_coordinator_update()


class EntryEntity[CoordinatorT: FarmCoordinator[Any]](FarmEntity[CoordinatorT]):
    """An entity of the device that its entry stands for."""

    _attr_translation_placeholders = _NO_PLACEHOLDERS

    def __init__(
        self, coordinator: CoordinatorT, description: EntityDescription
    ) -> None:
        """Hang the entity on the entry's device, which the kind has registered."""
        super().__init__(coordinator)
        self.entity_description = description
        if (own := description.translation_placeholders) is not None:
            self._attr_translation_placeholders = own

    @property
    @override
    def unique_id(self) -> str:
        entry_id = self.coordinator.config_entry.entry_id
        return f"{entry_id}_{self.entity_description.key}"

    @property
    @override
    def device_info(self) -> DeviceInfo:
        return DeviceInfo(
            identifiers={(DOMAIN, self.coordinator.config_entry.entry_id)}
        )

    @property
    @override
    def entity_category(self) -> EntityCategory | None:
        return self.entity_description.entity_category

    @property
    @override
    def translation_key(self) -> str | None:
        return self.entity_description.translation_key


class DescribedBinarySensor(BinarySensorEntity):
    """A binary sensor that is what its description says, and holds none of that itself."""

    capability_attributes = None
    entity_picture = None
    state_attributes = None
    supported_features = None
    unit_of_measurement = None

    @property
    @override
    def device_class(self) -> BinarySensorDeviceClass | None:
        return self.entity_description.device_class


class DescribedSensor(SensorEntity):
    """A sensor that is what its description says, and holds none of that itself."""

    entity_picture = None
    last_reset = None
    suggested_unit_of_measurement = None
    supported_features = None

    @property
    @override
    def device_class(self) -> SensorDeviceClass | None:
        return self.entity_description.device_class

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        return self.entity_description.native_unit_of_measurement

    @property
    @override
    def options(self) -> list[str] | None:
        return self.entity_description.options

    @property
    @override
    def state_class(self) -> SensorStateClass | None:
        return self.entity_description.state_class

    @property
    @override
    def suggested_display_precision(self) -> int | None:
        return self.entity_description.suggested_display_precision


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
        return seen - (seen - dt_util.utc_from_timestamp(0)) % LAST_SEEN_STEP
