"""Binary sensors of a miner and of its hashboards."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.entity import DescribedBinarySensor
from ...engines.edge_collector import board_has_problem, miner_has_problem
from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import BoardEntity, MinerEntity, async_add_by_profile
from .stored import ordering_way, read_by_both, stored_way

CONNECTIVITY = BinarySensorEntityDescription(
    key="connectivity",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)
API = BinarySensorEntityDescription(
    key="api",
    translation_key="miner_api",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)
PAGES = BinarySensorEntityDescription(
    key="pages",
    translation_key="miner_pages",
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
    async_add_by_profile(entry.runtime_data, async_add_entities, _binary_sensors)


def _binary_sensors(miner: MinerCoordinator) -> Iterator[MinerEntity | BoardEntity]:
    data = miner.config_entry.data
    yield MinerConnectivity(miner, CONNECTIVITY)
    yield MinerProblem(miner, PROBLEM)
    if read_by_both(data):
        yield WayConnectivity(miner, API, stored_way(data).driver)
        yield WayConnectivity(miner, PAGES, ordering_way(data).driver)
    for board_id in miner.profile.boards:
        yield BoardProblem(miner, BOARD_PROBLEM, board_id)


class MinerConnectivity(MinerEntity, DescribedBinarySensor):
    """Whether the miner's API gave good data within the grace."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.fresh


class WayConnectivity(MinerEntity, DescribedBinarySensor):
    """Whether one of the two ways to a miner gave good data with the last reading."""

    def __init__(
        self,
        coordinator: MinerCoordinator,
        description: BinarySensorEntityDescription,
        driver: str,
    ) -> None:
        """Take the name of the driver."""
        super().__init__(coordinator, description)
        self._driver = driver

    @property
    @override
    def is_on(self) -> bool:
        return self._driver not in self.coordinator.data.failing


class MinerProblem(MinerEntity, DescribedBinarySensor):
    """Whether the miner needs attention."""

    @property
    @override
    def is_on(self) -> bool | None:
        return miner_has_problem(self.coordinator.data, self.coordinator.profile)


class BoardProblem(BoardEntity, DescribedBinarySensor):
    """Whether a hashboard that should work is lost or critical."""

    @property
    @override
    def is_on(self) -> bool | None:
        return board_has_problem(self.coordinator.data, self.board_id)
