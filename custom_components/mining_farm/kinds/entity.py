"""What the entities of all kinds have in common."""

from typing import Any, override

from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .coordinator import FarmCoordinator


class FarmEntity[CoordinatorT: FarmCoordinator[Any]](CoordinatorEntity[CoordinatorT]):
    """Shows one value of a coordinator's data, and writes it only when it changed."""

    _attr_has_entity_name = True
    _written: tuple[bool, Any] | None = None

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.fresh

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        available = self.available
        current = (available, self.state if available else None)
        if current != self._written:
            self._written = current
            super()._handle_coordinator_update()
