"""Repair issues of a container: raised by a reading, withdrawn by a later one."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.issue_registry import IssueSeverity

from ...common.issues import raise_issue, withdraw_issues
from ...engines.containers import Implausible, PlantReading, PlantTable, Quantity

PRESSURE = "container_pressure"
POWER = "container_power"


@callback
def update(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    table: PlantTable,
    plant: PlantReading,
) -> None:
    """Raise and withdraw the issues that follow from a reading."""
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


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw every issue of a container that is removed."""
    withdraw_issues(hass, entry_id, (PRESSURE, POWER))
