"""What the entities of all kinds have in common."""

from typing import Any, override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from ..const import DOMAIN
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
        if not (available := self.available):
            return available, None
        # One alarm in the place of another changes a list and not its count.
        return available, (self.state, self.extra_state_attributes)

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


class EntryEntity[CoordinatorT: FarmCoordinator[Any]](FarmEntity[CoordinatorT]):
    """An entity of the device that its entry stands for."""

    def __init__(
        self, coordinator: CoordinatorT, description: EntityDescription
    ) -> None:
        """Hang the entity on the entry's device, which the kind has registered."""
        super().__init__(coordinator)
        entry_id = coordinator.config_entry.entry_id
        self.entity_description = description
        self._attr_unique_id = f"{entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry_id)})
