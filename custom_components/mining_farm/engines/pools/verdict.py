"""Turns a pool's report on a worker into online, offline or no verdict, without I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .models import AccountReport, Outcome, WorkerAnswer, WorkerReport

CLOCK_TOLERANCE = timedelta(minutes=2)
"""Shares cannot be dated with clocks that are further apart than this."""
DATA_AGE = timedelta(minutes=5)
"""Pools that date their data renew it at least this often."""
_STEPS = 3
"""A time reported in steps is trusted over so many of them."""


class VerdictKind(StrEnum):
    """Three values: only what is known to be so is online or offline."""

    ONLINE = "online"
    OFFLINE = "offline"
    NONE = "none"


class VerdictReason(StrEnum):
    """Why, in words that are translated."""

    SHARES = "shares"
    NO_SHARES = "no_shares"
    FLAG = "flag"
    NO_FLAG = "no_flag"
    HASHRATE = "hashrate"
    NO_HASHRATE = "no_hashrate"
    DROPPED = "dropped"
    """Not listed any more, for longer than the pool lists the silent."""
    MISSING = "missing"
    """Not listed, which proves nothing at this pool or not yet."""
    NEVER_SEEN = "never_seen"
    AMBIGUOUS = "ambiguous"
    NOT_MONITORED = "not_monitored"
    """The user has stopped it, or its monitoring, at the pool."""
    TOO_EARLY = "too_early"
    """Silent, and not known to be so for long enough."""
    NO_DATA = "no_data"
    """Listed, with nothing to judge by."""
    STALE = "stale"
    CLOCK = "clock"
    """Our clock and the pool's disagree."""
    ACCOUNT_UNKNOWN = "account_unknown"
    AUTH = "auth"
    RATE_LIMITED = "rate_limited"
    API_ERROR = "api_error"
    NOT_JSON = "not_json"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolVerdict:
    """What a pool reports about a rig. Times are aware UTC."""

    kind: VerdictKind
    reason: VerdictReason
    last_share: datetime | None = None
    silent_since: datetime | None = None
    """The last moment at which it may have worked; hand it to the next judgement."""


def judge(
    answer: WorkerAnswer,
    report: AccountReport,
    now: datetime,
    time_until_offline: timedelta,
    seen_before: bool,
    *,
    silent_since: datetime | None = None,
) -> PoolVerdict:
    """Return what to believe about a worker.

    Share times come before the pool's own flag, that before the hashrate. Ages are
    measured at the moment of the answer, which other rigs may have asked for earlier.
    Flags, rates and absence have no age: how long they have been so is known from
    `silent_since` of the verdict before, and without that only from what the pool
    itself says of its windows.
    """
    judgement = _Judgement(report, time_until_offline, silent_since)
    if answer.outcome not in (Outcome.WORKER, Outcome.ABSENT, Outcome.EMPTY):
        return judgement.none(VerdictReason(answer.outcome))
    error = report.clock_error
    if error is not None and abs(error) > CLOCK_TOLERANCE:
        return judgement.none(VerdictReason.CLOCK)
    if report.at > now + CLOCK_TOLERANCE:
        return judgement.none(VerdictReason.CLOCK)
    known_at = report.data_at or report.at
    if report.at - known_at > max(time_until_offline, DATA_AGE):
        return judgement.none(VerdictReason.STALE)
    if answer.worker is not None:
        return judgement.worker(answer.worker)
    if answer.ambiguous:
        return judgement.none(VerdictReason.AMBIGUOUS)
    if not seen_before:
        return judgement.none(VerdictReason.NEVER_SEEN)
    return judgement.absent()


@dataclass(frozen=True, slots=True)
class _Judgement:
    """The measures by which one worker is judged."""

    report: AccountReport
    limit: timedelta
    silent_since: datetime | None

    def none(
        self, reason: VerdictReason, last_share: datetime | None = None
    ) -> PoolVerdict:
        return PoolVerdict(
            kind=VerdictKind.NONE,
            reason=reason,
            last_share=last_share,
            silent_since=self.silent_since,
        )

    def worker(self, worker: WorkerReport) -> PoolVerdict:
        share, data_at = worker.last_share, self.report.data_at or self.report.at
        if not worker.monitored:
            return self.none(VerdictReason.NOT_MONITORED, share)
        if share is not None and share > self.report.at + CLOCK_TOLERANCE:
            return self.none(VerdictReason.CLOCK)
        # A share outranks flag and rate: F2Pool's flag is said to be unreliable, and
        # Parasite has shown a rate of 0 beside fresh shares.
        # A rig that calls in may yet not work: then its flag is the better witness.
        if share is not None and not (worker.heartbeat and worker.flag is False):
            return self._by_share(share, worker.resolution)
        if worker.flag is not None:
            if worker.flag:
                return _online(VerdictReason.FLAG, data_at)
            return self._silent(
                VerdictReason.NO_FLAG, self._earliest(share or data_at), share
            )
        if worker.hashrate_hs is None:
            return self.none(VerdictReason.NO_DATA)
        if worker.hashrate_hs > 0:
            return _online(VerdictReason.HASHRATE, data_at)
        since = data_at - (worker.window or timedelta())
        return self._silent(VerdictReason.NO_HASHRATE, self._earliest(since), None)

    def absent(self) -> PoolVerdict:
        """Judge a worker that was listed once and is not now."""
        keeps = self.report.absent_after
        if keeps is None:
            return self.none(VerdictReason.MISSING)
        # A worker that goes missing sooner than the pool drops the silent was not
        # dropped: the pool lost its list, or the user renamed the worker.
        since = self.silent_since or self.report.at - keeps
        if self.report.at - since < keeps:
            return self.none(VerdictReason.MISSING)
        return self._silent(VerdictReason.DROPPED, since, None)

    def _by_share(self, share: datetime, resolution: timedelta) -> PoolVerdict:
        at = self.report.at
        # A share may have come at any moment of the step by which it is dated.
        fresh = at - share < max(self.limit + resolution, _STEPS * resolution)
        return PoolVerdict(
            kind=VerdictKind.ONLINE if fresh else VerdictKind.OFFLINE,
            reason=VerdictReason.SHARES if fresh else VerdictReason.NO_SHARES,
            last_share=share,
            silent_since=min(share + resolution, at),
        )

    def _earliest(self, since: datetime) -> datetime:
        return min(since, self.silent_since or since)

    def _silent(
        self, reason: VerdictReason, since: datetime, share: datetime | None
    ) -> PoolVerdict:
        long_enough = self.report.at - since >= self.limit
        return PoolVerdict(
            kind=VerdictKind.OFFLINE if long_enough else VerdictKind.NONE,
            reason=reason if long_enough else VerdictReason.TOO_EARLY,
            last_share=share,
            silent_since=since,
        )


def _online(reason: VerdictReason, at: datetime) -> PoolVerdict:
    return PoolVerdict(kind=VerdictKind.ONLINE, reason=reason, silent_since=at)
