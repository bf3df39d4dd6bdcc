"""What runs in a container, each of its alarms, and whether it answers at all."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import UNDEFINED

from ...const import DOMAIN
from ...engines.containers import AlarmKind, Flag, Nature, Severity, Shape, Write
from .coordinator import ContainerConfigEntry, ContainerCoordinator
from .entity import ContainerEntity

ALARM = "alarm_"
"""Begins the keys of the alarms' sensors."""
PID_MODE = "pid_mode"
HIDDEN = "hidden_for_its_switch"
"""Among the options of an entity: that it was hidden because a switch shows the same."""

SILENT = BinarySensorEntityDescription(
    key="silent",
    translation_key="container_silent",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
PROBLEM = BinarySensorEntityDescription(
    key="problem",
    translation_key="container_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
SHAPES = {
    Shape.RUNNING: BinarySensorDeviceClass.RUNNING,
    Shape.MOVING: BinarySensorDeviceClass.MOVING,
    Shape.CONNECTED: BinarySensorDeviceClass.CONNECTIVITY,
    Shape.MODE: None,
}
NATURES = {
    Nature.PROBLEM: BinarySensorDeviceClass.PROBLEM,
    Nature.MOISTURE: BinarySensorDeviceClass.MOISTURE,
    Nature.HEAT: BinarySensorDeviceClass.HEAT,
    Nature.COLD: BinarySensorDeviceClass.COLD,
}


def describe_flag(flag: Flag) -> BinarySensorEntityDescription:
    """Describe the sensor of a flag."""
    return BinarySensorEntityDescription(
        key=flag.key,
        translation_key=flag.key,
        device_class=SHAPES[flag.shape],
        entity_category=EntityCategory.DIAGNOSTIC if flag.diagnostic else None,
        entity_registry_enabled_default=flag.enabled,
    )


def describe_alarm(kind: AlarmKind) -> BinarySensorEntityDescription:
    """Describe the sensor of an alarm."""
    return BinarySensorEntityDescription(
        key=f"{ALARM}{kind.key}",
        # A threshold's name is its user's own words.
        name=kind.name if kind.own else UNDEFINED,
        translation_key=None if kind.own else f"{ALARM}{kind.key}",
        device_class=NATURES[kind.nature],
        # Twenty rows that are all right hide the readings; the worst of them is a
        # sensor, and all together are a problem.
        entity_category=EntityCategory.DIAGNOSTIC,
        # Each writes a line into Activity when the container goes away.
        entity_registry_enabled_default=kind.own or kind.severity is Severity.CRITICAL,
    )


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ContainerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the container's binary sensors."""
    coordinator = entry.runtime_data

    def sensors() -> Iterator[ContainerEntity]:
        yield SilentSensor(coordinator, SILENT)
        yield ProblemSensor(coordinator, PROBLEM)
        for flag in coordinator.table.flags:
            if flag.shape is Shape.CONNECTED:
                yield ConnectedSensor(coordinator, describe_flag(flag))
            elif flag.key == PID_MODE:
                yield PidModeSensor(coordinator, describe_flag(flag))
            else:
                yield FlagSensor(coordinator, describe_flag(flag))
        for kind in coordinator.table.alarms:
            yield AlarmSensor(coordinator, kind)

    _remove_alarms_that_are_gone(hass, entry)
    async_add_entities(sensors())


@callback
def _remove_alarms_that_are_gone(
    hass: HomeAssistant, entry: ContainerConfigEntry
) -> None:
    """Remove the sensors of thresholds that the user has taken away."""
    # Home Assistant keeps what is not added again in its registry, as unavailable.
    registry = er.async_get(hass)
    alarms = f"{entry.entry_id}_{ALARM}"
    ids = {f"{alarms}{kind.key}" for kind in entry.runtime_data.table.alarms}
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.domain == Platform.BINARY_SENSOR and (
            entity.unique_id.startswith(alarms) and entity.unique_id not in ids
        ):
            registry.async_remove(entity.entity_id)


class SilentSensor(ContainerEntity, BinarySensorEntity):
    """Whether no good answer came for the grace."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.silent


class ProblemSensor(ContainerEntity, BinarySensorEntity):
    """Whether any alarm is on."""

    @property
    @override
    def is_on(self) -> bool | None:
        alarms = self.coordinator.data.alarms
        return None if alarms is None else bool(alarms)


class FlagSensor(ContainerEntity, BinarySensorEntity):
    """Something that runs, or a mode that is on."""

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.data.plant.flags.get(self.entity_description.key)


class PidModeSensor(FlagSensor):
    """Whether the controller picks its target; hidden where a switch shows the same."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if (entity := self.registry_entry) is None:
            return
        switched = self.coordinator.offers(Write.PID, Write.SET_TEMPERATURE)
        # Once each time that changes: from then on it is the user's choice.
        known = entity.options.get(DOMAIN) or {HIDDEN: False}
        if known[HIDDEN] is switched:
            return
        registry = er.async_get(self.hass)
        registry.async_update_entity_options(
            entity.entity_id, DOMAIN, {HIDDEN: switched}
        )
        if entity.hidden_by is not er.RegistryEntryHider.USER:
            hider = er.RegistryEntryHider.INTEGRATION if switched else None
            registry.async_update_entity(entity.entity_id, hidden_by=hider)


class ConnectedSensor(FlagSensor):
    """Whether the controller answers and has its PLC; off is known without an answer."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool | None:
        if self.coordinator.fresh:
            return super().is_on
        return False if self.coordinator.silent else None


class AlarmSensor(ContainerEntity, BinarySensorEntity):
    """One alarm."""

    def __init__(self, coordinator: ContainerCoordinator, kind: AlarmKind) -> None:
        """Take the alarm's row of the model's table."""
        super().__init__(coordinator, describe_alarm(kind))
        self._key = kind.key
        self._attr_extra_state_attributes = {"severity": kind.severity}

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.data.plant.alarm_states.get(self._key)
