"""What a human has to look after, told under Repairs and withdrawn when it is over."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.issue_registry import IssueSeverity

from ...common.issues import raise_issue, withdraw_issues
from ...engines.containers.antspace import PlantReading, Quantity

if TYPE_CHECKING:
    from .coordinator import ContainerCoordinator

PRESSURE = "container_pressure"
POWER = "container_power"


@callback
def update(container: ContainerCoordinator, plant: PlantReading) -> None:
    """Raise and withdraw the issues that follow from a reading."""
    for key, quantity, fixable in (
        (PRESSURE, Quantity.PRESSURE, True),
        (POWER, Quantity.POWER, False),
    ):
        bounded = {
            field.key
            for field in container.table.fields
            if field.quantity is quantity and field.ceiling is not None
        }
        if bounded & plant.implausible:
            raise_issue(
                container.hass,
                container.config_entry,
                key,
                fixable=fixable,
                severity=IssueSeverity.WARNING,
            )
        # What is not told says nothing about what was told before.
        elif any(plant.values[told] is not None for told in bounded):
            withdraw_issues(container.hass, container.config_entry.entry_id, (key,))


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw everything about a container that is removed."""
    withdraw_issues(hass, entry_id, (PRESSURE, POWER))
