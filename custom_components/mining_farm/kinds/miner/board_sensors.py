"""Sensors of a miner's hashboards and fans."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    REVOLUTIONS_PER_MINUTE,
    EntityCategory,
    UnitOfFrequency,
    UnitOfTemperature,
)
from homeassistant.helpers.typing import StateType

from ...common.entity import DescribedSensor
from ...engines.edge_collector import (
    BoardState,
    BoardStatus,
    MinerProfile,
    board_state,
    find_board,
)
from .coordinator import MinerCoordinator
from .entity import BoardEntity, MinerEntity


@dataclass(frozen=True, kw_only=True)
class BoardSensorDescription(SensorEntityDescription):
    """A sensor that reads one hashboard; unknown while the reply does not show it."""

    value_fn: Callable[[BoardStatus], StateType]
    hashrate: bool = False
    """Whether the value is in GH/s, to be shown in the unit of the miner's algorithm."""


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


def part_sensors(
    coordinator: MinerCoordinator, profile: MinerProfile
) -> Iterator[MinerEntity | BoardEntity]:
    """Yield the sensors of the fans and hashboards that a miner was seen to have."""
    for fan_id in profile.fans:
        yield FanSensor(coordinator, fan_id)
    for board_id in profile.boards:
        yield BoardStatusSensor(coordinator, BOARD_STATUS, board_id)
        for description in BOARD_SENSORS:
            yield BoardSensor(coordinator, description, board_id)


class FanSensor(MinerEntity, DescribedSensor):
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


class BoardSensor(BoardEntity, DescribedSensor):
    """A reading of one hashboard."""

    entity_description: BoardSensorDescription

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Show hashrates in the unit of the miner's algorithm."""
        if self.entity_description.hashrate:
            return self.coordinator.rate_unit.symbol
        return self.entity_description.native_unit_of_measurement

    @property
    @override
    def native_value(self) -> StateType:
        board = find_board(self.coordinator.data, self.board_id)
        value = None if board is None else self.entity_description.value_fn(board)
        if self.entity_description.hashrate and isinstance(value, float):
            return value / self.coordinator.rate_unit.ghs
        return value


class BoardStatusSensor(BoardEntity, DescribedSensor):
    """Judgement on one hashboard."""

    @property
    @override
    def native_value(self) -> str | None:
        return board_state(self.coordinator.data, self.board_id)
