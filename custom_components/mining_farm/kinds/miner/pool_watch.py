"""For which pools and workers a miner was seen to work: another one may be a thief's."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ...common.events import EventQueue
from ...engines.edge_collector import MinerSnapshot, Pool
from .const import CONF_NEW_POOL, CONF_POOL_WATCH, CONF_POOLS
from .issues import async_update_new_pool

EVENT_POOL: Final = "pool_changed"
EVENT_WORKER: Final = "worker_changed"
MAX_KNOWN: Final = 32
"""Pairs of pool and worker that are remembered, the newest ones."""

type _Pair = list[str | None]
"""Host and port of a pool, and the worker, as an entry stores them."""


class PoolWatch:
    """Notices that a miner works for a pool or a worker that it was not seen with."""

    __slots__ = ("_entry", "_hass", "events")

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Remember in the entry's data."""
        self._hass = hass
        self._entry = entry
        self.events = EventQueue()

    @callback
    def note(self, snapshot: MinerSnapshot) -> None:
        """Compare a reading with what is known; the first one is believed."""
        pairs = [_pair(pool) for pool in snapshot.pools]
        if (pool := snapshot.active_pool) is None or (pair := _pair(pool)) is None:
            return
        known: list[_Pair] | None = self._entry.data.get(CONF_POOLS)
        new = self._entry.data.get(CONF_NEW_POOL)
        if known is None:
            # What it falls back on is no news either.
            known = [each for each in pairs if each is not None]
        elif pair not in known:
            self._publish(pair, known)
            known = [*known, pair]
            new = pair if self._entry.options.get(CONF_POOL_WATCH) else None
        elif pair != new:
            new = None
        self._store(known[-MAX_KNOWN:], new)

    @callback
    def accept(self) -> None:
        """Take the new pool or worker for the user's own."""
        self._store(self._entry.data[CONF_POOLS], None)

    def _publish(self, pair: _Pair, known: list[_Pair]) -> None:
        address, worker = pair
        moved = address not in [each[0] for each in known]
        event = EVENT_POOL if moved else EVENT_WORKER
        self.events.trigger(event, {"pool": address, "worker": worker})

    def _store(self, known: list[_Pair], new: _Pair | None) -> None:
        data = {**self._entry.data, CONF_POOLS: known, CONF_NEW_POOL: new}
        if data != dict(self._entry.data):
            self._hass.config_entries.async_update_entry(self._entry, data=data)
        async_update_new_pool(self._hass, self._entry, pool=_shown(new))


def _shown(pair: _Pair | None) -> str | None:
    return None if pair is None else pair[0] or pair[1]


def _pair(pool: Pool) -> _Pair | None:
    pair = [pool.address, pool.worker]
    return pair if any(pair) else None
