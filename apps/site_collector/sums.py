"""Sums over the machines of a place, which say what is missing in them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from .engine import MinerState
from .machine import Condition, Facts


class Group(StrEnum):
    """What machines are counted by; each is in exactly one."""

    HASHING = "hashing"
    STARTING = "starting"
    PAUSED = "paused"
    IDLE = "idle"
    FAULT = "fault"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    """Not asked yet, or it says nothing of what it does."""


_GROUPS = {
    MinerState.HASHING: Group.HASHING,
    MinerState.DEGRADED: Group.HASHING,
    MinerState.TUNING: Group.HASHING,
    MinerState.LIMITED: Group.HASHING,
    MinerState.STARTING: Group.STARTING,
    MinerState.PAUSED: Group.PAUSED,
    MinerState.STOPPING: Group.PAUSED,
    MinerState.IDLE: Group.IDLE,
    MinerState.FAULT: Group.FAULT,
}
WORST_FIRST = ("fault", "offline", "idle", "degraded")
MOST = 1e24
"""Beyond the H/s of all miners there are."""
LONGEST = 300
"""Characters of a text of another collector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A machine that needs attention."""

    machine: str
    address: str
    status: str
    reason: str | None = None


@dataclass(slots=True, kw_only=True)
class Sum:
    """One place. Rate in H/s, power in W, temperature in °C."""

    groups: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Group, 0))
    rate: float | None = None
    without_rate: int = 0
    """Machines that are not part of the rate."""
    power: float | None = None
    without_power: int = 0
    hottest: float | None = None
    worst: list[Bad] = field(default_factory=list)

    @property
    def machines(self) -> int:
        """How many machines were counted."""
        return sum(self.groups.values())

    def count(self, condition: Condition, facts: Facts | None) -> None:
        """Add a machine."""
        if facts is None or condition in (Condition.LOST, Condition.WAITING):
            facts = Facts()
        group = Group.UNKNOWN if facts.state is None else _GROUPS[facts.state]
        if condition is Condition.LOST:
            group = Group.OFFLINE
        self.groups[group] += 1
        self.rate, missing = _add(self.rate, facts.rate)
        self.without_rate += missing
        self.power, missing = _add(self.power, facts.power)
        self.without_power += missing
        self.hottest = _higher(self.hottest, facts.hottest)

    def join(self, other: Sum, longest: int) -> None:
        """Add what another collector has counted of this place."""
        for group, number in other.groups.items():
            self.groups[group] += number
        self.rate = _total(self.rate, other.rate)
        self.power = _total(self.power, other.power)
        self.without_rate += other.without_rate
        self.without_power += other.without_power
        self.hottest = _higher(self.hottest, other.hottest)
        self.list_bad(other.worst, longest)

    def note_missing(self, number: int) -> None:
        """Add machines of which nothing is known: a sum without them is none."""
        if number:
            self.groups[Group.UNKNOWN] += number
            self.without_rate += number
            self.without_power += number
            self.rate = self.power = self.hottest = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: object) -> Self | None:
        """Return what another collector wrote; None where it is no sum."""
        match stored:
            case {"groups": dict(groups), "worst": list(worst), **left}:
                pass
            case _:
                return None
        try:
            return cls(
                groups={str(Group(group)): _count(n) for group, n in groups.items()},
                rate=_number(left["rate"]),
                without_rate=_count(left["without_rate"]),
                power=_number(left["power"]),
                without_power=_count(left["without_power"]),
                hottest=_number(left["hottest"]),
                worst=[_bad(**bad) for bad in worst],
            )
        except KeyError, TypeError, ValueError:
            return None

    def list_bad(self, bad: Iterable[Bad], longest: int) -> None:
        """Add machines to the worst, of which so many are kept."""
        self.worst += bad
        if len(self.worst) > 2 * longest:
            self.finish(longest)

    def finish(self, longest: int) -> None:
        """Keep the worst, in order."""
        self.worst.sort(key=lambda bad: (WORST_FIRST.index(bad.status), bad.address))
        del self.worst[longest:]


def _number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    if not abs(value) < MOST:
        raise ValueError("no number that can be")
    return float(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("no count")
    if not 0 <= value < MOST:
        raise ValueError("no count that can be")
    return value


def _bad(
    *, machine: object, address: object, status: object, reason: object = None
) -> Bad:
    if status not in WORST_FIRST:
        raise ValueError("no status of a bad machine")
    return Bad(
        machine=_text(machine),
        address=_text(address),
        status=_text(status),
        reason=None if reason is None else _text(reason),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise TypeError("no short text")
    return value


def _add(total: float | None, value: float | None) -> tuple[float | None, int]:
    """Return a total with a value, and whether that is missing in it."""
    return (total, 1) if value is None else (_total(total, value), 0)


def _total(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other


def _higher(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)
