"""Pauses that protect machines: what was stopped or changed is let rest, over restarts too."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import math
from time import monotonic
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
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


class Pauses:
    """When what wears a machine was last done, by entry or entity, and by what it was.

    Counted by a clock that cannot be set. On disk stands the time of the day: how long
    Home Assistant was away is known by nothing else.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Know of nothing until the record is read."""
        self._hass = hass
        self._store = KeptStore(hass, "pauses", VERSION)
        self._done: dict[str, dict[str, float]] = {}
        """Seconds on the monotonic clock; below zero from before the machine's start."""
        self._lost_at: float | None = None
        """When a record was set aside: anything may have been done right before."""
        self._unsaved = False
        self._saved_at = -math.inf
        """Seconds on the loop's clock."""

    async def async_load(self) -> None:
        """Read what was kept; of what cannot be used, every pause begins now."""
        if await self._store.async_load_readable(self._read) is not None:
            self._lost_at = monotonic()

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
            for of, done in self._done.items()
        }
        return {"done": {of: done for of, done in recent.items() if done}}


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
