"""Pauses that protect machines: what was stopped or changed is let rest, over restarts too."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
import math
from time import monotonic
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .issues import PAUSES_LOST, PAUSES_NOT_STORED, tell_shared_loss, update_shared_disk
from .kept import KeptStore
from .stored_shape import text

VERSION: Final = 1
"""Of the record on disk."""
STOPPED: Final = "stopped"
"""The machine of an entry was stopped."""
CUT: Final = "cut"
"""Its power was cut for a moment."""
KEPT: Final = timedelta(hours=24)
"""No pause is longer."""
SAVED_EVERY_S: Final = 1.0
SAVED_AGAIN_AFTER_S: Final = 30.0
"""After a write that failed."""


class Pauses:
    """When what wears a machine was last done, by entry or entity, and by what it was.

    Counted by a clock that cannot be set. On disk stands the time of the day: how long
    Home Assistant was away is known by nothing else.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Know of nothing until the record is read."""
        self._hass = hass
        self._store = KeptStore(hass, "pauses", VERSION)
        self._store.on_written = self._written
        self._done: dict[str, dict[str, float]] = {}
        """Seconds on the monotonic clock; below zero from before the machine's start."""
        self._begun: dict[tuple[str, str], float] = {}
        """What is being done now; on disk it counts as done, in case of a crash."""
        self._learned: set[tuple[str, str]] = set()
        self._lost_at: float | None = None
        """When a record was set aside: anything may have been done right before."""
        self._unsaved = False
        self._saved_at = -math.inf
        """Seconds on the loop's clock."""
        self._changes = self._changes_stored = 0
        self._storing = asyncio.Lock()

    async def async_load(self) -> None:
        """Read what was kept; of what cannot be used, every pause begins now."""
        aside = await self._store.async_load_readable(self._read)
        if aside is not None:
            self._lost_at = monotonic()
            tell_shared_loss(self._hass, PAUSES_LOST, aside)

    @asynccontextmanager
    async def async_ordering(self, of: str, what: str = STOPPED) -> AsyncIterator[None]:
        """Have it on disk that something may have been done, before it is.

        What was done in the end is noted by who did it. No disk holds up the order: where
        it cannot be written, that is told.
        """
        self._begun[of, what] = monotonic()
        try:
            await self._async_store_now()
            yield
        finally:
            self._begun.pop((of, what), None)
            self._save()

    async def _async_store_now(self) -> None:
        """Return once all of this moment is on disk; who comes meanwhile shares a write."""
        self._changes += 1
        mine = self._changes
        async with self._storing:
            if self._changes_stored < mine:
                stored = self._changes
                await self._store.async_save(self._stored())
                self._changes_stored = stored

    @callback
    def learn(self, of: str, what: str, ago: timedelta) -> None:
        """Take what another record says was done, unless a later time is known.

        Once since the start: from then on all is noted, by a clock that cannot be set.
        """
        if (of, what) in self._learned:
            return
        self._learned.add((of, what))
        at = monotonic() - max(0.0, ago.total_seconds())
        if ago < KEPT and at > self._done.get(of, {}).get(what, -math.inf):
            self.note(of, what, ago)

    @callback
    def note(self, of: str, what: str = STOPPED, ago: timedelta = timedelta()) -> None:
        """Remember what was done to an entry or entity, just now or some time ago."""
        at = monotonic() - max(0.0, ago.total_seconds())
        self._done.setdefault(of, {})[what] = at
        self._save()

    def left(self, of: str, pause: timedelta, *kinds: str) -> timedelta:
        """Return what is left of the pause after the last of these; zero if nothing is."""
        done = self._done.get(of, {})
        known = [done[what] for what in kinds if what in done]
        if self._lost_at is not None:
            known.append(self._lost_at)
        if not known:
            return timedelta()
        gone = timedelta(seconds=monotonic() - max(known))
        return max(timedelta(), pause - gone)

    def _read(self, kept: dict[str, Any]) -> bool:
        for of, done in kept["done"].items():
            self._done[text(of)] = {
                text(what): _counted(at) for what, at in done.items()
            }
        return True

    @callback
    def _save(self) -> None:
        if self._unsaved:
            return
        self._unsaved = True
        # Hundreds of machines that stop together share a write each second.
        wait = self._saved_at + SAVED_EVERY_S - self._hass.loop.time()
        self._store.async_delay_save(self._stored, max(0.0, wait))

    @callback
    def _written(self, failure: Exception | None) -> None:
        update_shared_disk(self._hass, PAUSES_NOT_STORED, failure)
        if failure is not None and not self._unsaved:
            self._unsaved = True
            self._store.async_delay_save(self._stored, SAVED_AGAIN_AFTER_S)

    @callback
    def _stored(self) -> dict[str, Mapping[str, Mapping[str, str]]]:
        """Return the record, in the time of the day as it is now."""
        self._unsaved, self._saved_at = False, self._hass.loop.time()
        now, lived = dt_util.utcnow(), monotonic()
        recent = {
            of: {
                what: (now - timedelta(seconds=lived - at)).isoformat()
                for what, at in done.items()
                if lived - at < KEPT.total_seconds()
            }
            for of, done in self._with_begun().items()
        }
        return {"done": {of: done for of, done in recent.items() if done}}

    def _with_begun(self) -> dict[str, dict[str, float]]:
        done = {of: dict(each) for of, each in self._done.items()}
        for (of, what), at in self._begun.items():
            done.setdefault(of, {})[what] = at
        return done


def _counted(at: str) -> float:
    """Return a stored time on the monotonic clock.

    One in the future is of a clock that was set back since: how long ago that was is
    unknown, so its pause begins now.
    """
    time = datetime.fromisoformat(at)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return monotonic() - max(0.0, (dt_util.utcnow() - time).total_seconds())


DATA_PAUSES: Final[HassKey[Pauses]] = HassKey(f"{DOMAIN}_pauses")


@callback
def async_pauses(hass: HomeAssistant) -> Pauses:
    """Return the pauses of this Home Assistant."""
    if DATA_PAUSES not in hass.data:
        hass.data[DATA_PAUSES] = Pauses(hass)
    return hass.data[DATA_PAUSES]


async def async_load_pauses(hass: HomeAssistant) -> None:
    """Read what was done before the start, before any entry is set up."""
    await async_pauses(hass).async_load()


@callback
def async_require_pause(
    hass: HomeAssistant, of: str, pause: timedelta, name: str
) -> None:
    """Raise ServiceValidationError while the last stop is shorter ago than a pause."""
    if left := async_pauses(hass).left(of, pause, STOPPED):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="stopped_just_now",
            translation_placeholders={"name": name, "seconds": seconds(left)},
        )


def seconds(left: timedelta) -> str:
    """Return a time that is left in whole seconds, as texts show it."""
    return str(math.ceil(left.total_seconds()))
