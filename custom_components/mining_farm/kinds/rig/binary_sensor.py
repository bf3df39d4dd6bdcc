"""Binary sensor of a rig: whether it mines."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.entity import DescribedBinarySensor
from ...engines.restart import RigState
from .coordinator import RigConfigEntry
from .entity import RigEntity

ONLINE = BinarySensorEntityDescription(
    key="online",
    translation_key="rig_online",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
)
NO_JUDGEMENT = (RigState.HELD, RigState.UNKNOWN)
WORKING = (RigState.ONLINE, RigState.ELSEWHERE)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RigConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the rig's binary sensor."""
    async_add_entities([RigOnline(entry.runtime_data, ONLINE)])


class RigOnline(RigEntity, DescribedBinarySensor):
    """On while pool or miner sees the rig work; unknown while there is no evidence."""

    @property
    @override
    def is_on(self) -> bool | None:
        state = self.coordinator.data.state
        return None if state in NO_JUDGEMENT else state in WORKING
