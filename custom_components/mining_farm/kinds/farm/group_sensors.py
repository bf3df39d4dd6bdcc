"""What is known of a cooling group, as sensors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.helpers.typing import StateType

from ...engines.farm import Cause, Next, Phase
from .entity import GroupEntity
from .group import CoolingGroup

NONE: Final = "none"
BYPASSED: Final = "bypassed"


@dataclass(frozen=True, kw_only=True)
class GroupSensorDescription(SensorEntityDescription):
    """What is known of a cooling group."""

    value_fn: Callable[[CoolingGroup], StateType | datetime]
    attributes_fn: Callable[[CoolingGroup], dict[str, Any]] = field(
        default=lambda _: {}
    )


def _cause(group: CoolingGroup) -> str:
    causes = group.memory.causes
    return causes[0].partition(":")[0] if causes else NONE


def _machines(group: CoolingGroup) -> dict[str, Any]:
    unconfirmed = group.unconfirmed
    return {
        "machines": len(group.machines),
        "unconfirmed": unconfirmed[:20],
        "bypassed_until": group.bypass_until and group.bypass_until.isoformat()
        if group.bypassed
        else None,
    }


GROUP_SENSORS = (
    GroupSensorDescription(
        key="interlock",
        translation_key="farm_interlock",
        device_class=SensorDeviceClass.ENUM,
        options=[*Phase, BYPASSED],
        value_fn=lambda group: BYPASSED if group.bypassed else group.memory.phase,
    ),
    GroupSensorDescription(
        key="cause",
        translation_key="farm_cause",
        device_class=SensorDeviceClass.ENUM,
        options=[NONE, *Cause],
        value_fn=_cause,
        attributes_fn=lambda group: {
            "causes": list(map(group.said, group.memory.causes)),
            "standing": [
                group.said(f"{each.cause}:{each.key}") for each in group.hazards
            ],
        },
    ),
    GroupSensorDescription(
        key="next_step",
        translation_key="farm_next_step",
        device_class=SensorDeviceClass.ENUM,
        options=[*Next],
        value_fn=lambda group: group.outlook.step,
        attributes_fn=lambda group: {
            "at": group.next_at and group.next_at.isoformat(),
        },
    ),
    GroupSensorDescription(
        key="next_step_at",
        translation_key="farm_next_step_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda group: group.next_at,
    ),
    GroupSensorDescription(
        key="stopped",
        translation_key="farm_stopped",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda group: group.stopped,
        attributes_fn=_machines,
    ),
)


class GroupSensor(GroupEntity, SensorEntity):
    """One fact of a cooling group."""

    entity_description: GroupSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.cooling)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        return self.entity_description.attributes_fn(self.cooling) or None
