"""How far a curtailment has come, what is stopped next, and what is kept of it: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
import math
from typing import Any, Final, Self

from .curtailment import Load

WAVE: Final = 16
"""Machines that are under way at once."""
SETTLED: Final = timedelta(minutes=2)
"""From then on a meter shows what a machine that was stopped draws."""


class Standing(StrEnum):
    """How far a machine of a curtailment has come."""

    FREE = "free"
    """It runs, and may be stopped."""
    UNDER_WAY = "under_way"
    DOWN = "down"
    MISSED = "missed"
    """It was ordered to stop and not seen to, or cannot be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is known of one machine of a curtailment."""

    standing: Standing
    draws: float | None = None
    """W by its meter, once that has settled."""


def freed(load: Load, progress: Progress) -> float:
    """Return the W that a machine is confirmed to draw less."""
    if progress.standing is not Standing.DOWN or load.watts is None:
        return 0.0
    return load.watts - (progress.draws or 0.0)


def next_wave(
    curtailment: Curtailment, progress: Mapping[str, Progress]
) -> tuple[str, ...]:
    """Return the machines to stop now: what others did not free is made up for."""
    need, count = curtailment.need, curtailment.count
    known = [(load, progress[load.machine]) for load in curtailment.loads]
    under_way = [load for load, now in known if now.standing is Standing.UNDER_WAY]
    hoped = sum(freed(*each) for each in known)
    hoped += sum(load.watts or 0.0 for load in under_way)
    wave: list[str] = []
    for place, (load, now) in enumerate(known):
        if len(under_way) + len(wave) >= WAVE:
            break
        if now.standing is not Standing.FREE:
            continue
        makes_up = need is not None and hoped < need and load.watts is not None
        if place < count or makes_up:
            wave.append(load.machine)
            hoped += load.watts or 0.0
    return tuple(wave)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curtailment:
    """What is remembered until it ends."""

    since: datetime
    by: str | None = None
    until: datetime | None = None
    signal: str | None = None
    """The entity that ends it when it is off."""
    need: float | None = None
    """W to free; None for all."""
    loads: tuple[Load, ...] = ()
    count: int = 0
    """So many of them are stopped in any case; the others are in reserve."""

    def over(self, now: datetime) -> bool:
        """Return whether its time has come."""
        return self.until is not None and now >= self.until

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "since": self.since.isoformat(),
            "by": self.by,
            "until": self.until and self.until.isoformat(),
            "signal": self.signal,
            "need": self.need,
            "count": self.count,
            "loads": [[load.machine, load.watts] for load in self.loads],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild a stored one; ValueError for one that is damaged."""
        try:
            until = stored["until"]
            return cls(
                since=_time(stored["since"]),
                by=_text(stored["by"]),
                until=None if until is None else _time(until),
                signal=_text(stored["signal"]),
                need=_number(stored["need"]),
                loads=tuple(map(_stored_load, stored["loads"])),
                count=_whole(stored["count"]),
            )
        except (AttributeError, KeyError, OverflowError, TypeError) as err:
            raise ValueError(f"damaged curtailment: {err!r}") from err


def _stored_load(stored: Any) -> Load:  # noqa: ANN401
    machine, watts = stored
    if not isinstance(machine, str):
        raise TypeError("no machine")
    return Load(machine=machine, watts=_number(watts))


def _time(stored: str) -> datetime:
    time = datetime.fromisoformat(stored)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time


def _text(stored: Any) -> str | None:  # noqa: ANN401
    if not (stored is None or isinstance(stored, str)):
        raise TypeError("no text")
    return stored


def _whole(stored: Any) -> int:  # noqa: ANN401
    if isinstance(stored, bool) or not isinstance(stored, int):
        raise TypeError("no count")
    return stored


def _number(stored: Any) -> float | None:  # noqa: ANN401
    if stored is None:
        return None
    if isinstance(stored, bool) or not math.isfinite(stored):
        raise ValueError("no number")
    return float(stored)
