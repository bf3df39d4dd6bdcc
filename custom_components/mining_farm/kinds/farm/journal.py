"""Keeps on disk what a farm must not forget: its stop, and the latches of its groups."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant

from ...common.complaint import Complaint
from ...common.kept import OnWritten, forget
from ...common.record_file import NOT_READ, NOT_WRITTEN, RecordPair
from ...const import LOGGER
from ...engines.farm import HoldKind

VERSION: Final = 1
"""Of the record on disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An emergency stop that was not released yet."""

    since: datetime
    by: str | None
    kind: HoldKind

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {"since": self.since.isoformat(), "by": self.by, "kind": self.kind}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild a stored one; KeyError, TypeError, ValueError."""
        by, kind = stored["by"], HoldKind(stored["kind"])
        if not (by is None or isinstance(by, str)) or kind is HoldKind.AT_MOST:
            raise ValueError("no stop")
        return cls(since=stored_time(stored["since"]), by=by, kind=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class FarmMemory:
    """What outlives a restart of Home Assistant."""

    stop: Stop | None = None
    groups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the interlock remembers of each cooling group, by its id."""


class FarmJournal:
    """Two small files for each farm."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the farm's entry id."""
        self._file = RecordPair(hass, f"farm.{entry_id}", VERSION)
        self._complaint = Complaint("What a farm has stopped cannot be stored")
        self.memory = FarmMemory()
        self.lost = False
        """What was stored could not be read."""
        self.set_aside: str | None = None
        """Where a copy of it was kept."""
        self.failed = False
        """What is to be remembered is not on disk."""
        self.on_written: OnWritten = forget

    async def async_load(self) -> None:
        """Read what was stored."""
        try:
            if (stored := await self._file.async_read()) is not None:
                self.memory = _memory(stored)
        except NOT_READ as err:
            LOGGER.error("What a farm has stopped cannot be read: %s", err)
            self.lost = True
            self.set_aside = await self._file.async_set_aside()

    async def async_keep(self, memory: FarmMemory) -> Exception | None:
        """Keep what is to be remembered; return why it is not on disk.

        In force in either case: what protects people does not wait for a disk.
        """
        self.memory = memory
        failure: Exception | None = None
        try:
            await self._file.async_write(
                {
                    "stop": memory.stop and memory.stop.as_dict(),
                    "groups": dict(memory.groups),
                }
            )
        except NOT_WRITTEN as err:
            self._complaint.tell(err)
            failure = err
        else:
            self._complaint.settle()
        self.failed = failure is not None
        self.on_written(failure)
        return failure

    async def async_remove(self) -> None:
        """Remove the files."""
        with suppress(OSError):
            await self._file.async_remove()


def stored_time(text: Any) -> datetime:  # noqa: ANN401
    """Return a stored time; TypeError, ValueError, also for one without its zone."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time


def _memory(stored: Mapping[str, Any]) -> FarmMemory:
    try:
        stop, groups = stored["stop"], stored["groups"]
        return FarmMemory(
            stop=None if stop is None else Stop.from_dict(stop),
            groups={str(key): dict(group) for key, group in groups.items()},
        )
    except (AttributeError, KeyError, TypeError) as err:
        raise ValueError(f"damaged record of a farm: {err!r}") from err
