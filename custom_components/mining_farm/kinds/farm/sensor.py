"""Sums of a site: what its machines and containers do, and who keeps which down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfPower, UnitOfTemperature
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from ...common.units import PETAHASHES_PER_SECOND
from ...engines.edge_collector import Algorithm, display_unit
from ...engines.farm import MachineState, Sum
from .coordinator import FarmConfigEntry, SiteCoordinator
from .data import FarmData
from .entity import SiteEntity
from .group_sensors import GROUP_SENSORS, GroupSensor
from .status import SiteStatus, in_trouble, status_of

JOULES_PER_TERAHASH = "J/TH"
HASHES_PER_PH = 1e15
HASHES_PER_GH = 1e9
NONE = "none"
UNKNOWN_ALGORITHM = "farm_hashrate_unknown"


@dataclass(frozen=True, kw_only=True)
class SiteSensorDescription(SensorEntityDescription):
    """A sum of a site, and what its attributes say about it."""

    value_fn: Callable[[FarmData], StateType | datetime]
    attributes_fn: Callable[[FarmData], dict[str, Any]] = field(default=lambda _: {})


def _parts(sum_: Sum) -> dict[str, Any]:
    """Return of how many machines a sum is made, and of how many nothing is known."""
    return {"machines": sum_.parts, "unknown": sum_.unknown}


def _count(state: MachineState) -> Callable[[FarmData], int]:
    return lambda data: data.totals.by_state.get(state, 0)


def _whole(sum_: Sum) -> int | None:
    return None if sum_.value is None else int(sum_.value)


MACHINES = (
    SiteSensorDescription(
        key="machines_hashing",
        translation_key="farm_machines_hashing",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_count(MachineState.HASHING),
    ),
    SiteSensorDescription(
        key="machines_degraded",
        translation_key="farm_machines_degraded",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_count(MachineState.DEGRADED),
    ),
    SiteSensorDescription(
        key="machines_paused",
        translation_key="farm_machines_paused",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_count(MachineState.PAUSED),
    ),
    SiteSensorDescription(
        key="machines_starting",
        translation_key="farm_machines_starting",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_count(MachineState.STARTING),
    ),
    SiteSensorDescription(
        key="machines_idle",
        translation_key="farm_machines_idle",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_count(MachineState.IDLE),
    ),
    SiteSensorDescription(
        key="machines_fault",
        translation_key="farm_machines_fault",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_count(MachineState.FAULT),
    ),
    SiteSensorDescription(
        key="machines_off",
        translation_key="farm_machines_off",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_count(MachineState.OFF),
    ),
    SiteSensorDescription(
        key="machines_offline",
        translation_key="farm_machines_offline",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_count(MachineState.OFFLINE),
    ),
    SiteSensorDescription(
        key="machines_unknown",
        translation_key="farm_machines_unknown",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_count(MachineState.UNKNOWN),
    ),
)
SENSORS = (
    SiteSensorDescription(
        key="status",
        translation_key="farm_status",
        device_class=SensorDeviceClass.ENUM,
        options=[*SiteStatus],
        value_fn=status_of,
        attributes_fn=lambda data: {
            "machines_in_trouble": in_trouble(data),
            "machines_unknown": data.totals.by_state.get(MachineState.UNKNOWN, 0),
            "cooling_groups": {
                each.name: {"phase": each.phase, "cause": each.cause}
                for each in data.groups
            },
        },
    ),
    SiteSensorDescription(
        key="power",
        translation_key="farm_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: data.totals.power.value,
        attributes_fn=lambda data: {
            **_parts(data.totals.power),
            "measured": data.totals.power_measured,
        },
    ),
    SiteSensorDescription(
        key="container_power",
        translation_key="farm_container_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.containers.power,
        attributes_fn=lambda data: {
            "containers": data.containers.all,
            "unknown": data.containers.power_unknown,
        },
    ),
    SiteSensorDescription(
        key="efficiency",
        translation_key="farm_efficiency",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=JOULES_PER_TERAHASH,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: data.totals.efficiency,
        attributes_fn=lambda data: {"machines": data.totals.efficiency_of},
    ),
    SiteSensorDescription(
        key="boards_lost",
        translation_key="farm_boards_lost",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: _whole(data.totals.boards_lost),
        attributes_fn=lambda data: _parts(data.totals.boards_lost),
    ),
    SiteSensorDescription(
        key="hottest_chip",
        translation_key="farm_hottest_chip",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: data.totals.hottest,
        attributes_fn=lambda data: {"machine": data.totals.hottest_name},
    ),
    SiteSensorDescription(
        key="restarts_today",
        translation_key="farm_restarts_today",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: _whole(data.totals.restarts_today),
        attributes_fn=lambda data: _parts(data.totals.restarts_today),
    ),
    SiteSensorDescription(
        key="held",
        translation_key="farm_held",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: sum(data.held.values()),
        attributes_fn=lambda data: {
            **data.held,
            "not_started": data.not_started,
            "not_set_back": data.not_set_back,
            "held_machines": [
                {
                    "machine": each.machine,
                    "held_by": each.owner,
                    "reason": each.reason,
                    "since": each.since.isoformat(),
                    "by": each.by,
                }
                for each in data.held_machines
            ],
        },
    ),
    SiteSensorDescription(
        key="curtailed_power",
        translation_key="farm_curtailed_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: sum(one.freed for one in data.curtailments),
    ),
    SiteSensorDescription(
        key="watched",
        translation_key="farm_watched",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.watched_at,
    ),
)
CONTAINERS = (
    SiteSensorDescription(
        key="containers_running",
        translation_key="farm_containers_running",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: data.containers.running,
        attributes_fn=lambda data: {
            "containers": data.containers.all,
            "unknown": data.containers.unknown,
        },
    ),
    SiteSensorDescription(
        key="worst_alarm",
        translation_key="farm_worst_alarm",
        value_fn=lambda data: (
            # Of one that is not seen it is not known that it has none.
            data.containers.worst_alarm
            or (None if data.containers.alarms_unknown else NONE)
        ),
        attributes_fn=lambda data: {
            "container": data.containers.worst_at,
            "severity": data.containers.worst_severity,
            "unknown": data.containers.alarms_unknown,
            **data.containers.alarms,
        },
    ),
)
WALLETS = (
    SiteSensorDescription(
        key="promised",
        translation_key="farm_promised",
        native_unit_of_measurement=PETAHASHES_PER_SECOND,
        suggested_display_precision=3,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: (
            None if data.promised is None else data.promised / HASHES_PER_PH
        ),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FarmConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sums, and those of what the site has once it has some."""
    site = entry.runtime_data
    async_add_entities(SiteSensor(site, each) for each in (*SENSORS, *MACHINES))
    for group in site.groups.values():
        async_add_entities(
            [GroupSensor(site, group, each) for each in GROUP_SENSORS],
            config_subentry_id=group.shape.id,
        )
    known: set[str] = set()

    @callback
    def add_what_came() -> None:
        if not site.fresh:
            return
        new = [each for each in _present(site.data) if each.key not in known]
        known.update(each.key for each in new)
        async_add_entities(SiteSensor(site, each) for each in new)

    add_what_came()
    entry.async_on_unload(site.async_add_listener(add_what_came))


