"""Distinguishes a fault of the pool from faults of rigs: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

TOGETHER = timedelta(minutes=15)
"""Rigs whose last shares lie this close fell silent together."""
SETTLING = timedelta(minutes=10)
"""After an outage rigs need time to find their pool again."""
PARTIAL_LIMIT = timedelta(minutes=30)
"""A pool that sees shares of some rigs for so long is not out for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolMember:
    """A rig as its pool sees it."""

    last_share: datetime | None
    silent: bool
    """Its last share is older than its limit, or than the silence of its miner."""
    dead: bool = False
    """Known not to work for a reason of its own: dark, switched off, given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolHealth:
    """Whether a pool is out, and since when; kept from one check to the next."""

    out_since: datetime | None = None
    partial_since: datetime | None = None
    """Since when it sees shares of some rigs, while it is out for most."""
    back_at: datetime | None = None
    blamed_until: datetime | None = None
    """Rigs silent since before this were held for long enough: it is they after all."""

    def held(self, now: datetime) -> bool:
        """Return whether no rig of the pool may be judged."""
        if self.out_since is not None:
            return True
        return self.back_at is not None and (
            self.back_at <= now < self.back_at + SETTLING
        )

    def learn(self, now: datetime, members: Iterable[PoolMember]) -> PoolHealth:
        """Return the health after a check of all rigs of the pool."""
        alive = [member for member in members if not self._accounted_for(member)]
        if not _silent_together(alive):
            if self.out_since is None:
                return self
            return PoolHealth(back_at=now, blamed_until=self.blamed_until)
        partial_since = None
        if any(not member.silent for member in alive):
            partial_since = self.partial_since or now
            if now - partial_since >= PARTIAL_LIMIT:
                return PoolHealth(blamed_until=now)
        return PoolHealth(
            out_since=self.out_since or now,
            partial_since=partial_since,
            blamed_until=self.blamed_until,
        )

    def _accounted_for(self, member: PoolMember) -> bool:
        """Return whether a rig's silence says nothing about the pool."""
        return member.dead or (
            member.silent
            and self.blamed_until is not None
            and member.last_share is not None
            and member.last_share <= self.blamed_until
        )


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
