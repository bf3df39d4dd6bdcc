"""The outcomes of a wallet's last windows, without the winners of others."""

from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ...const import DOMAIN

KEPT = 200
SAVE_DELAY_S = 10


class WindowHistory:
    """Results by the first block of their window: a correction replaces."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the wallet's entry id."""
        self._store: Store[list[dict[str, Any]]] = Store(
            hass, 1, f"{DOMAIN}.windows.{entry_id}"
        )
        self._results: dict[int, dict[str, Any]] = {}

    async def async_load(self) -> None:
        """Recall what was kept."""
        kept = await self._store.async_load() or []
        self._results = {result["window"]["start"]: result for result in kept}

    @callback
    def keep(self, result: dict[str, Any]) -> None:
        """Keep a result, and so many before it."""
        self._results[result["window"]["start"]] = result
        for start in sorted(self._results)[:-KEPT]:
            del self._results[start]
        self._store.async_delay_save(self.results, SAVE_DELAY_S)

    @callback
    def find(self, start: int) -> dict[str, Any] | None:
        """Return the result of a window that was told before."""
        return self._results.get(start)

    @callback
    def outcome_before(self, start: int) -> str | None:
        """Return how the last window before that one ended; None: nobody knows."""
        earlier = max((each for each in self._results if each < start), default=None)
        return None if earlier is None else self._results[earlier].get("outcome")

    @callback
    def results(self) -> list[dict[str, Any]]:
        """Return what is kept, the latest window last."""
        return [self._results[start] for start in sorted(self._results)]

    async def async_remove(self) -> None:
        """Forget the wallet."""
        await self._store.async_remove()
