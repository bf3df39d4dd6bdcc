"""Which holds are on a machine, which of them rules, and what is undone in the end: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
import math
from typing import Any, Final, Self

from .limiting import Limited, Setting
from .models import SAFETY, Hold, HoldKind, LeverKind, Owner

LEFT: Final = "left"
"""Source of the hold of a user that a farm or group has left to him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What a machine is to be: of all its holds the strictest."""

    kind: HoldKind
    watts: float | None = None

    @property
    def down(self) -> bool:
        """Return whether it is to stop hashing."""
        return self.kind is not HoldKind.AT_MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The holds on one machine, and which of its levers were used for them."""

    holds: tuple[Hold, ...] = ()
    stopped: frozenset[LeverKind] = field(default_factory=frozenset)
    """Levers that we moved: these alone are moved back."""
    down_at: datetime | None = None
    """When it was last seen down; None before."""
    again: bool = False
    """It forgot a user's pause by a restart, and was put down once more."""
    limited: Limited | None = None
    """How it was lowered; None where it was not, or is set back."""

    @property
    def want(self) -> Want | None:
        """Return what the machine is to be; None where nothing keeps it down."""
        return strictest(self.holds)

    @property
    def ruling(self) -> Hold | None:
        """Return the hold that rules: the strictest, of these the one for safety."""
        if len(self.holds) == 1:
            return self.holds[0]
        return max(
            self.holds,
            key=lambda hold: (*_strictness(hold), hold.for_safety),
            default=None,
        )

    @property
    def down(self) -> bool:
        """Return whether the machine is to stop hashing."""
        want = self.want
        return want is not None and want.down

    @property
    def cut(self) -> bool:
        """Return whether the machine is to be without power."""
        want = self.want
        return want is not None and want.kind is HoldKind.CUT

    @property
    def for_safety(self) -> bool:
        """Return whether a hold for safety takes the machine down."""
        return any(
            hold.for_safety and hold.kind is not HoldKind.AT_MOST for hold in self.holds
        )

    @property
    def empty(self) -> bool:
        """Return whether there is nothing left to remember."""
        return not (self.holds or self.stopped or self.limited)

    def by(self, owner: Owner, source: str) -> Hold | None:
        """Return the hold of an owner; None where it has none."""
        for hold in self.holds:
            if (hold.owner, hold.source) == (owner, source):
                return hold
        return None

    def placed(self, hold: Hold) -> Record:
        """Return the record with a hold, in the place of that of the same name."""
        before = self.by(hold.owner, hold.source)
        if before is not None:
            if _strictness(before) == _strictness(hold):
                return self
            hold = replace(hold, since=before.since)
        return replace(self, holds=(*self._without(hold.owner, hold.source), hold))

    def released(self, owner: Owner, source: str) -> Record:
        """Return the record without the hold of an owner; others stay."""
        return replace(self, holds=self._without(owner, source))

    def handed_over(self, owner: Owner, source: str) -> Record:
        """Return the record with a hold of an owner as the user's own."""
        if (hold := self.by(owner, source)) is None:
            return self
        record, before = self.released(owner, source), self.by(Owner.USER, LEFT)
        if before is not None and _strictness(before) >= _strictness(hold):
            return record
        return record.placed(replace(hold, owner=Owner.USER, source=LEFT))

    def started_by_user(self, source: str) -> Record:
        """Return the record without the user's hold of that name, and what was left to him."""
        return self.released(Owner.USER, source).released(Owner.USER, LEFT)

    def joined(self, other: Record) -> Record:
        """Return this record on top of another one of the same machine."""
        record = replace(
            other,
            stopped=other.stopped | self.stopped,
            down_at=self.down_at,
            limited=self.limited or other.limited,
        )
        for hold in self.holds:
            record = record.placed(hold)
        return record

    def moved(self, levers: Iterable[LeverKind]) -> Record:
        """Return the record with levers that are about to be used, or were."""
        return replace(self, stopped=self.stopped | frozenset(levers))

    def not_moved(self, lever: LeverKind) -> Record:
        """Return the record of a machine whose lever was not used after all."""
        return replace(self, stopped=self.stopped - {lever})

    def moved_back(self, lever: LeverKind) -> Record:
        """Return the record after a lever was moved back."""
        return replace(self, stopped=self.stopped - {lever}, down_at=None)

    def lowered(self, before: Setting, ordered: Setting) -> Record:
        """Return the record of a machine that is about to be lowered."""
        limited = Limited(before=before, ordered=ordered, came_from=before)
        if self.limited is not None:
            limited = replace(limited, before=self.limited.before)
        return replace(self, limited=limited)

    def not_lowered(self, before: Limited | None) -> Record:
        """Return the record of a machine that was not lowered after all."""
        return replace(self, limited=before)

    def seen_lowered(self, at: datetime) -> Record:
        """Return the record of a machine that was seen to be set as it was ordered."""
        if self.limited is None or self.limited.seen_at is not None:
            return self
        return replace(self, limited=replace(self.limited, seen_at=at))

    def undone(self) -> Record:
        """Return the record of a machine that is about to be set as before."""
        if self.limited is None:
            return self
        return replace(self, limited=replace(self.limited, undone=True))

    def not_undone(self) -> Record:
        """Return the record of a machine that was not ordered to be set as before."""
        if self.limited is None:
            return self
        return replace(self, limited=replace(self.limited, undone=False))

    def set_back(self) -> Record:
        """Return the record of a machine that is set as before."""
        return replace(self, limited=None)

    def changed_by_hand(self) -> Record:
        """Return the record of a machine that somebody has set otherwise.

        That ends what lowers it for comfort, and nothing is set back.
        """
        holds = tuple(
            hold
            for hold in self.holds
            if hold.kind is not HoldKind.AT_MOST or hold.owner in SAFETY
        )
        return replace(self, holds=holds, limited=None)

    def seen_down(self, at: datetime) -> Record:
        """Return the record of a machine that was seen down."""
        return replace(self, down_at=at)

    def put_down_again(self) -> Record:
        """Return the record of a machine that forgot its pause, and is put down again."""
        return replace(self, again=True)

    def woken(self) -> Record:
        """Return the record of a machine that somebody woke under the user's own hold."""
        holds = tuple(hold for hold in self.holds if hold.owner is not Owner.USER)
        return replace(
            self, holds=holds, stopped=frozenset(), down_at=None, again=False
        )

    def _without(self, owner: Owner, source: str) -> tuple[Hold, ...]:
        return tuple(
            hold for hold in self.holds if (hold.owner, hold.source) != (owner, source)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON can hold it."""
        return {
            "holds": [_stored(hold) for hold in self.holds],
            "stopped": sorted(self.stopped),
            "down_at": self.down_at and self.down_at.isoformat(),
            "again": self.again,
            "limited": self.limited and self.limited.as_dict(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild a stored record; ValueError for one that is damaged."""
        try:
            limited = stored.get("limited")
            return cls(
                holds=tuple(map(_hold, stored["holds"])),
                stopped=frozenset(map(LeverKind, stored["stopped"])),
                down_at=_time(stored["down_at"]),
                again=_flag(stored["again"]),
                limited=None if limited is None else Limited.from_dict(limited),
            )
        except (AttributeError, KeyError, OverflowError, TypeError) as err:
            raise ValueError(f"damaged record: {err!r}") from err


def strictest(holds: Iterable[Hold]) -> Want | None:
    """Return what all these holds together ask for; None of none."""
    hold = max(holds, key=_strictness, default=None)
    return None if hold is None else Want(kind=hold.kind, watts=hold.watts)


def _strictness(hold: Hold) -> tuple[int, float]:
    watts = hold.watts if hold.kind is HoldKind.AT_MOST else None
    return hold.kind.rank, -(math.inf if watts is None else watts)


def _stored(hold: Hold) -> dict[str, Any]:
    return {
        "owner": hold.owner,
        "source": hold.source,
        "kind": hold.kind,
        "watts": hold.watts,
        "reason": hold.reason,
        "since": hold.since.isoformat(),
        "by": hold.by,
    }


def _hold(stored: Mapping[str, Any]) -> Hold:
    since, kind = _time(stored["since"]), HoldKind(stored["kind"])
    if since is None:
        raise TypeError("a hold without its time")
    watts = stored["watts"]
    if watts is None:
        if kind is HoldKind.AT_MOST:
            raise ValueError("a limit without its number")
    elif isinstance(watts, bool) or not math.isfinite(watts):
        raise ValueError("a limit that is no number")
    return Hold(
        owner=Owner(stored["owner"]),
        source=_text(stored["source"]),
        kind=kind,
        watts=None if watts is None else float(watts),
        reason=_text(stored["reason"]),
        since=since,
        by=None if stored["by"] is None else _text(stored["by"]),
    )


def _text(stored: Any) -> str:  # noqa: ANN401
    if not isinstance(stored, str):
        raise TypeError("no text")
    return stored


def _flag(stored: Any) -> bool:  # noqa: ANN401
    if not isinstance(stored, bool):
        raise TypeError("no truth value")
    return stored


def _time(stored: str | None) -> datetime | None:
    if stored is None:
        return None
    time = datetime.fromisoformat(stored)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time
