"""What is remembered of a rig, as it is kept on disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
import math
from typing import Any, Self

from .models import Reason, Step
from .presence import Presence

OLD = timedelta(hours=24)
"""A cut that was begun so long ago may come from a restored backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A cut that has been begun: the outlet will be turned on at `on_at`."""

    off_at: datetime
    on_at: datetime
    reason: Reason

    def is_old(self, now: datetime) -> bool:
        """Return whether nobody knows any more who is at work at the rig."""
        return now - self.off_at >= OLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What is only remembered while the process lives."""

    decided_at: datetime | None = None
    """When it was last decided about."""
    jumped_at: datetime | None = None
    """When the clock last jumped ahead."""
    veto: Reason | None = None
    """Why the linked miner spoke against a cut when it last could be asked."""
    veto_at: datetime | None = None
    line_lost_at: datetime | None = None
    """When the pool could last not be reached at all, by us or by the miner."""
    answered_at: datetime | None = None
    """When the pool last answered."""
    away: timedelta = timedelta()
    """For how long the pool was away since the newest share."""
    share: datetime | None = None
    """The newest share, for that."""
    newest: datetime | None = None
    """The newest share at any account."""
    advanced_at: datetime | None = None
    """When a pool was asked that showed a newer one."""
    gap_from: datetime | None = None
    """The share after which the next one is waited for."""
    gap_seen_at: datetime | None = None
    """When that one was first seen."""
    gap_is_open: bool = False
    """A later check saw no newer one."""
    drawn: tuple[tuple[datetime, float], ...] = ()
    """What the outlet measured in the last minutes, in W, and when."""
    hashed: bool = False
    """The linked miner was seen hashing since the start."""
    outlet_asked: bool = False
    """The outlet was read, or failed to be, since the start."""
    pool_asked: bool = False
    """A pool's answer, or its silence, has been seen since the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What outlives a restart of Home Assistant, all but `recent`."""

    seen: bool = False
    """The pool or the miner was seen working."""
    restarts_in_row: int = 0
    restarts_total: int = 0
    last_cut: datetime | None = None
    cooldown_until: datetime | None = None
    unstable: bool = False
    off_by_user: bool = False
    intent: Intent | None = None
    plug_failures: int = 0
    plug_failed_since: datetime | None = None
    plug_retry_at: datetime | None = None

    lost: bool = False
    """What was remembered could not be read."""
    cuts: tuple[datetime, ...] = ()
    """When the power was cut, but by the user; of the last day."""
    unconfirmed: Intent | None = None
    """An off that was sent and not seen; it may still happen."""
    disobeyed: int = 0
    """Commands in a row that the outlet accepted without obeying."""
    disobeyed_since: datetime | None = None
    disobeyed_retry_at: datetime | None = None
    disagreed: bool = False
    """Power was cut although the outlet said off while power flowed."""
    handed_over: bool = False
    """A restart did not help, and a human was asked about the next."""
    drew: bool = True
    """The rig drew power or worked after the last cut."""
    usual_watts: float | None = None
    """W that it draws while its pool sees shares."""
    outlet_on: bool | None = None
    """What the outlet was known to be last."""
    off_at_plug: bool = False
    """Found off without a known reason: only a human may know it."""
    on_since: datetime | None = None
    """Since when the outlet says that it is on."""
    pool: Presence = field(default_factory=Presence)
    second_pool: Presence = field(default_factory=Presence)
    second_used_at: datetime | None = None
    """When the second account last saw the rig work, to the hour."""
    outlet: Presence = field(default_factory=Presence)
    draw: Presence = field(default_factory=Presence)
    pauses: int = 0
    """How often something came back since the rig last worked."""
    held_since: Mapping[Reason, datetime] = field(default_factory=dict)
    """Since when each reason with an end holds, since the rig last worked."""
    stepped_at: datetime | None = None
    """When the last step before the cut was taken, since the rig last worked."""
    steps_taken: tuple[Step, ...] = ()
    """Those steps."""
    dates_shares: bool = False
    """The pool was seen to date this worker's shares."""
    last_share: datetime | None = None
    """The newest known when the pool stopped seeing it work."""
    gaps: tuple[tuple[datetime, float], ...] = ()
    """Times without a share while the rig worked, in s, and when each ended."""
    recent: Recent = field(default_factory=Recent, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the memory as JSON can hold it."""
        return {
            each.name: _plain(getattr(self, each.name))
            for each in fields(self)
            if each.name != "recent"
        }

    def differs_on_disk(self, other: Memory) -> bool:
        """Return whether the other one would be stored otherwise."""
        return self is not other and self != other

    def without(self, before: Memory, after: Memory) -> Memory:
        """Return the memory without what changed from `before` to `after`.

        What was changed again since stays.
        """
        undone = {
            each.name: getattr(before, each.name)
            for each in fields(self)
            if getattr(self, each.name) == getattr(after, each.name)
        }
        return replace(self, **undone)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild a stored memory; ValueError for one that is damaged.

        What the first version did not store yet may be missing.
        """
        known = {each.name for each in fields(cls)} - {"recent"}
        try:
            if missing := _FIRST - stored.keys():
                raise KeyError(*sorted(missing))  # noqa: TRY301
            if stored.get("stepped_at") is not None:
                # There was one step before it was stored which.
                stored = {"steps_taken": [Step.NAMED], **stored}
            return cls(
                **{
                    key: _REBUILD.get(key, _time)(value)
                    for key, value in stored.items()
                    # A newer version may have stored more: the rest still counts.
                    if key in known
                }
            )
        except (AttributeError, KeyError, OverflowError, TypeError) as err:
            raise ValueError(f"damaged memory: {err!r}") from err


_FIRST = {
    "seen",
    "restarts_in_row",
    "restarts_total",
    "last_cut",
    "cooldown_until",
    "unstable",
    "off_by_user",
    "intent",
    "plug_failures",
    "plug_failed_since",
    "plug_retry_at",
}


_MANY = 1 << 31


def _plain(value: Any) -> Any:  # noqa: ANN401
    match value:
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case tuple():
            return [_plain(each) for each in value]
        case Intent() | Presence():
            return {
                each.name: _plain(getattr(value, each.name)) for each in fields(value)
            }
        case _:
            return value


def _time(stored: str | None) -> datetime | None:
    if stored is None:
        return None
    time = datetime.fromisoformat(stored)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time


def _known_time(stored: str) -> datetime:
    if (time := _time(stored)) is None:
        raise TypeError("a time is missing")
    return time


def _intent(stored: Mapping[str, Any] | None) -> Intent | None:
    if stored is None:
        return None
    return Intent(
        off_at=_known_time(stored["off_at"]),
        on_at=_known_time(stored["on_at"]),
        reason=Reason(stored["reason"]),
    )


def _presence(stored: Mapping[str, Any]) -> Presence:
    return Presence(
        failures=_count(stored["failures"]),
        failed_since=_time(stored["failed_since"]),
        failed_at=_time(stored["failed_at"]),
        back_at=_time(stored["back_at"]),
    )


def _times(stored: list[str]) -> tuple[datetime, ...]:
    return tuple(_known_time(each) for each in stored)


def _held_since(stored: Mapping[str, str]) -> dict[Reason, datetime]:
    return {Reason(reason): _known_time(time) for reason, time in stored.items()}


def _steps(stored: list[str]) -> tuple[Step, ...]:
    return tuple(map(Step, stored))


def _gaps(stored: list[tuple[str, float]]) -> tuple[tuple[datetime, float], ...]:
    return tuple((_known_time(at), _number(seconds) or 0.0) for at, seconds in stored)


def _number(stored: float | None) -> float | None:
    if stored is None:
        return None
    if isinstance(stored, bool) or not isinstance(stored, (int, float)):
        raise TypeError("no number")
    if not math.isfinite(number := float(stored)):
        raise ValueError("a number that is none")
    return number


def _flag(stored: Any) -> bool:  # noqa: ANN401
    # A zero or an empty text must not release a rig that was given up.
    if not isinstance(stored, bool):
        raise TypeError("no truth value")
    return stored


def _count(stored: Any) -> int:  # noqa: ANN401
    if isinstance(stored, bool) or not isinstance(stored, int):
        raise TypeError("no count")
    # More than 64 bits could not be written again.
    if not 0 <= stored < _MANY:
        raise ValueError("no count that can be")
    return stored


def _maybe(stored: bool | None) -> bool | None:
    return None if stored is None else _flag(stored)


_REBUILD: Mapping[str, Any] = {
    "seen": _flag,
    "restarts_in_row": _count,
    "restarts_total": _count,
    "unstable": _flag,
    "off_by_user": _flag,
    "intent": _intent,
    "plug_failures": _count,
    "lost": _flag,
    "cuts": _times,
    "unconfirmed": _intent,
    "disobeyed": _count,
    "disagreed": _flag,
    "handed_over": _flag,
    "drew": _flag,
    "usual_watts": _number,
    "outlet_on": _maybe,
    "off_at_plug": _flag,
    "pool": _presence,
    "second_pool": _presence,
    "outlet": _presence,
    "draw": _presence,
    "pauses": _count,
    "held_since": _held_since,
    "steps_taken": _steps,
    "dates_shares": _flag,
    "gaps": _gaps,
}
"""How each value is rebuilt; what is not named here is a time."""
