"""Keeps over a restart what a container does not report again."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
import math
from typing import Any, Final, TypeIs

from homeassistant.core import HomeAssistant, callback

from ...common.kept import DAMAGE, KeptStore, OnWritten
from ...common.stored_shape import text
from ...engines.containers import Alarm, Nature, Severity

VERSION: Final = 1
MANY: Final = 1 << 31
SAVE_DELAY_S = 5


class ContainerJournal:
    """Alarms, past ones too, the last target that a user set, and miners' numbers.

    An alarm that outlasts a restart is not raised again; leaving PID mode needs a
    target; and a miner's device is named by a number, since addresses are private.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the container's entry id."""
        self._store = KeptStore(hass, f"container.{entry_id}", VERSION)
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

    @callback
    def on_written(self, listener: OnWritten) -> None:
        """Call after each write with what went wrong; None: nothing did."""
        self._store.on_written = listener

    async def async_load(self) -> str | None:
        """Read what was kept; return the file that was set aside, if one had to be.

        What can be used of it is: an alarm that is lost is raised again.
        """
        aside = await self._store.async_load_readable(self._read)
        if aside is not None:
            self._save_soon()
        return aside

    def _read(self, kept: dict[str, Any]) -> bool:
        """Take over what can be used; return whether that was all."""
        alarms, past = _alarms(kept.get("alarms")), _alarms(kept.get("past", []))
        target, miners = kept.get("manual_set_point"), kept.get("miners", {})
        self.alarms = {alarm.key: alarm for alarm in alarms or ()}
        self.past = past or ()
        target_is_good = target is None or is_number(target)
        self.manual_set_point = target if target_is_good else None
        miners_are_good = isinstance(miners, dict) and all(
            _is_count(number) for number in miners.values()
        )
        self.miners = miners if miners_are_good else {}
        last = kept.get("last_number")
        highest = max(self.miners.values(), default=0)
        self._last_number = max(last, highest) if _is_count(last) else highest
        return (
            target_is_good
            and miners_are_good
            and alarms is not None
            and past is not None
            and len(self.alarms) == len(kept["alarms"])
            and len(self.past) == len(kept.get("past", []))
        )

    @callback
    def keep(
        self,
        alarms: Mapping[str, Alarm],
        past: tuple[Alarm, ...],
        manual_set_point: float | None,
    ) -> None:
        """Remember them; written to disk a little later, and only when they changed.

        What could not be written is tried again.
        """
        kept = (self.alarms, self.past, self.manual_set_point)
        if (alarms, past, manual_set_point) == kept and not self._store.failed:
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
        if self._unsaved or self._store.failed:
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


def is_number(value: object) -> bool:
    """Return whether a value of JSON is a number that can be a reading."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def _is_count(value: object) -> TypeIs[int]:
    # More than 64 bits could not be written again.
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MANY


def _alarms(kept: object) -> tuple[Alarm, ...] | None:
    """Return those alarms of a list that can be used; None where there is no list."""
    if not isinstance(kept, list):
        return None
    alarms: list[Alarm] = []
    for each in kept:
        with suppress(*DAMAGE):
            alarms.append(_alarm(each))
    return tuple(alarms)


def _alarm(kept: dict[str, Any]) -> Alarm:
    # The first version kept none that was cleared.
    cleared = kept.get("cleared_at")
    return Alarm(
        id=text(kept["id"]),
        key=text(kept["key"]),
        name=text(kept["name"]),
        severity=Severity(kept["severity"]),
        nature=Nature(kept["nature"]),
        number=_number(kept["number"]),
        raised_at=_time(kept["raised_at"]),
        cleared_at=None if cleared is None else _time(cleared),
    )


def _number(kept: object) -> int | None:
    if kept is None or _is_count(kept):
        return kept
    raise ValueError("no number")


def _time(kept: str) -> datetime:
    time = datetime.fromisoformat(kept)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time
