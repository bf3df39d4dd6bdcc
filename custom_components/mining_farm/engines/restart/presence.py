"""Whether a witness is there, and when it came back: pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

ABSENCE = timedelta(minutes=5)
"""Failed checks over less than this are no absence: a lost poll, a refusal."""
SETTLING = timedelta(minutes=10)
"""What comes back brings a pause: a rig boots, or finds its pool again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """How a witness answered when it was last asked."""

    failures: int = 0
    """Failed checks in a row; two stand for any number."""
    failed_since: datetime | None = None
    failed_at: datetime | None = None
    """The first or the second of the failed checks."""
    back_at: datetime | None = None
    """When it last answered after an absence."""

    def learn(self, at: datetime, *, answered: bool) -> Presence:
        """Return the presence after a check; the same check counts once."""
        if answered:
            if not self.failures:
                return self
            back_at = at if self.absent(at) else self.back_at
            return Presence(back_at=back_at)
        if self.failed_at is not None and (self.failures > 1 or at <= self.failed_at):
            return self
        return replace(
            self,
            failures=self.failures + 1,
            failed_since=self.failed_since or at,
            failed_at=at,
        )

    def long_absent(self, at: datetime) -> Presence:
        """Return the presence of what failed when it was first asked.

        For how long it has been away is unknown.
        """
        since = min(self.failed_since or at, at - ABSENCE)
        return replace(self, failures=2, failed_since=since, failed_at=at)

    def absent(self, now: datetime) -> bool:
        """Return whether it failed twice in a row, and for at least five minutes."""
        return (
            self.failures > 1
            and self.failed_since is not None
            and now - self.failed_since >= ABSENCE
        )

    def settling(self, now: datetime) -> bool:
        """Return whether it came back only now."""
        return settling(now, self.back_at)

    def not_after(self, now: datetime) -> Presence:
        """Return the presence with nothing in it that only a faster clock could set."""

        def at_most(time: datetime | None) -> datetime | None:
            return time and min(time, now)

        times = (self.failed_since, self.failed_at, self.back_at)
        if all(time is None or time <= now for time in times):
            return self
        return replace(
            self,
            failed_since=at_most(self.failed_since),
            failed_at=at_most(self.failed_at),
            back_at=at_most(self.back_at),
        )


def settling(now: datetime, back_at: datetime | None) -> bool:
    """Return whether what came back then still has its pause."""
    return back_at is not None and back_at <= now < back_at + SETTLING
