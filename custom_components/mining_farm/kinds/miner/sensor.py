"""Sensors of a miner, of its fans and of its hashboards."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription
from homeassistant.const import EntityCategory, UnitOfPower
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from ...common.entity import LAST_SEEN, DescribedSensor, LastSeenSensor
from ...common.held_by import HELD_BY, HeldBySensor
from ...engines.edge_collector import (
    Command,
    MinerReason,
    MinerState,
    failed_boards,
    miner_reason,
)
from .board_sensors import part_sensors
from .coordinator import MinerConfigEntry, MinerCoordinator
from .detail import Detail
from .energy import async_add_energy
from .entity import BoardEntity, MinerEntity, async_add_by_profile
from .resolution import RESOLUTIONS
from .sensor_descriptions import MINER_SENSORS, MinerSensorDescription

OFFLINE = "offline"
# Core shows None as unknown, and that no board has failed is known.
NONE = "none"
MAX_LISTED_BOARDS = 40

STATUS = SensorEntityDescription(
    key="status",
    translation_key="status",
    device_class=SensorDeviceClass.ENUM,
    options=[*MinerState, OFFLINE],
)
REASON = SensorEntityDescription(
    key="reason",
    translation_key="miner_reason",
    device_class=SensorDeviceClass.ENUM,
    options=[*MinerReason],
)
FAILED_BOARDS = SensorEntityDescription(
    key="failed_boards", translation_key="failed_boards"
)
BOARDS_TOTAL = SensorEntityDescription(
    key="boards_total",
    translation_key="boards_total",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)
SET_POINT_SENSORS = {
    Command.POWER_TARGET: SensorEntityDescription(
        key=Command.POWER_TARGET,
        translation_key="power_target",
        device_class=SensorDeviceClass.POWER,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
    ),
    Command.LEVEL: SensorEntityDescription(
        key=Command.LEVEL,
        translation_key="power_level",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
}
"""Set points by their command, where the miner cannot be ordered them."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the miner's sensors, and those of parts when they are first seen."""
    async_add_by_profile(entry.runtime_data, async_add_entities, _sensors)
    async_add_energy(entry.runtime_data, async_add_entities)


def _sensors(miner: MinerCoordinator) -> Iterator[MinerEntity | BoardEntity]:
    profile = miner.profile
    sensor = FarmSensor if miner.detail is Detail.FARM else MinerSensor
    yield MinerStatusSensor(miner, STATUS)
    yield MinerReasonSensor(miner, REASON)
    yield MinerHeldBySensor(miner, HELD_BY)
    if profile.boards:
        yield FailedBoardsSensor(miner, FAILED_BOARDS)
        yield BoardsTotalSensor(miner, BOARDS_TOTAL)
    yield MinerLastSeenSensor(miner, LAST_SEEN)
    for description in MINER_SENSORS:
        if description.exists_fn(profile):
            yield sensor(miner, description)
    for command in profile.set_points:
        if not miner.controls or not miner.capabilities.takes(command):
            yield SetPointSensor(miner, SET_POINT_SENSORS[command])
    yield from part_sensors(miner, profile)


class MinerSensor(MinerEntity, DescribedSensor):
    """A reading of the miner."""

    entity_description: MinerSensorDescription

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Show hashrates in the unit of the miner's algorithm."""
        if self.entity_description.hashrate:
            return self.coordinator.rate_unit.symbol
        return self.entity_description.native_unit_of_measurement

    @property
    @override
    def native_value(self) -> StateType | datetime:
        value = self.entity_description.value_fn(self.coordinator.data)
        if self.entity_description.hashrate and isinstance(value, float):
            return value / self.coordinator.rate_unit.ghs
        return value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        return self.entity_description.attributes_fn(self.coordinator.data)


class FarmSensor(MinerSensor):
    """A reading at farm detail: shown when it moves by more than noise."""

    def __init__(
        self, coordinator: MinerCoordinator, description: MinerSensorDescription
    ) -> None:
        """Hold what is shown, where the reading has a resolution."""
        super().__init__(coordinator, description)
        make = RESOLUTIONS.get(description.key)
        self._resolution = None if make is None else make()

    @property
    @override
    def native_value(self) -> StateType | datetime:
        if self._resolution is None:
            return super().native_value
        if self._resolution.taken != self.coordinator.last_seen:
            value = super().native_value
            self._resolution.take(value if isinstance(value, float) else None)
            self._resolution.taken = self.coordinator.last_seen
        return self._resolution.shown

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if self._resolution is not None and not self.coordinator.fresh:
            self._resolution.take(None)
        super()._handle_coordinator_update()


class MinerStatusSensor(MinerEntity, DescribedSensor):
    """What the miner is doing; offline when everything else is unavailable."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def native_value(self) -> str | None:
        if not self.coordinator.fresh:
            return OFFLINE
        return self.coordinator.state


class MinerReasonSensor(MinerEntity, DescribedSensor):
    """Why the miner needs attention, in words."""

    @property
    @override
    def native_value(self) -> str | None:
        return miner_reason(self.coordinator.data, self.coordinator.profile)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, str]:
        """Return the fault as the device itself words it, where it does."""
        fault = self.coordinator.data.fault
        return {} if fault is None else {"fault": fault}


class FailedBoardsSensor(MinerEntity, DescribedSensor):
    """The numbers of the hashboards that are lost or critical."""

    @property
    @override
    def native_value(self) -> str | None:
        snapshot, profile = self.coordinator.data, self.coordinator.profile
        if not snapshot.hashing:
            return None
        failed = [str(number) for number in failed_boards(snapshot, profile)]
        # Core refuses a state of more than 255 characters.
        more = ["…"] if len(failed) > MAX_LISTED_BOARDS else []
        return ", ".join(failed[:MAX_LISTED_BOARDS] + more) or NONE


class BoardsTotalSensor(MinerEntity, DescribedSensor):
    """How many hashboards the miner was seen to have."""

    @property
    @override
    def native_value(self) -> int:
        return len(self.coordinator.profile.boards)


class MinerLastSeenSensor(MinerEntity, LastSeenSensor[MinerCoordinator]):
    """When the miner last gave good data."""


class MinerHeldBySensor(HeldBySensor[MinerCoordinator], MinerEntity):
    """Who keeps the miner down."""

    @override
    def machine_id(self) -> str:
        return self.coordinator.config_entry.entry_id


class SetPointSensor(MinerEntity, DescribedSensor):
    """What a miner is set to that is not to be changed from here."""

    @property
    @override
    def native_value(self) -> StateType:
        command = Command(self.entity_description.key)
        value = self.coordinator.data.settings.get(command)
        if isinstance(value, str):
            return self.coordinator.capabilities.labels.get(value, value)
        return value
