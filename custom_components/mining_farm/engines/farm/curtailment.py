"""What is lowered and stopped first when a site has to draw less, and how sure that is: pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
import math
from typing import Final

from .limiting import Reach
from .models import HoldKind, LeverKind, MachineFacts

TERAHASH: Final = 1e12
LEAST_RUN: Final = 600.0
"""Seconds for which a machine that started is spared, where others free enough: each start
heats its boards by 50 K."""
WORTH: Final = 0.05
"""A machine that cannot be lowered by this part of what it draws is left as it is."""
NOTHING: Final = 0.001
"""W that no sum of floats is short of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A machine that might be lowered or stopped."""

    machine: str
    facts: MachineFacts
    levers: tuple[LeverKind, ...] = ()
    """Those that may be used."""
    reach: Reach | None = None
    """How far it can be lowered now; None where it cannot."""
    rank: int = 0
    """Those of a smaller one go first."""
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


class Sure(StrEnum):
    """From where it is known what a machine frees, the surest first."""

    METERED = "metered"
    """By a meter at its outlet."""
    REPORTED = "reported"
    """By the machine itself."""
    NOMINAL = "nominal"
    """It is set to draw so much; what it then draws shows later."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is freed when one machine is lowered, or stops."""

    machine: str
    watts: float | None = None
    """None where it is unknown what it draws: never a nominal value."""
    to: float | None = None
    """W that it may still draw; None where it stops."""
    cut: bool = False
    """Its power is cut: it cannot sleep."""
    measured: bool = False
    """What it draws now comes from a meter, not from the machine itself."""
    efficiency: float | None = None
    """J/TH, of a SHA-256 miner that hashes."""
    lever: LeverKind | None = None
    """What stops it first."""

    @property
    def kind(self) -> HoldKind:
        """Return how the machine is held."""
        if self.to is not None:
            return HoldKind.AT_MOST
        return HoldKind.CUT if self.cut else HoldKind.ASLEEP

    @property
    def draws(self) -> float | None:
        """Return the W that the machine drew when this was planned."""
        return None if self.watts is None else self.watts + (self.to or 0.0)

    @property
    def sure(self) -> Sure:
        """Return how sure it is what this frees."""
        if self.watts is None:
            return Sure.UNKNOWN
        if self.to is not None:
            return Sure.NOMINAL
        return Sure.METERED if self.measured else Sure.REPORTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done to which machines, in order, and how sure that is."""

    draw: float = 0.0
    """W that are known to be drawn now."""
    need: float | None = None
    """W to free; None for all."""
    loads: tuple[Load, ...] = ()
    """All that can be done, in order: what is behind the first `count` is in reserve."""
    count: int = 0
    unstoppable: tuple[str, ...] = ()
    """Machines that draw power, and that nothing can stop."""
    unknown: int = 0
    """Machines of which it stays unknown what they draw."""

    @property
    def chosen(self) -> tuple[Load, ...]:
        """Return what is done at first: one thing to each machine."""
        return self.loads[: self.count]

    @property
    def watts(self) -> float:
        """Return the W that this is known to free."""
        return sum(load.watts or 0.0 for load in self.chosen)

    def watts_of(self, sure: Sure) -> float:
        """Return how many of these W are so sure."""
        return sum(load.watts or 0.0 for load in self.chosen if load.sure is sure)

    @property
    def short_by(self) -> float:
        """Return the W that stopping everything would still not be known to free."""
        short = 0.0 if self.need is None else self.need - self.watts
        return short if short > NOTHING else 0.0


def plan(candidates: Iterable[Candidate], target: Target) -> Plan:
    """Return what to do so that a site draws as much less as is wanted."""
    everyone = list(candidates)
    drawing = [each for each in everyone if _draws(each)]
    draw = sum(each.facts.power or 0.0 for each in drawing)
    free = [each for each in everyone if not each.held and each.levers]
    if not target.everything:
        free = [each for each in free if _draws(each)]
    need = _need(target, draw)
    ordered = _ordered(free, unknown_first=target.to is not None)
    chosen, reserve = _measures(ordered, need, unknown_first=target.to is not None)
    stopped = {load.machine for load in chosen}
    return Plan(
        draw=draw,
        need=need,
        loads=(*chosen, *reserve),
        count=len(chosen),
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
) -> list[Candidate]:
    """Return whose turn it is: by rank, then the worst J/TH first.

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

    return sorted(candidates, key=place)


def _has_just_started(facts: MachineFacts) -> bool:
    return facts.uptime is not None and facts.uptime < LEAST_RUN


