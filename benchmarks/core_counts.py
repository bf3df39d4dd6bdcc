"""What the integration does inside a core: its polls and its state writes."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
import time
from typing import Any, NamedTuple
from unittest.mock import patch

from custom_components.mining_farm.common.coordinator import FarmCoordinator
from custom_components.mining_farm.common.entity import LAST_SEEN, FarmEntity
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.container.coordinator import (
    ContainerCoordinator,
)
from custom_components.mining_farm.kinds.miner.coordinator import (
    POLL_INTERVAL,
    MinerCoordinator,
)
from homeassistant.const import CONF_HOST, EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.update_coordinator import UpdateFailed

type _Poll = Callable[[FarmCoordinator[Any]], Awaitable[object]]

_LATE_S = 1.5 * POLL_INTERVAL.total_seconds()
_POLLING: tuple[Any, ...] = (ContainerCoordinator, MinerCoordinator)


class PollsOfOne(NamedTuple):
    """How one device was polled."""

    good: int
    longest_gap_s: float
    """From the begin of one poll to that of the next."""


class PollCount:
    """Counts the polls of every device for as long as it is installed."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.reset()
        self._last: dict[FarmCoordinator[Any], float] = {}

    def reset(self) -> None:
        """Begin another phase."""
        self.ended = self.failed = self.first_failed = self.late = 0
        self.slowest_s = 0.0
        self._gaps: dict[str, float] = {}
        self._good: Counter[str] = Counter()

    def of(self, host: str) -> PollsOfOne:
        """Return how one device was polled."""
        return PollsOfOne(self._good[host], self._gaps.get(host, 0.0))

    def missed(self) -> int:
        """Return how many polls failed, came late, or should have come by now."""
        now = time.monotonic()
        overdue = sum(now - last > _LATE_S for last in self._last.values())
        return self.failed + self.late + overdue

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Count within this context."""
        with ExitStack() as patched:
            for kind in _POLLING:
                poll = self._counted(kind._async_poll)  # noqa: SLF001
                patched.enter_context(patch.object(kind, "_async_poll", poll))
            yield

    def _counted(self, poll: _Poll) -> _Poll:
        """Return that way to poll, counted."""

        async def counted(coordinator: FarmCoordinator[Any]) -> object:
            start = time.monotonic()
            is_first = coordinator not in self._last
            gap = start - self._last.get(coordinator, start)
            self.late += gap > _LATE_S
            host = coordinator.config_entry.data[CONF_HOST]
            self._gaps[host] = max(self._gaps.get(host, 0.0), gap)
            self._last[coordinator] = start
            try:
                data = await poll(coordinator)
            except UpdateFailed:
                self.failed += 1
                self.first_failed += is_first
                raise
            else:
                self._good[host] += 1
                return data
            finally:
                self.ended += 1
                self.slowest_s = max(self.slowest_s, time.monotonic() - start)

        return counted


class Noted(NamedTuple):
    """Something that an event entity triggered."""

    entity_id: str
    about: str | None
    """The alarm, of a container's."""
    at: float
    """Seconds since the Unix epoch."""


@contextmanager
def noting(hass: HomeAssistant) -> Iterator[list[Noted]]:
    """Note what the event entities trigger within this context."""
    noted: list[Noted] = []

    @callback
    def is_event(data: EventStateChangedData) -> bool:
        return data["entity_id"].startswith("event.")

    @callback
    def on_changed(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            about = state.attributes.get("alarm")
            noted.append(Noted(state.entity_id, about, time.time()))

    stop = hass.bus.async_listen(EVENT_STATE_CHANGED, on_changed, is_event)
    yield noted
    stop()


class WriteCount:
    """Counts what the integration's entities write to the state machine.

    All but `last seen`, whose business it is to move.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin at zero."""
        self.calls: Counter[str] = Counter()
        """Calls of async_write_ha_state by the key of the entity's description."""
        self.last_seen = 0
        self.changed = 0
        self.reported = 0
        self._hass = hass
        registry = er.async_get(hass)
        self._ours = {
            entity.entity_id
            for entity in registry.entities.values()
            if entity.platform == DOMAIN
            and not entity.unique_id.endswith(LAST_SEEN.key)
        }

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Count within this context."""
        async_write_ha_state = FarmEntity.async_write_ha_state

        @callback
        def counted(entity: FarmEntity[Any]) -> None:
            if entity.entity_description is LAST_SEEN:
                self.last_seen += 1
            else:
                self.calls[entity.entity_description.key] += 1
            async_write_ha_state(entity)

        unsubscribe = self._listen()
        with patch.object(FarmEntity, "async_write_ha_state", counted):
            yield
        for stop in unsubscribe:
            stop()

    def _listen(self) -> list[Callable[[], None]]:
        @callback
        def is_ours(data: EventStateChangedData | EventStateReportedData) -> bool:
            return data["entity_id"] in self._ours

        @callback
        def on_changed(_event: Event[EventStateChangedData]) -> None:
            self.changed += 1

        @callback
        def on_reported(_event: Event[EventStateReportedData]) -> None:
            self.reported += 1

        listen = self._hass.bus.async_listen
        return [
            listen(EVENT_STATE_CHANGED, on_changed, is_ours),
            listen(EVENT_STATE_REPORTED, on_reported, is_ours),
        ]
