"""Sensors of a miner, of its fans and of its hashboards."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    REVOLUTIONS_PER_MINUTE,
    EntityCategory,
    UnitOfElectricPotential,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfRatio,
    UnitOfTemperature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ...common.entity import LAST_SEEN, LastSeenSensor
from ...engines.edge_collector import (
    Algorithm,
    BoardState,
    BoardStatus,
    MinerProfile,
    MinerReason,
    MinerSnapshot,
    MinerState,
    board_state,
    failed_boards,
    find_board,
    miner_reason,
)
from .coordinator import MinerConfigEntry, MinerCoordinator
from .energy import async_add_energy
from .entity import BoardEntity, MinerEntity, async_add_by_profile

OFFLINE = "offline"
# Core shows None as unknown, and that no board has failed is known.
NONE = "none"
MAX_LISTED_BOARDS = 40


@dataclass(frozen=True, kw_only=True)
class MinerSensorDescription(SensorEntityDescription):
    """A sensor that reads the miner's snapshot."""

    value_fn: Callable[[MinerSnapshot], StateType | datetime]
    exists_fn: Callable[[MinerProfile], bool] = lambda _: True
    hashrate: bool = False
    """Whether the value is in GH/s, to be shown in the unit of the miner's algorithm."""
    attributes_fn: Callable[[MinerSnapshot], dict[str, Any]] = lambda _: {}


@dataclass(frozen=True, kw_only=True)
class BoardSensorDescription(SensorEntityDescription):
    """A sensor that reads one hashboard; unknown while the reply does not show it."""

    value_fn: Callable[[BoardStatus], StateType]
    hashrate: bool = False
    """Whether the value is in GH/s, to be shown in the unit of the miner's algorithm."""


