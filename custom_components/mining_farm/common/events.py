"""Event entities that report what happens, also what happened before they existed."""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, override

from homeassistant.components.event import EventEntity
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started

from .coordinator import FarmCoordinator
from .entity import EntryEntity

type EventListener = Callable[[str, Mapping[str, Any]], None]

MOST_UNTOLD = 100


class Teller:
    """Has one listener at a time; what nobody hears waits for the next."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self._listener: EventListener | None = None
        # Nobody ever listens where the user has disabled the entity.
        self._untold = deque[tuple[str, Mapping[str, Any]]](maxlen=MOST_UNTOLD)

    @callback
    def tell(self, event: str, attributes: Mapping[str, Any]) -> None:
        """Tell what happened."""
        if self._listener is None:
            self._untold.append((event, attributes))
        else:
            self._listener(event, attributes)

    @callback
    def async_listen(self, listener: EventListener) -> CALLBACK_TYPE:
        """Tell a listener what happens, beginning with what nobody has heard yet."""
        self._listener = listener
        while self._untold:
            listener(*self._untold.popleft())

        @callback
        def stop() -> None:
            self._listener = None

        return stop


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