def _waste(facts: MachineFacts) -> float:
    if facts.power is None or facts.algorithm not in (None, "sha256"):
        # Rates of different algorithms do not compare.
        return -1.0
    if facts.hashrate is None:
        return 0.0
    return facts.power / facts.hashrate * TERAHASH if facts.hashrate else math.inf


def _load(candidate: Candidate, to: float | None = None) -> Load:
    """Return what is freed by lowering a machine to so many W, or by stopping it."""
    facts = candidate.facts
    waste, power = _waste(facts), facts.power if _draws(candidate) else None
    lever = candidate.levers[0]
    return Load(
        machine=candidate.machine,
        watts=None if power is None else power - (to or 0.0),
        to=to,
        cut=lever.cuts and to is None,
        measured=facts.power_measured,
        efficiency=waste if 0 < waste < math.inf else None,
        lever=lever,
    )


def _measures(
    ordered: Sequence[Candidate], need: float | None, *, unknown_first: bool
) -> tuple[list[Load], list[Load]]:
    """Return what is done at first, and what is in reserve: levels before sleep."""
    if need is None:
        return [_load(each) for each in ordered], []
    unknown = [_load(each) for each in ordered if each.facts.power is None]
    known = [each for each in ordered if each.facts.power is not None]
    lowered = _lowered(known, need)
    stopped = _stopped(known, lowered, need)
    if stopped:
        lowered = _eased(known, lowered, stopped, need)
    chosen = [*lowered.values(), *stopped.values()]
    reserve = [*_lower_still(known, lowered, stopped)]
    reserve += [_load(each) for each in known if each.machine not in stopped]
    if unknown_first:
        return [*unknown, *chosen], reserve
    return chosen, [*reserve, *unknown]


def _lower(candidate: Candidate, wanted: float) -> Load | None:
    """Return how a machine is lowered by so many W, or as far as it goes.

    None where it cannot be, or that is not worth its wear.
    """
    power, reach = candidate.facts.power, candidate.reach
    if power is None or reach is None or power - reach.least < WORTH * power:
        return None
    setting = reach.at_most(max(power - wanted, reach.least))
    to = None if setting is None else reach.watts(setting)
    return None if to is None or to >= power else _load(candidate, to)


def _lowered(known: Iterable[Candidate], need: float) -> dict[str, Load]:
    """Return what is lowered to free so many W, the last machine only as far as needed."""
    lowered: dict[str, Load] = {}
    for each in known:
        if need <= 0.0:
            break
        if (load := _lower(each, need)) is not None:
            lowered[each.machine] = load
            need -= load.watts or 0.0
    return lowered


def _stopped(
    known: Iterable[Candidate], lowered: Mapping[str, Load], need: float
) -> dict[str, Load]:
    """Return what is stopped because lowering all of it does not free enough."""
    stopped: dict[str, Load] = {}
    freed = sum(load.watts or 0.0 for load in lowered.values())
    for each in known:
        if freed >= need:
            break
        load = stopped[each.machine] = _load(each)
        freed += load.watts or 0.0
        if (before := lowered.get(each.machine)) is not None:
            freed -= before.watts or 0.0
    return stopped


def _eased(
    known: Sequence[Candidate],
    lowered: Mapping[str, Load],
    stopped: Mapping[str, Load],
    need: float,
) -> dict[str, Load]:
    """Return what is still lowered beside those that stop: the best are eased first."""
    left = {key: load for key, load in lowered.items() if key not in stopped}
    freed = sum(load.watts or 0.0 for load in (*left.values(), *stopped.values()))
    for each in reversed(known):
        surplus, load = freed - need, left.get(each.machine)
        if surplus <= 0.0:
            break
        if load is None or load.watts is None:
            continue
        eased = None if load.watts <= surplus else _lower(each, load.watts - surplus)
        if eased is None and load.watts > surplus:
            continue
        freed -= load.watts
        del left[each.machine]
        if eased is not None:
            left[each.machine] = eased
            freed += eased.watts or 0.0
    return {each.machine: left[each.machine] for each in known if each.machine in left}


def _lower_still(
    known: Iterable[Candidate],
    lowered: Mapping[str, Load],
    stopped: Mapping[str, Load],
) -> Iterator[Load]:
    """Yield how far machines that run on can be lowered besides."""
    for each in known:
        load = _lower(each, math.inf)
        if load is None or load.to is None or each.machine in stopped:
            continue
        now = lowered.get(each.machine)
        if now is None or (now.to is not None and load.to < now.to):
            yield load
