"""Keeps over a restart what a container does not report again."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ...const import DOMAIN
from ...engines.containers import Alarm, Nature, Severity

SAVE_DELAY_S = 5


class ContainerJournal:
    """Alarms, past ones too, the last target that a user set, and miners' numbers.

    An alarm that outlasts a restart is not raised again; leaving PID mode needs a
    target; and a miner's device is named by a number, since addresses are private.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the container's entry id."""
        self._store: Store[dict[str, Any]] = Store(
            hass, 1, f"{DOMAIN}.container.{entry_id}"
        )
        self.alarms: Mapping[str, Alarm] = {}
        """Those that are on, by key."""
        self.past: tuple[Alarm, ...] = ()
        """Those that were cleared, the last one last."""
        self.manual_set_point: float | None = None
        """°C"""
        self.miners: dict[str, int] = {}
        """Numbers of miners by address."""
        self._last_number = 0
        """No number is used again: statistics go by it."""
        self._unsaved = False
        self._closed = False

    async def async_load(self) -> None:
        """Read what was kept."""
        if (kept := await self._store.async_load()) is None:
            return
        self.manual_set_point = kept["manual_set_point"]
        self.miners = kept.get("miners", {})
        highest = max(self.miners.values(), default=0)
        self._last_number = kept.get("last_number", highest)
        alarms = map(_alarm, kept["alarms"])
        self.alarms = {alarm.key: alarm for alarm in alarms}
        self.past = tuple(map(_alarm, kept.get("past", ())))

    @callback
    def keep(
        self,
        alarms: Mapping[str, Alarm],
        past: tuple[Alarm, ...],
        manual_set_point: float | None,
    ) -> None:
        """Remember them; written to disk a little later, and only when they changed."""
        if (alarms, past, manual_set_point) == (
            self.alarms,
            self.past,
            self.manual_set_point,
        ):
            return
        self.alarms, self.past, self.manual_set_point = alarms, past, manual_set_point
        self._save_soon()

    @callback
    def number_of(self, ip: str) -> int:
        """Return a miner's number, a new one where it was never seen."""
        if ip not in self.miners:
            self._last_number += 1
            self.miners[ip] = self._last_number
            self._save_soon()
        return self.miners[ip]

    @callback
    def forget_miner(self, ip: str) -> None:
        """Remove a miner that was taken out for good."""
        if self.miners.pop(ip, None) is not None:
            self._save_soon()

    async def async_close(self) -> None:
        """Write at once what is not on disk: the entry, loaded again, reads it there.

        Nothing is written later: what a command still reads then was shown nowhere.
        """
        self._closed = True
        if self._unsaved:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Remove what was kept of the container."""
        await self._store.async_remove()

    def _save_soon(self) -> None:
        if self._closed:
            return
        self._unsaved = True
        self._store.async_delay_save(self._data, SAVE_DELAY_S)

    @callback
    def _data(self) -> dict[str, Any]:
        self._unsaved = False
        return {
            "alarms": [asdict(alarm) for alarm in self.alarms.values()],
            "past": [asdict(alarm) for alarm in self.past],
            "manual_set_point": self.manual_set_point,
            "miners": self.miners,
            "last_number": self._last_number,
        }


def _alarm(kept: dict[str, Any]) -> Alarm:
    cleared = kept["cleared_at"]
    return Alarm(
        id=kept["id"],
        key=kept["key"],
        name=kept["name"],
        severity=Severity(kept["severity"]),
        nature=Nature(kept["nature"]),
        number=kept["number"],
        raised_at=datetime.fromisoformat(kept["raised_at"]),
        cleared_at=cleared and datetime.fromisoformat(cleared),
    )
