"""The outcomes of a wallet's last windows, without the winners of others."""

import math
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

from ...common.kept import KeptStore, OnWritten

VERSION: Final = 1
# Windows of 12 min: the last 40 hours.
KEPT = 200
SAVE_DELAY_S = 1
"""What is on disk triggers no second event after a crash."""


class WindowHistory:
    """Results by the first block of their window: a correction replaces.

    Also why a commitment was refused last, so that it is an event but once.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the wallet's entry id."""
        self._store = KeptStore(hass, f"windows.{entry_id}", VERSION)
        self._results: dict[int, dict[str, Any]] = {}
        self._refused: str | None = None
        self.short: int | None = None
        """First block of the last window in which too little was delivered."""
        self.limit: float | None = None
        """PH/s that are bid at most, because no more is alive; None: all that is wanted."""
        self._changed = False

    @callback
    def on_written(self, listener: OnWritten) -> None:
        """Call after each write with what went wrong; None: nothing did."""
        self._store.on_written = listener

    async def async_load(self) -> str | None:
        """Recall what was kept; return the file that was set aside, if one had to be.

        What can be used of it is: of a window that is lost there may be a second event.
        """
        aside = await self._store.async_load_readable(self._read)
        if aside is not None:
            self._save()
        return aside

    def _read(self, kept: dict[str, Any]) -> bool:
        """Take over what can be used; return whether that was all."""
        results, refused = kept.get("results"), kept.get("refused")
        refusal_is_good = refused is None or isinstance(refused, str)
        self._refused = refused if refusal_is_good else None
        self.short = _whole(kept.get("short"))
        self.limit = _number(kept.get("limit"))
        if not isinstance(results, list):
            return False
        good = [result for result in results if _is_result(result)]
        self._results = {result["window"]["start"]: result for result in good}
        return refusal_is_good and len(self._results) == len(results)

    @callback
    def keep(self, result: dict[str, Any]) -> None:
        """Keep a result, and so many before it."""
        self._results[result["window"]["start"]] = result
        for start in sorted(self._results)[:-KEPT]:
            del self._results[start]
        self._save()

    @callback
    def find(self, start: int) -> dict[str, Any] | None:
        """Return the result of a window by its first block; None: it is new."""
        return self._results.get(start)

    @callback
    def before(self, start: int) -> dict[str, Any] | None:
        """Return the result of the last window before one."""
        earlier = max((each for each in self._results if each < start), default=None)
        return None if earlier is None else self._results[earlier]

    @callback
    def results(self) -> list[dict[str, Any]]:
        """Return what is kept, the latest window last."""
        return [self._results[start] for start in sorted(self._results)]

    @property
    def refused(self) -> str | None:
        """Why the commitment was refused last; None: it no longer is."""
        return self._refused

    @callback
    def keep_refusal(self, why: str | None) -> None:
        """Note why it is refused; None: it no longer is."""
        if why != self._refused:
            self._refused = why
            self._save()

    @callback
    def keep_short(self, window: int) -> None:
        """Note the window in which too little is delivered."""
        self.short = window
        self._save()

    @callback
    def keep_limit(self, limit: float | None) -> None:
        """Note how much may be bid at most."""
        self.limit = limit
        self._save()

    async def async_flush(self) -> None:
        """Write what waits to be written: the next setup reads the file."""
        if self._changed or self._store.failed:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Forget the wallet."""
        await self._store.async_remove()

    def _save(self) -> None:
        self._changed = True
        self._store.async_delay_save(self._data, SAVE_DELAY_S)

    def _data(self) -> dict[str, Any]:
        self._changed = False
        return {
            "results": self.results(),
            "refused": self._refused,
            "short": self.short,
            "limit": self.limit,
        }


def _whole(kept: object) -> int | None:
    return kept if isinstance(kept, int) and not isinstance(kept, bool) else None


def _number(kept: object) -> float | None:
    if isinstance(kept, bool) or not isinstance(kept, (int, float)):
        return None
    return float(kept) if math.isfinite(kept) and kept >= 0 else None


def _is_result(kept: object) -> bool:
    """Return whether a result has what the next one is compared with."""
    match kept:
        case {
            "window": {"start": int()},
            "block_hash": str(),
            "outcome": str(),
            "won": _,
            "banned": list(),
        }:
            return True
    return False
