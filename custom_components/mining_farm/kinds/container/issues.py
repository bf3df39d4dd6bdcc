"""Repair issues of a container: raised by what is known of it, withdrawn by what is later."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.issue_registry import IssueSeverity

from ...common.issues import raise_issue, raise_notice, withdraw_issues
from ...engines.containers import (
    Implausible,
    Nature,
    PlantReading,
    PlantTable,
    Quantity,
)
from .data import ContainerData

PRESSURE = "container_pressure"
POWER = "container_power"
LEAK = "container_leak"
SILENT = "container_silent"
PLANT_LOST = "container_plant_lost"
RECORD = "container_record"

PASSING = (LEAK, SILENT, PLANT_LOST)
"""Those that are only true while the container is watched."""


@callback
def update(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    table: PlantTable,
    data: ContainerData,
) -> None:
    """Raise and withdraw the issues that follow from a fresh reading."""
    leak = any(alarm.nature is Nature.MOISTURE for alarm in data.alarms or ())
    _set(hass, entry, LEAK, IssueSeverity.CRITICAL, on=leak)
    if (connected := data.plant.connected) is not None:
        _set(hass, entry, PLANT_LOST, IssueSeverity.CRITICAL, on=not connected)
    _update_units(hass, entry, table, data.plant)


@callback
def update_silence(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, silent: bool
) -> None:
    """Raise or withdraw the issue of a container that does not answer."""
    _set(hass, entry, SILENT, IssueSeverity.ERROR, on=silent)


@callback
def create_record(hass: HomeAssistant, entry: ConfigEntry[Any], file: str) -> None:
    """Say where what was kept of a container was set aside."""
    raise_notice(hass, entry, RECORD, file=file)


@callback
def delete_passing(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw what nothing keeps true once the container is not watched."""
    withdraw_issues(hass, entry_id, PASSING)


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw every issue of a container that is removed."""
    withdraw_issues(hass, entry_id, (PRESSURE, POWER, RECORD, *PASSING))


def _update_units(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
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
    entry: ConfigEntry[Any],
    key: str,
    severity: IssueSeverity,
    *,
    on: bool,
) -> None:
    if on:
        raise_issue(hass, entry, key, severity=severity)
    else:
        withdraw_issues(hass, entry.entry_id, (key,))
