"""How far a curtailment has come, what is done next, and what is kept of it: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
import math
from typing import Any, Final, Self

from .curtailment import Load

WAVE: Final = 16
"""Machines that are under way at once."""
SETTLED: Final = timedelta(minutes=2)
"""From then on a meter shows what a machine that was stopped draws."""
LOWERED_SETTLED: Final = timedelta(minutes=10)
"""From then on it shows what a machine that was lowered draws: it tunes itself for minutes."""
CLOSE: Final = 0.05
"""A machine that draws what it is set to but for this part of it draws that."""


class Standing(StrEnum):
    """How far a machine of a curtailment has come."""

    FREE = "free"
    """It runs, and may be lowered or stopped."""
    UNDER_WAY = "under_way"
    DONE = "done"
    MISSED = "missed"
    """It was ordered and not seen to follow, or cannot be reached."""
    LEFT = "left"
    """Somebody has set it otherwise: it is left to him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is known of one machine of a curtailment."""

    standing: Standing
    to: float | None = None
    """W that it is held to; None where it is held down, or not held."""
    draws: float | None = None
    """W, once what was done has settled."""

    def takes(self, load: Load) -> bool:
        """Return whether more can be done to the machine, and this is more."""
        if self.standing is Standing.FREE:
            return True
        lowered = self.standing in (Standing.DONE, Standing.MISSED) and self.to
        return bool(lowered) and (load.to or 0.0) < (self.to or 0.0)


def freed(loads: Iterable[Load], progress: Progress) -> float:
    """Return the W that a machine is confirmed to draw less by one of its loads."""
    done = progress.standing is Standing.DONE
    load = _present(loads, progress)
    if not done or load is None or load.watts is None or load.draws is None:
        return 0.0
    to, draws = load.to or 0.0, progress.draws
    if draws is None or abs(draws - to) < CLOSE * to:
        return load.watts
    return load.draws - draws


def _hoped(loads: Iterable[Load], progress: Progress) -> float:
    """Return the W that it is confirmed or hoped to draw less."""
    if progress.standing is Standing.UNDER_WAY:
        return freed(loads, replace(progress, standing=Standing.DONE, draws=None))
    return freed(loads, progress)


def _present(loads: Iterable[Load], progress: Progress) -> Load | None:
    return next((load for load in loads if load.to == progress.to), None)


def next_wave(
    curtailment: Curtailment, progress: Mapping[str, Progress]
) -> tuple[Load, ...]:
    """Return what is done now: what others did not free is made up for."""
    need, count = curtailment.need, curtailment.count
    hoped = {
        machine: _hoped(loads, progress[machine])
        for machine, loads in curtailment.by_machine.items()
    }
    total = sum(hoped.values())
    free = WAVE - sum(now.standing is Standing.UNDER_WAY for now in progress.values())
    wave: dict[str, Load] = {}
    for place, load in enumerate(curtailment.loads):
        if len(wave) >= free:
            break
        if load.machine in wave or not progress[load.machine].takes(load):
            continue
        more = (load.watts or 0.0) - hoped[load.machine]
        makes_up = need is not None and total < need and more > 0.0
        if place < count or makes_up:
            wave[load.machine] = load
            total += more
    return tuple(wave.values())


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
    """So many of them are done in any case; the others are in reserve."""
    left: frozenset[str] = frozenset()
    """Machines that somebody has set otherwise since."""

    @property
    def by_machine(self) -> Mapping[str, tuple[Load, ...]]:
        """Return what can be done to each machine."""
        found: dict[str, list[Load]] = {}
        for load in self.loads:
            found.setdefault(load.machine, []).append(load)
        return {machine: tuple(loads) for machine, loads in found.items()}

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
            "loads": [
                [load.machine, load.watts, load.to, load.cut] for load in self.loads
            ],
            "left": sorted(self.left),
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
                left=frozenset(map(_name, stored.get("left", ()))),
            )
        except (AttributeError, KeyError, OverflowError, TypeError) as err:
            raise ValueError(f"damaged curtailment: {err!r}") from err


def _stored_load(stored: Any) -> Load:  # noqa: ANN401
    # Earlier ones only stopped machines.
    machine, watts, to, cut = stored if len(stored) == 4 else (*stored, None, False)
    if not isinstance(cut, bool):
        raise TypeError("neither cut nor not")
    return Load(machine=_name(machine), watts=_number(watts), to=_number(to), cut=cut)


def _name(stored: Any) -> str:  # noqa: ANN401
    if not isinstance(stored, str):
        raise TypeError("no machine")
    return stored


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
