"""Tells an event entity what happens, also what happened before it existed."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.core import CALLBACK_TYPE, callback

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
