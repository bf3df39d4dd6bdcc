"""Tells a pool's fault from the faults of rigs: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

TOGETHER = timedelta(minutes=15)
"""Rigs whose last shares lie this close fell silent together."""
SETTLING = timedelta(minutes=10)
"""After an outage rigs need time to find their pool again."""
PARTIAL_LIMIT = timedelta(minutes=30)
"""A pool that goes on seeing shares of some rigs is not out for longer than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolMember:
    """A rig as its pool sees it."""

    last_share: datetime | None
    silent: bool
    """Its last share is older than its limit."""
    dead: bool = False
    """Known not to work for a reason of its own: dark, switched off, given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolHealth:
    """Whether a pool is out, and since when; kept from one check to the next."""

    out_since: datetime | None = None
    back_at: datetime | None = None

    def held(self, now: datetime) -> bool:
        """Return whether no rig of the pool may be judged."""
        if self.out_since is not None:
            return True
        return self.back_at is not None and (
            self.back_at <= now < self.back_at + SETTLING
        )

    def learn(self, now: datetime, members: Iterable[PoolMember]) -> PoolHealth:
        """Return the health after a check of all rigs of the pool."""
        alive = [member for member in members if not member.dead]
        out = _silent_together(alive)
        someone_works = any(not member.silent for member in alive)
        if (
            out
            and someone_works
            and self.out_since is not None
            and now - self.out_since >= PARTIAL_LIMIT
        ):
            # Held long enough: with others at work it is the rigs after all.
            return PoolHealth(out_since=None, back_at=None)
        if out:
            return PoolHealth(out_since=self.out_since or now)
        if self.out_since is not None:
            return PoolHealth(back_at=now)
        return self


def _silent_together(members: list[PoolMember]) -> bool:
    """Return whether most of at least two rigs fell silent at about the same time."""
    ends = sorted(
        member.last_share
        for member in members
        if member.silent and member.last_share is not None
    )
    needed = len(members) // 2 + 1
    return len(members) > 1 and any(
        ends[start + needed - 1] - ends[start] <= TOGETHER
        for start in range(len(ends) - needed + 1)
    )
