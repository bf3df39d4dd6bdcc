"""Sensors of a rig."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfPower, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ...common.entity import DescribedSensor
from ...common.held_by import HELD_BY, HeldBySensor
from ...common.units import MEGAHASHES_PER_SECOND
from ...const import CONF_MINER_ENTRY
from ...engines.pools import POOLS, Outcome
from ...engines.restart import Reason, RigState
from .const import CONF_SECOND_POOL
from .coordinator import RigConfigEntry, RigCoordinator
from .data import RigData
from .entity import RigEntity


@dataclass(frozen=True, kw_only=True)
class RigSensorDescription(SensorEntityDescription):
    """A sensor that reads the rig's data."""

    value_fn: Callable[[RigData], StateType | datetime]


@dataclass(frozen=True, kw_only=True)
class RigPartDescription(SensorEntityDescription):
    """A sensor that names what the rig was set up with."""

    name_fn: Callable[[RigCoordinator], str | None]


def _miner_name(rig: RigCoordinator) -> str | None:
    """Return the title of the linked miner's entry; None where it was removed."""
    entry_id = rig.config_entry.data[CONF_MINER_ENTRY]
    entry = rig.hass.config_entries.async_get_entry(entry_id)
    return None if entry is None else entry.title


def _outlet_name(rig: RigCoordinator) -> str | None:
    """Return the name of the plug, of its outlet or of the switch, once it is known."""
    outlet = rig.witnesses.outlet
    return None if outlet is None else outlet.name


def _pool_names(rig: RigCoordinator) -> str:
    """Return the names of the pools at which the rig mines."""
    witnesses = [rig.witnesses.first, rig.witnesses.second]
    names = [POOLS[each.account.pool].name for each in witnesses if each is not None]
    return ", ".join(dict.fromkeys(names))


def _minutes_since_share(rig: RigData) -> int | None:
    """Return the age of the newest share; whole minutes, to spare the recorder."""
    if rig.last_share is None:
        return None
    # The pool's clock may be ahead.
    age = max(dt_util.utcnow() - rig.last_share, timedelta())
    return age // timedelta(minutes=1)


POOL_NAME = RigPartDescription(
    key="pool",
    translation_key="rig_pool",
    entity_category=EntityCategory.DIAGNOSTIC,
    name_fn=_pool_names,
)
MINER_NAME = RigPartDescription(
    key="linked_miner",
    translation_key="rig_linked_miner",
    entity_category=EntityCategory.DIAGNOSTIC,
    name_fn=_miner_name,
)
OUTLET_NAME = RigPartDescription(
    key="outlet_name",
    translation_key="rig_outlet",
    entity_category=EntityCategory.DIAGNOSTIC,
    name_fn=_outlet_name,
)
LAST_SHARE = RigSensorDescription(
    key="last_share",
    translation_key="last_share",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_registry_enabled_default=False,
    value_fn=lambda rig: rig.last_share,
)
SECOND_POOL_ANSWER = RigSensorDescription(
    key="second_pool_answer",
    translation_key="second_pool_answer",
    entity_category=EntityCategory.DIAGNOSTIC,
    device_class=SensorDeviceClass.ENUM,
    options=[*Outcome],
    value_fn=lambda rig: rig.second_outcome,
)
SENSORS = (
    RigSensorDescription(
        key="state",
        translation_key="rig_state",
        device_class=SensorDeviceClass.ENUM,
        options=[*RigState],
        value_fn=lambda rig: rig.state,
    ),
    RigSensorDescription(
        key="reason",
        translation_key="rig_reason",
        device_class=SensorDeviceClass.ENUM,
        options=[*Reason],
        value_fn=lambda rig: rig.reason,
    ),
    RigSensorDescription(
        key="pool_answer",
        translation_key="pool_answer",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.ENUM,
        options=[*Outcome],
        value_fn=lambda rig: rig.outcome,
    ),
    # Each answer is a new time: not in the database and in Activity unless it is wanted.
    RigSensorDescription(
        key="pool_answered",
        translation_key="pool_answered",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda rig: rig.pool_answered,
    ),
    RigSensorDescription(
        key="pool_hashrate",
        translation_key="pool_hashrate",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=MEGAHASHES_PER_SECOND,
        suggested_display_precision=2,
        value_fn=lambda rig: (
            None if rig.pool_hashrate_hs is None else rig.pool_hashrate_hs / 1e6
        ),
    ),
    # Core lists no number with a unit in Activity, but each new time of the last share.
    RigSensorDescription(
        key="share_age",
        translation_key="share_age",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        value_fn=_minutes_since_share,
    ),
    RigSensorDescription(
        key="restarts_in_row",
        translation_key="restarts_in_row",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda rig: rig.memory.restarts_in_row,
    ),
    RigSensorDescription(
        key="restarts_total",
        translation_key="restarts_total",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda rig: rig.memory.restarts_total,
    ),
    RigSensorDescription(
        key="next_check",
        translation_key="next_check",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda rig: rig.next_check,
    ),
)
OUTLET_SENSORS = (
    RigSensorDescription(
        key="power",
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        value_fn=lambda rig: None if rig.outlet is None else rig.outlet.watts,
    ),
    RigSensorDescription(
        key="energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        value_fn=lambda rig: None if rig.outlet is None else rig.outlet.energy_kwh,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RigConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the rig's sensors, and the outlet's where it measures."""
    coordinator = entry.runtime_data
    async_add_entities(RigSensor(coordinator, each) for each in SENSORS)
    async_add_entities([RigLastShare(coordinator, LAST_SHARE)])
    async_add_entities([RigHeldBySensor(coordinator, HELD_BY)])
    async_add_entities(RigPart(coordinator, each) for each in _parts(coordinator))
    if CONF_SECOND_POOL in entry.data:
        async_add_entities([RigSensor(coordinator, SECOND_POOL_ANSWER)])
    if coordinator.measures:
        async_add_entities(RigSensor(coordinator, each) for each in OUTLET_SENSORS)


def _parts(rig: RigCoordinator) -> list[RigPartDescription]:
    """Return what to name of what the rig was set up with."""
    parts = [POOL_NAME]
    if rig.has_outlet:
        parts.append(OUTLET_NAME)
    if CONF_MINER_ENTRY in rig.config_entry.data:
        parts.append(MINER_NAME)
    return parts


class RigSensor(RigEntity, DescribedSensor):
    """A reading of the rig."""

    entity_description: RigSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.coordinator.data)


class RigHeldBySensor(HeldBySensor[RigCoordinator], RigEntity):
    """Who keeps the rig's machine down."""

    @override
    def machine_id(self) -> str:
        return self.coordinator.hold.machine_id


class RigLastShare(RigSensor, RestoreSensor):
    """The newest share, which stays known while its pool does not answer."""

    _known: datetime | None = None

    @override
    async def async_added_to_hass(self) -> None:
        stored = await self.async_get_last_sensor_data()
        if stored is not None and isinstance(stored.native_value, datetime):
            self._known = stored.native_value
        await super().async_added_to_hass()

    @property
    @override
    def native_value(self) -> StateType | datetime:
        if (share := self.coordinator.data.last_share) is not None:
            self._known = share
        return self._known


class RigPart(RigEntity, DescribedSensor):
    """The name of what belongs to the rig."""

    entity_description: RigPartDescription

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def native_value(self) -> str | None:
        return self.entity_description.name_fn(self.coordinator)
