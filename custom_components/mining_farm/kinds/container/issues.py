"""What a human has to look after, told under Repairs and withdrawn when it is over."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ...const import DOMAIN
from ...engines.antspace import PlantReading, Quantity

if TYPE_CHECKING:
    from .coordinator import ContainerCoordinator

PRESSURE = "container_pressure"
POWER = "container_power"


@callback
def update(container: ContainerCoordinator, plant: PlantReading) -> None:
    """Raise and withdraw the issues that follow from a reading."""
    quantities = {
        field.quantity
        for field in container.table.fields
        if field.key in plant.implausible
    }
    _set(container, PRESSURE, on=Quantity.PRESSURE in quantities, fixable=True)
    _set(container, POWER, on=Quantity.POWER in quantities)


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw everything about a container that is removed."""
    for key in (PRESSURE, POWER):
        ir.async_delete_issue(hass, DOMAIN, f"{key}_{entry_id}")


def _set(
    container: ContainerCoordinator, key: str, *, on: bool, fixable: bool = False
) -> None:
    entry = container.config_entry
    issue_id = f"{key}_{entry.entry_id}"
    if not on:
        ir.async_delete_issue(container.hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        container.hass,
        DOMAIN,
        issue_id,
        data={"entry_id": entry.entry_id},
        is_fixable=fixable,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"name": entry.title},
    )