MINER_SENSORS = (
    MinerSensorDescription(
        key="hashrate",
        translation_key="hashrate",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=lambda snapshot: snapshot.hashrate_ghs,
        hashrate=True,
    ),
    MinerSensorDescription(
        key="ideal_hashrate",
        translation_key="ideal_hashrate",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        suggested_display_precision=2,
        value_fn=lambda snapshot: snapshot.ideal_hashrate_ghs,
        hashrate=True,
    ),
    MinerSensorDescription(
        key="temp_chip_max",
        translation_key="temp_chip_max",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.temp_chip_max,
    ),
    MinerSensorDescription(
        key="water_in",
        translation_key="water_in",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.temp_water_in,
        exists_fn=lambda profile: profile.water,
    ),
    MinerSensorDescription(
        key="water_out",
        translation_key="water_out",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.temp_water_out,
        exists_fn=lambda profile: profile.water,
    ),
    MinerSensorDescription(
        key="power",
        translation_key="miner_power",
        attributes_fn=lambda snapshot: {"source": snapshot.power_source},
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        value_fn=lambda snapshot: snapshot.power_w,
        exists_fn=lambda profile: profile.power,
    ),
    MinerSensorDescription(
        key="efficiency",
        translation_key="efficiency",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement="J/TH",
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.efficiency_j_th,
        exists_fn=lambda profile: (
            profile.power and profile.algorithm is Algorithm.SHA256
        ),
    ),
    MinerSensorDescription(
        key="boards_healthy",
        translation_key="boards_healthy",
        state_class=SensorStateClass.MEASUREMENT,
        # A miner that does not hash reports its chips as bad: no judgement.
        value_fn=lambda snapshot: (
            snapshot.boards_healthy
            if snapshot.hashing and snapshot.boards_read
            else None
        ),
        # A Bitaxe has none, which are not "0 healthy ones".
        exists_fn=lambda profile: bool(profile.boards),
    ),
    MinerSensorDescription(
        key="best_difficulty",
        translation_key="best_difficulty",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda snapshot: snapshot.best_difficulty,
        exists_fn=lambda profile: "best_difficulty" in profile.readings,
    ),
    MinerSensorDescription(
        key="blocks_found",
        translation_key="blocks_found",
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda snapshot: snapshot.blocks_found,
        exists_fn=lambda profile: "blocks_found" in profile.readings,
    ),
    MinerSensorDescription(
        key="frequency",
        device_class=SensorDeviceClass.FREQUENCY,
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfFrequency.MEGAHERTZ,
        suggested_display_precision=0,
        value_fn=lambda snapshot: snapshot.frequency_mhz,
        exists_fn=lambda profile: "frequency_mhz" in profile.readings,
    ),
    MinerSensorDescription(
        key="voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=2,
        value_fn=lambda snapshot: snapshot.voltage_v,
        exists_fn=lambda profile: "voltage_v" in profile.readings,
    ),
    MinerSensorDescription(
        key="core_voltage",
        translation_key="core_voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=3,
        value_fn=lambda snapshot: snapshot.core_voltage_v,
        exists_fn=lambda profile: "core_voltage_v" in profile.readings,
    ),
    MinerSensorDescription(
        key="temp_regulator",
        translation_key="temp_regulator",
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda snapshot: snapshot.temp_regulator,
        exists_fn=lambda profile: "temp_regulator" in profile.readings,
    ),
    MinerSensorDescription(
        key="error_rate",
        translation_key="error_rate",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=3,
        value_fn=lambda snapshot: snapshot.error_rate,
    ),
    MinerSensorDescription(
        key="hw_errors",
        translation_key="hw_errors",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        # It falls to 0 when mining restarts, which core's statistics take as a reset.
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda snapshot: snapshot.hw_errors,
    ),
    MinerSensorDescription(
        key="accepted",
        translation_key="accepted",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda snapshot: snapshot.accepted,
    ),
    MinerSensorDescription(
        key="rejected",
        translation_key="rejected",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda snapshot: snapshot.rejected,
    ),
    MinerSensorDescription(
        key="pool",
        translation_key="pool",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda snapshot: (
            pool.address if (pool := snapshot.active_pool) else None
        ),
    ),
    MinerSensorDescription(
        key="worker",
        translation_key="worker",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda snapshot: (
            pool.worker if (pool := snapshot.active_pool) else None
        ),
    ),
    MinerSensorDescription(
        key="uptime",
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda snapshot: (
            None
            if snapshot.uptime_s is None
            # Core keeps the state of an UPTIME sensor that drifts by less than 60 s.
            else dt_util.utcnow() - timedelta(seconds=snapshot.uptime_s)
        ),
    ),
)

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

BOARD_SENSORS = (
    BoardSensorDescription(
        key="hashrate",
        translation_key="hashrate",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=lambda board: board.hashrate_ghs,
        hashrate=True,
    ),
    BoardSensorDescription(
        key="temp_chip",
        translation_key="temp_chip",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda board: board.temp_chip,
    ),
    BoardSensorDescription(
        key="temp_pcb",
        translation_key="temp_pcb",
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda board: board.temp_pcb,
    ),
    BoardSensorDescription(
        key="chips_ok",
        translation_key="chips_ok",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda board: board.chips_ok,
    ),
    BoardSensorDescription(
        key="frequency",
        device_class=SensorDeviceClass.FREQUENCY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfFrequency.MEGAHERTZ,
        suggested_display_precision=0,
        value_fn=lambda board: board.frequency_mhz,
    ),
)

