"""Repair issues of a container: raised by what is known of it, withdrawn by what is later."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.issue_registry import IssueSeverity

from ...common.issues import raise_issue, withdraw_issues
from ...engines.containers import (
    Implausible,
    Nature,
    PlantReading,
    PlantTable,
    Quantity,
)
from .data import ContainerData

if TYPE_CHECKING:
    from .coordinator import ContainerConfigEntry

PRESSURE = "container_pressure"
POWER = "container_power"
LEAK = "container_leak"
SILENT = "container_silent"
PLANT_LOST = "container_plant_lost"


@callback
def follow(hass: HomeAssistant, entry: ContainerConfigEntry) -> None:
    """Keep the issues to what is known of the container, for as long as it is loaded."""
    container = entry.runtime_data

    @callback
    def update() -> None:
        if (silent := container.silent) is not None:
            _set(hass, entry, SILENT, IssueSeverity.ERROR, on=silent)
        # What was read before the silence is no news.
        if container.fresh:
            _update_alarms(hass, entry, container.data)
            _update_units(hass, entry, container.table, container.data.plant)

    @callback
    def end() -> None:
        withdraw_issues(hass, entry.entry_id, (LEAK, SILENT, PLANT_LOST))

    update()
    entry.async_on_unload(container.async_add_listener(update))
    entry.async_on_unload(end)


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw every issue of a container that is removed."""
    keys = (PRESSURE, POWER, LEAK, SILENT, PLANT_LOST)
    withdraw_issues(hass, entry_id, keys)


def _update_alarms(
    hass: HomeAssistant, entry: ContainerConfigEntry, data: ContainerData
) -> None:
    leak = any(alarm.nature is Nature.MOISTURE for alarm in data.alarms or ())
    _set(hass, entry, LEAK, IssueSeverity.CRITICAL, on=leak)
    if (connected := data.plant.connected) is not None:
        _set(hass, entry, PLANT_LOST, IssueSeverity.CRITICAL, on=not connected)


def _update_units(
    hass: HomeAssistant,
    entry: ContainerConfigEntry,
    table: PlantTable,
    plant: PlantReading,
) -> None:
    for issue, quantity, fixable in (
        (PRESSURE, Quantity.PRESSURE, True),
        (POWER, Quantity.POWER, False),
    ):
        fields = [field.key for field in table.fields if field.quantity is quantity]
        # Only what is too high may be in another unit.
        if any(plant.implausible.get(key) is Implausible.TOO_HIGH for key in fields):
            raise_issue(
                hass, entry, issue, fixable=fixable, severity=IssueSeverity.WARNING
            )
        # A value that is missing says nothing about one that was implausible before.
        elif any(plant.values[field] is not None for field in fields):
            withdraw_issues(hass, entry.entry_id, (issue,))


def _set(
    hass: HomeAssistant,
    entry: ContainerConfigEntry,
    key: str,
    severity: IssueSeverity,
    *,
    on: bool,
) -> None:
    if on:
        raise_issue(hass, entry, key, severity=severity)
    else:
        withdraw_issues(hass, entry.entry_id, (key,))
