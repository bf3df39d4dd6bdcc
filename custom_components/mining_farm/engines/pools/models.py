"""What a pool reports about an account and its workers; None where it reports nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
import hashlib
from typing import Any

from .matching import Match, match_name


class Outcome(StrEnum):
    """What became of a question about an account or one of its workers."""

    WORKER = "worker"
    ABSENT = "absent"
    """The account has workers, and none of that name."""
    EMPTY = "empty"
    """The account has no workers."""
    ACCOUNT_UNKNOWN = "account_unknown"
    AUTH = "auth"
    RATE_LIMITED = "rate_limited"
    API_ERROR = "api_error"
    NOT_JSON = "not_json"
    """A web page, a torn answer or nothing, where JSON should be."""
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose workers to ask for, and where; shows neither wallet nor token."""

    pool: str
    """Key in the registry."""
    account: str = field(default="", repr=False)
    """Wallet or user name; empty where the token identifies the account."""
    coin: str | None = None
    token: str | None = field(default=None, repr=False)
    base_url: str | None = field(default=None, repr=False)
    """In place of the operator's; may hold a place for `{coin}`."""

    @property
    def identity(self) -> str:
        """Digest that two rigs of one account share; fit for logs."""
        parts = (
            self.pool,
            self.account.strip(),
            (self.coin or "").strip().casefold(),
            self.token or "",
            (self.base_url or "").rstrip("/"),
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRequest:
    """One HTTP request; shows neither wallet nor token."""

    method: str = "GET"
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReport:
    """One worker; its name may hold the wallet, so it is not shown."""

    name: str = field(repr=False)
    last_share: datetime | None = None
    """Aware UTC."""
    resolution: timedelta = timedelta(seconds=1)
    """Steps in which `last_share` moves."""
    flag: bool | None = None
    """The operator's own word for online."""
    hashrate_hs: float | None = None
    window: timedelta | None = None
    """Time over which the hashrate is an average, where that is known."""
    monitored: bool = True
    """False when the user has stopped it, or its monitoring, at the pool."""
    heartbeat: bool = False
    """`last_share` is when the rig last connected, not when it last worked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerAnswer:
    """What an account's report says about one name."""

    outcome: Outcome
    worker: WorkerReport | None = None
    ambiguous: bool = False
    """Several workers differ from the name by case or prefix only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReport:
    """All workers of an account, or why they are not known."""

    outcome: Outcome
    """WORKER when there are workers, else the reason."""
    at: datetime
    """When the pool answered, by our clock."""
    workers: tuple[WorkerReport, ...] = ()
    data_at: datetime | None = None
    """The pool's own time of its data, where it gives one."""
    absent_after: timedelta | None = None
    """After so long without a share the pool drops a worker; None: not documented."""
    odd_rows: int = 0
    """Rows that could not be read, beside others that could."""
    clock_error: timedelta | None = None
    """Our clock less the server's, where it sends its time."""
    retry_after: float | None = None
    """Seconds until the pool wants to be asked again, counted from the report."""
    next_page: int | None = None
    """Page on which the list goes on."""
    known_as: str | None = field(default=None, repr=False)
    """What the pool wants to be asked for instead of the wallet, in place of workers."""
    detail: str = ""
    """For a log: in our words, without wallet or token."""

    def find(self, name: str) -> WorkerAnswer:
        """Return what is reported about a worker.

        Exact name, else the only one that differs in case, else the only one without an
        `account.` in front.
        """
        if self.outcome is not Outcome.WORKER:
            return WorkerAnswer(outcome=self.outcome)
        match match_name(name, [worker.name for worker in self.workers]):
            case int(index):
                worker = self.workers[index]
                return WorkerAnswer(outcome=Outcome.WORKER, worker=worker)
            case verdict:
                ambiguous = verdict is Match.AMBIGUOUS
                return WorkerAnswer(outcome=Outcome.ABSENT, ambiguous=ambiguous)


def merge_workers(rows: Sequence[WorkerReport]) -> tuple[WorkerReport, ...]:
    """Join the rows of one name: sessions, schemes, pages.

    The newest share counts, hashrates add up, and one row that works is enough.
    """
    by_name: dict[str, WorkerReport] = {}
    for row in rows:
        known = by_name.get(row.name)
        by_name[row.name] = row if known is None else _merge(known, row)
    return tuple(by_name.values())


def _merge(one: WorkerReport, other: WorkerReport) -> WorkerReport:
    times = [t for t in (one.last_share, other.last_share) if t is not None]
    flags = {one.flag, other.flag}
    rates = (one.hashrate_hs, other.hashrate_hs)
    return WorkerReport(
        name=one.name,
        last_share=max(times, default=None),
        resolution=max(one.resolution, other.resolution),
        flag=True if True in flags else False if False in flags else None,
        hashrate_hs=None if None in rates else sum(r for r in rates if r is not None),
        window=one.window,
        monitored=one.monitored or other.monitored,
        heartbeat=one.heartbeat and other.heartbeat,
    )
