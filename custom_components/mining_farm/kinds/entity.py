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

    def _shown(self) -> tuple[bool, Any]:
        available = self.available
        return available, self.state if available else None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        # Home Assistant writes the first state itself, right after this.
        self._written = self._shown()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if (shown := self._shown()) != self._written:
            self._written = shown
            super()._handle_coordinator_update()
