"""An event entity that tells what happens to what its entry stands for."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.start import async_at_started

from .coordinator import FarmCoordinator
from .entity import EntryEntity
from .telling import Teller


class ToldEvent[CoordinatorT: FarmCoordinator[Any]](
    EntryEntity[CoordinatorT], EventEntity
):
    """The last thing that happened; it stays true while the device is silent."""

    @property
    @abstractmethod
    def teller(self) -> Teller:
        """Return who tells it."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        # Automations hear nothing before: what happens until then waits for them.
        self.async_on_remove(async_at_started(self.hass, self._listen))

    @callback
    def _listen(self, _hass: HomeAssistant) -> None:
        self.async_on_remove(self.teller.async_listen(self._happened))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write nothing: an event is no part of a reading."""

    @callback
    def _happened(self, event: str, attributes: Mapping[str, Any]) -> None:
        self._trigger_event(event, dict(attributes))
        self.async_write_ha_state()
