"""What is stopped first when a site has to draw less, and how sure that is: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
import math
from typing import Final

from .models import LeverKind, MachineFacts

TERAHASH: Final = 1e12
LEAST_RUN: Final = 600.0
"""Seconds for which a machine that started is spared, where others free enough: each start
heats its boards by 50 K."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A machine that might be stopped."""

    machine: str
    facts: MachineFacts
    levers: tuple[LeverKind, ...] = ()
    rank: int = 0
    """Those of a smaller one are stopped first."""
    held: bool = False
    """Somebody keeps it down already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How much less is drawn: by so many W, or down to so many; neither is all."""

    by: float | None = None
    to: float | None = None

    @property
    def everything(self) -> bool:
        """Return whether all machines are to stop."""
        return self.by is None and self.to is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is freed when one machine stops."""

    machine: str
    watts: float | None = None
    """None where it is unknown what it draws: never a nominal value."""
    measured: bool = False
    """By a meter, not by the machine itself."""
    efficiency: float | None = None
    """J/TH, of a SHA-256 miner that hashes."""
    lever: LeverKind | None = None
    """What stops it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which machines are stopped, in order, and how sure that is."""

    draw: float = 0.0
    """W that are known to be drawn now."""
    need: float | None = None
    """W to free; None for all."""
    loads: tuple[Load, ...] = ()
    """All that can be stopped, in order: those behind the first `count` are in reserve."""
    count: int = 0
    unstoppable: tuple[str, ...] = ()
    """Machines that draw power, and that nothing can stop."""
    unknown: int = 0
    """Machines of which it stays unknown what they draw."""

    @property
    def chosen(self) -> tuple[Load, ...]:
        """Return what is stopped at first."""
        return self.loads[: self.count]

    @property
    def watts(self) -> float:
        """Return the W that this is known to free."""
        return sum(load.watts or 0.0 for load in self.chosen)

    @property
    def measured(self) -> float:
        """Return how many of these W come from meters."""
        return sum(load.watts or 0.0 for load in self.chosen if load.measured)

    @property
    def short_by(self) -> float:
        """Return the W that stopping everything would still not be known to free."""
        return 0.0 if self.need is None else max(0.0, self.need - self.watts)


def plan(candidates: Iterable[Candidate], target: Target) -> Plan:
    """Return what to stop so that a site draws as much less as is wanted."""
    everyone = list(candidates)
    drawing = [each for each in everyone if _draws(each)]
    draw = sum(each.facts.power or 0.0 for each in drawing)
    free = [each for each in everyone if not each.held and each.levers]
    if not target.everything:
        free = [each for each in free if _draws(each)]
    loads = _ordered(free, unknown_first=target.to is not None)
    need = _need(target, draw)
    count = _count(loads, need, unknown_first=target.to is not None)
    stopped = {load.machine for load in loads[:count]}
    return Plan(
        draw=draw,
        need=need,
        loads=loads,
        count=count,
        unstoppable=tuple(each.machine for each in drawing if not each.levers),
        unknown=sum(
            each.machine not in stopped and _unknown(each) for each in everyone
        ),
    )


def _draws(candidate: Candidate) -> bool:
    return candidate.facts.state.answers and not candidate.facts.state.down


def _unknown(candidate: Candidate) -> bool:
    facts = candidate.facts
    return not facts.state.answers or (_draws(candidate) and facts.power is None)


def _need(target: Target, draw: float) -> float | None:
    if target.to is not None:
        return max(0.0, draw - target.to)
    return target.by


def _ordered(
    candidates: Iterable[Candidate], *, unknown_first: bool
) -> tuple[Load, ...]:
    """Return what is stopped in turn: by rank, then the worst J/TH first.

    What draws power and does not hash is worse than any that does. Of those whose draw is
    unknown nothing can be promised, so they come last; only a site that may not draw more
    than so many W is known not to once they are stopped.
    """

    def place(candidate: Candidate) -> tuple[float | bool, ...]:
        facts = candidate.facts
        unknown = facts.power is None
        return (
            unknown_first and not unknown,
            not _draws(candidate),
            not unknown_first and unknown,
            candidate.rank,
            _has_just_started(facts),
            -_waste(facts),
        )

    return tuple(_load(each) for each in sorted(candidates, key=place))


def _has_just_started(facts: MachineFacts) -> bool:
    return facts.uptime is not None and facts.uptime < LEAST_RUN


def _waste(facts: MachineFacts) -> float:
    if facts.power is None or facts.algorithm not in (None, "sha256"):
        # Rates of different algorithms do not compare.
        return -1.0
    if facts.hashrate is None:
        return 0.0
    return facts.power / facts.hashrate * TERAHASH if facts.hashrate else math.inf


def _load(candidate: Candidate) -> Load:
    facts = candidate.facts
    waste = _waste(facts)
    return Load(
        machine=candidate.machine,
        watts=facts.power if _draws(candidate) else None,
        measured=facts.power_measured,
        efficiency=waste if 0 < waste < math.inf else None,
        lever=candidate.levers[0],
    )


def _count(loads: Sequence[Load], need: float | None, *, unknown_first: bool) -> int:
    if need is None:
        return len(loads)
    unknown = sum(load.watts is None for load in loads) if unknown_first else 0
    freed = accumulate((load.watts or 0.0 for load in loads), initial=0.0)
    for count, watts in enumerate(freed):
        if watts >= need and count >= unknown:
            return count
    return sum(load.watts is not None for load in loads) + unknown
