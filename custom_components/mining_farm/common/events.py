"""Event entities, also for what happened before they were added."""

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

MAX_QUEUED = 100


class EventQueue:
    """Passes events to one listener; they are queued while there is none."""

    __slots__ = ("_listener", "_queued")

    def __init__(self) -> None:
        """Start with an empty queue."""
        self._listener: EventListener | None = None
        # Most of a thousand miners never have one: an empty one takes its 700 bytes.
        self._queued: deque[tuple[str, Mapping[str, Any]]] | None = None

    @callback
    def trigger(self, event: str, attributes: Mapping[str, Any]) -> None:
        """Pass an event on, or queue it."""
        if self._listener is not None:
            self._listener(event, attributes)
            return
        if self._queued is None:
            # Bounded: a disabled event entity never listens.
            self._queued = deque(maxlen=MAX_QUEUED)
        self._queued.append((event, attributes))

    @callback
    def async_listen(self, listener: EventListener) -> CALLBACK_TYPE:
        """Pass events to a listener, the queued ones first; returns how to stop."""
        self._listener = listener
        while self._queued:
            listener(*self._queued.popleft())

        @callback
        def stop() -> None:
            self._listener = None

        return stop


class FarmEventEntity[CoordinatorT: FarmCoordinator[Any]](
    EntryEntity[CoordinatorT], EventEntity
):
    """The last event of an entry; it stays valid while the device does not answer."""

    @property
    @abstractmethod
    def events(self) -> EventQueue:
        """Return where the events come from."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        # Automations are set up after the integrations: an event that is triggered
        # before Home Assistant has started would be missed by them.
        self.async_on_remove(async_at_started(self.hass, self._listen))

    @callback
    def _listen(self, _hass: HomeAssistant) -> None:
        self.async_on_remove(self.events.async_listen(self._async_handle_event))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write nothing: an event is no part of a reading."""

    @callback
    def _async_handle_event(self, event: str, attributes: Mapping[str, Any]) -> None:
        self._trigger_event(event, dict(attributes))
        self.async_write_ha_state()
