"""What the integration does inside a core: its polls and its state writes."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import time
from typing import Any
from unittest.mock import patch

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    CGMinerError,
    MinerCollector,
    MinerSnapshot,
)
from custom_components.mining_farm.kinds.entity import FarmEntity
from custom_components.mining_farm.kinds.last_seen import LAST_SEEN
from custom_components.mining_farm.kinds.miner.coordinator import POLL_INTERVAL
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er

_LATE_S = 1.5 * POLL_INTERVAL.total_seconds()


class PollCount:
    """Counts the polls of every miner for as long as it is installed."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.reset()
        self._last: dict[MinerCollector, float] = {}

    def reset(self) -> None:
        """Begin another phase."""
        self.ended = self.failed = self.late = 0
        self.slowest_s = 0.0

    def missed(self) -> int:
        """Return how many polls failed, came late, or should have come by now."""
        now = time.monotonic()
        overdue = sum(now - last > _LATE_S for last in self._last.values())
        return self.failed + self.late + overdue

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Count within this context."""
        async_poll = MinerCollector.async_poll

        async def counted(collector: MinerCollector) -> MinerSnapshot:
            start = time.monotonic()
            self.late += start - self._last.get(collector, start) > _LATE_S
            self._last[collector] = start
            try:
                return await async_poll(collector)
            except CGMinerError:
                self.failed += 1
                raise
            finally:
                self.ended += 1
                self.slowest_s = max(self.slowest_s, time.monotonic() - start)

        with patch.object(MinerCollector, "async_poll", counted):
            yield


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