def _present(data: FarmData) -> list[SiteSensorDescription]:
    return [
        # A machine that was not read yet has no algorithm, and needs no sensor for that.
        *(
            _hashrate(algorithm)
            for algorithm, rate in data.totals.hashrate.items()
            if algorithm in list(Algorithm) or rate.value is not None
        ),
        *(CONTAINERS if data.containers.all else ()),
        *(WALLETS if data.wallets else ()),
    ]


def _hashrate(algorithm: str) -> SiteSensorDescription:
    """Describe the rate of the machines that work on one algorithm."""
    known = algorithm in list(Algorithm)
    unit = display_unit(Algorithm(algorithm) if known else None)

    def rate(data: FarmData) -> Sum:
        return data.totals.hashrate.get(algorithm, Sum())

    def value(data: FarmData) -> float | None:
        hashes = rate(data).value
        return None if hashes is None else hashes / HASHES_PER_GH / unit.ghs

    rated = SiteSensorDescription(
        key=f"hashrate_{algorithm}",
        translation_key="farm_hashrate",
        translation_placeholders={"algorithm": algorithm},
        native_unit_of_measurement=unit.symbol,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=value,
        attributes_fn=lambda data: _parts(rate(data)),
    )
    return rated if known else replace(rated, translation_key=UNKNOWN_ALGORITHM)


class SiteSensor(SiteEntity, SensorEntity):
    """One sum of a site."""

    _unrecorded_attributes = frozenset({"held_machines"})
    entity_description: SiteSensorDescription

    def __init__(
        self, site: SiteCoordinator, description: SiteSensorDescription
    ) -> None:
        """Take the sum, whose name may have a part of its own."""
        super().__init__(site, description)
        if description.translation_placeholders:
            self._attr_translation_placeholders = dict(
                description.translation_placeholders
            )

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        return self.entity_description.attributes_fn(self.coordinator.data) or None
