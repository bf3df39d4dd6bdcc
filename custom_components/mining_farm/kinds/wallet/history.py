"""The outcomes of a wallet's last windows, without the winners of others."""

from typing import Any, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ...const import DOMAIN

KEPT = 200
SAVE_DELAY_S = 1
"""What is on disk triggers no second event after a crash."""


class _Kept(TypedDict):
    results: list[dict[str, Any]]
    refused: str | None


class WindowHistory:
    """Results by the first block of their window: a correction replaces.

    Also why a commitment was refused last, so that it is an event but once.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the wallet's entry id."""
        self._store: Store[_Kept] = Store(hass, 1, f"{DOMAIN}.windows.{entry_id}")
        self._results: dict[int, dict[str, Any]] = {}
        self._refused: str | None = None
        self._changed = False

    async def async_load(self) -> None:
        """Recall what was kept."""
        if (kept := await self._store.async_load()) is None:
            return
        self._results = {
            result["window"]["start"]: result for result in kept["results"]
        }
        self._refused = kept["refused"]

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

    async def async_flush(self) -> None:
        """Write what waits to be written: the next setup reads the file."""
        if self._changed:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Forget the wallet."""
        await self._store.async_remove()

    def _save(self) -> None:
        self._changed = True
        self._store.async_delay_save(self._data, SAVE_DELAY_S)

    def _data(self) -> _Kept:
        self._changed = False
        return {"results": self.results(), "refused": self._refused}
