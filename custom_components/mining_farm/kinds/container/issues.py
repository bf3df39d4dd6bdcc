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
            _raise(container, key, fixable=fixable)
        # What is not told says nothing about what was told before.
        elif any(plant.values[told] is not None for told in bounded):
            ir.async_delete_issue(
                container.hass, DOMAIN, _id(container.config_entry.entry_id, key)
            )


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw everything about a container that is removed."""
    for key in (PRESSURE, POWER):
        ir.async_delete_issue(hass, DOMAIN, _id(entry_id, key))


def _raise(container: ContainerCoordinator, key: str, *, fixable: bool) -> None:
    entry = container.config_entry
    ir.async_create_issue(
        container.hass,
        DOMAIN,
        _id(entry.entry_id, key),
        data={"entry_id": entry.entry_id},
        is_fixable=fixable,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"name": entry.title},
    )


def _id(entry_id: str, key: str) -> str:
    return f"{key}_{entry_id}"
