"""Binary sensors of a miner and of its hashboards."""

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

from ...engines.edge_collector import MinerProfile, board_has_problem, miner_has_problem
from .coordinator import MinerConfigEntry
from .entity import BoardEntity, MinerEntity, async_add_by_profile

CONNECTIVITY = BinarySensorEntityDescription(
    key="connectivity",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)
PROBLEM = BinarySensorEntityDescription(
    key="problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
BOARD_PROBLEM = BinarySensorEntityDescription(
    key="problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the miner's binary sensors, and those of boards when they are first seen."""
    coordinator = entry.runtime_data

    def binary_sensors(profile: MinerProfile) -> Iterator[MinerEntity | BoardEntity]:
        yield MinerConnectivity(coordinator, CONNECTIVITY)
        yield MinerProblem(coordinator, PROBLEM)
        for board_id in profile.boards:
            yield BoardProblem(coordinator, BOARD_PROBLEM, board_id)

    async_add_by_profile(coordinator, async_add_entities, binary_sensors)


class MinerConnectivity(MinerEntity, BinarySensorEntity):
    """Whether the miner's API gave good data within the grace."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.fresh


class MinerProblem(MinerEntity, BinarySensorEntity):
    """Whether the miner needs attention."""

    @property
    @override
    def is_on(self) -> bool | None:
        return miner_has_problem(self.coordinator.data, self.coordinator.profile)


class BoardProblem(BoardEntity, BinarySensorEntity):
    """Whether a hashboard that should work is lost or critical."""

    @property
    @override
    def is_on(self) -> bool | None:
        return board_has_problem(self.coordinator.data, self.board_id)
