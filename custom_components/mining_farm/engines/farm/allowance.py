"""When a site follows how many W it may draw, a number that moves all day: pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

FREE: Final = 0.05
"""Part of what is allowed that a change leaves free."""
ROOM: Final = 0.1
"""Machines may draw more once a larger part than this is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """For how long a reason has to stand, and how far apart two changes are at least."""

    less_after: timedelta
    more_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is remembered of what was allowed; nothing of it outlives a restart."""

    lowest: tuple[tuple[datetime, float], ...] = ()
    """What was allowed lately, each lower than what came after it: the first is the lowest."""
    highest: tuple[tuple[datetime, float], ...] = ()
    """The same for the highest."""
    over_since: datetime | None = None
    """Since when the site would draw more than is allowed."""
    room_since: datetime | None = None
    """Since when it may draw noticeably more."""
    changed_at: datetime | None = None
    """When machines were last told otherwise."""

    @property
    def unheard(self) -> Allowance:
        """Return it once nobody knows what is allowed: a reason has to stand anew."""
        return Allowance(changed_at=self.changed_at)

    def changed(self, now: datetime) -> Allowance:
        """Return it after machines were told otherwise."""
        return replace(self.unheard, changed_at=now)


def heard(
    before: Allowance, now: datetime, allowed: float, drawn: float, tempo: Tempo
) -> tuple[Allowance, float | None]:
    """Return what is remembered, and down to how many W the site is to draw from now on.

    None: all stays as it is. `drawn` is what the site draws once it has followed what is in
    force. It draws less once it drew more than was allowed for long enough, and more once
    a tenth was free for long enough: by what was allowed throughout.
    """
    after = Allowance(
        lowest=_window(before.lowest, now, allowed, tempo.more_after, sign=1),
        highest=_window(before.highest, now, allowed, tempo.less_after, sign=-1),
        over_since=_since(before.over_since, now, holds=drawn > allowed),
        room_since=_since(before.room_since, now, holds=drawn < (1 - ROOM) * allowed),
        changed_at=before.changed_at,
    )
    if _is_due(after.over_since, before.changed_at, now, tempo.less_after):
        return after, (1 - FREE) * after.highest[0][1]
    if _is_due(after.room_since, before.changed_at, now, tempo.more_after):
        return after, (1 - FREE) * after.lowest[0][1]
    return after, None


def _since(before: datetime | None, now: datetime, *, holds: bool) -> datetime | None:
    return (before or now) if holds else None


def _is_due(
    since: datetime | None,
    changed_at: datetime | None,
    now: datetime,
    after: timedelta,
) -> bool:
    if since is None or now - since < after:
        return False
    return changed_at is None or now - changed_at >= after


def _window(
    before: tuple[tuple[datetime, float], ...],
    now: datetime,
    allowed: float,
    length: timedelta,
    *,
    sign: int,
) -> tuple[tuple[datetime, float], ...]:
    """Return what can still be the lowest (1) or highest (-1) of a time that ends now."""
    kept = [
        (at, one)
        for at, one in before
        if now - at <= length and sign * one < sign * allowed
    ]
    return (*kept, (now, allowed))