BOARD_STATUS = SensorEntityDescription(
    key="status",
    translation_key="board_status",
    device_class=SensorDeviceClass.ENUM,
    options=[*BoardState],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the miner's sensors, and those of parts when they are first seen."""
    coordinator = entry.runtime_data

    def sensors(profile: MinerProfile) -> Iterator[MinerEntity | BoardEntity]:
        yield MinerStatusSensor(coordinator, STATUS)
        yield MinerReasonSensor(coordinator, REASON)
        if profile.boards:
            yield FailedBoardsSensor(coordinator, FAILED_BOARDS)
            yield BoardsTotalSensor(coordinator, BOARDS_TOTAL)
        yield MinerLastSeenSensor(coordinator, LAST_SEEN)
        for description in MINER_SENSORS:
            if description.exists_fn(profile):
                yield MinerSensor(coordinator, description)
        for fan_id in profile.fans:
            yield FanSensor(coordinator, fan_id)
        for board_id in profile.boards:
            yield BoardStatusSensor(coordinator, BOARD_STATUS, board_id)
            for board_description in BOARD_SENSORS:
                yield BoardSensor(coordinator, board_description, board_id)

    async_add_by_profile(coordinator, async_add_entities, sensors)
    async_add_energy(coordinator, async_add_entities)


class MinerSensor(MinerEntity, SensorEntity):
    """A reading of the miner."""

    entity_description: MinerSensorDescription

    def __init__(
        self, coordinator: MinerCoordinator, description: MinerSensorDescription
    ) -> None:
        """Show hashrates in the unit of the miner's algorithm."""
        super().__init__(coordinator, description)
        if description.hashrate:
            self._attr_native_unit_of_measurement = coordinator.rate_unit.symbol

    @property
    @override
    def native_value(self) -> StateType | datetime:
        value = self.entity_description.value_fn(self.coordinator.data)
        if self.entity_description.hashrate and isinstance(value, float):
            return value / self.coordinator.rate_unit.ghs
        return value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        return self.entity_description.attributes_fn(self.coordinator.data)


class MinerStatusSensor(MinerEntity, SensorEntity):
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


class MinerReasonSensor(MinerEntity, SensorEntity):
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


class FailedBoardsSensor(MinerEntity, SensorEntity):
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


class BoardsTotalSensor(MinerEntity, SensorEntity):
    """How many hashboards the miner was seen to have."""

    @property
    @override
    def native_value(self) -> int:
        return len(self.coordinator.profile.boards)


class MinerLastSeenSensor(MinerEntity, LastSeenSensor[MinerCoordinator]):
    """When the miner last gave good data."""


class FanSensor(MinerEntity, SensorEntity):
    """Speed of one fan."""

    def __init__(self, coordinator: MinerCoordinator, fan_id: str) -> None:
        """Name the fan as the firmware numbers it."""
        super().__init__(
            coordinator,
            SensorEntityDescription(
                key=f"fan_{fan_id}",
                translation_key="fan",
                translation_placeholders={"fan": fan_id},
                entity_category=EntityCategory.DIAGNOSTIC,
                entity_registry_enabled_default=False,
                state_class=SensorStateClass.MEASUREMENT,
                native_unit_of_measurement=REVOLUTIONS_PER_MINUTE,
            ),
        )
        self.fan_id = fan_id

    @property
    @override
    def native_value(self) -> int | None:
        return next(
            (fan.rpm for fan in self.coordinator.data.fans if fan.id == self.fan_id),
            None,
        )


class BoardSensor(BoardEntity, SensorEntity):
    """A reading of one hashboard."""

    entity_description: BoardSensorDescription

    def __init__(
        self,
        coordinator: MinerCoordinator,
        description: BoardSensorDescription,
        board_id: int,
    ) -> None:
        """Show hashrates in the unit of the miner's algorithm."""
        super().__init__(coordinator, description, board_id)
        if description.hashrate:
            self._attr_native_unit_of_measurement = coordinator.rate_unit.symbol

    @property
    @override
    def native_value(self) -> StateType:
        board = find_board(self.coordinator.data, self.board_id)
        value = None if board is None else self.entity_description.value_fn(board)
        if self.entity_description.hashrate and isinstance(value, float):
            return value / self.coordinator.rate_unit.ghs
        return value


class BoardStatusSensor(BoardEntity, SensorEntity):
    """Judgement on one hashboard."""

    @property
    @override
    def native_value(self) -> str | None:
        return board_state(self.coordinator.data, self.board_id)
