"""What the pools of a history answer, and what all rigs learn from it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from custom_components.mining_farm.engines.pools import (
    Account,
    AccountReport,
    Outcome,
    WorkerReport,
)
from custom_components.mining_farm.engines.restart import Presence
from custom_components.mining_farm.kinds.rig.rosters import Roster

from .world import START, Pool, Rig, World

SHOWN_S = 600.0
"""A worker whose last share is older is shown with a rate of zero."""


class KeptRosters:
    """Which workers each account has had; on a disk that outlives the process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._rosters: dict[str, Roster] = {}

    def of(self, identity: str) -> Roster:
        """Return what is known of an account."""
        return self._rosters.get(identity, Roster())

    async def async_learn(
        self, identity: str, report: AccountReport, ours: Collection[str]
    ) -> None:
        """Note which workers an account has, and which of the rigs' own work."""
        self._rosters[identity] = self.of(identity).learn(report, ours)


class Answers:
    """Serves the rigs' witnesses as the kind's own resources do."""

    def __init__(self, world: World, rigs: list[Rig], rosters: KeptRosters) -> None:
        """Start without any answer."""
        self._world = world
        self._rigs = rigs
        self._reports: dict[str, AccountReport] = {}
        self.pools = self
        self.workers: defaultdict[str, set[str]] = defaultdict(set)
        self.rosters = rosters
        self.internet = Presence()
        self.internet_seen = datetime.min.replace(tzinfo=UTC)

    async def async_fetch(self, account: Account, max_age: float) -> AccountReport:
        """Return what an account is known to hold, asked for at most `max_age` s ago."""
        known, now = self._reports.get(account.account), self._world.wall
        if known is None or not (
            timedelta() <= now - known.at < timedelta(seconds=max_age)
        ):
            known = self._reports[account.account] = self._answer(account.account)
        return known

    def note_pool_answer(self, outcome: Outcome, at: datetime) -> None:
        """Note that a pool could be reached."""
        answered = outcome not in (Outcome.UNREACHABLE, Outcome.NOT_JSON)
        self.internet = self.internet.learn(at, answered=answered)
        if answered:
            self.internet_seen = max(self.internet_seen, at)

    def _answer(self, account: str) -> AccountReport:
        world, now = self._world, self._world.wall
        pool, rows = self._rows(account)
        if not world.internet or pool.mode == "down":
            return AccountReport(outcome=Outcome.UNREACHABLE, at=now)
        ahead = timedelta(minutes=-30)
        error = ahead if pool.mode == "ahead" else timedelta(seconds=world.clock_error)
        told = error if pool.tells_clock else None
        if pool.mode == "errors":
            outcome = world.random.choice(
                [Outcome.API_ERROR, Outcome.NOT_JSON, Outcome.RATE_LIMITED]
            )
            return AccountReport(outcome=outcome, at=now)
        if pool.mode == "empty" or not rows:
            return AccountReport(
                outcome=Outcome.EMPTY,
                at=now,
                absent_after=timedelta(hours=3),
                clock_error=told,
            )
        shown_at = pool.frozen_at if pool.mode == "frozen" else world.now - pool.lag
        workers = [_row(pool, name, shares, shown_at) for name, shares in rows.items()]
        workers += [
            WorkerReport(
                name=f"stranger{number}",
                last_share=START + timedelta(seconds=min(share, shown_at)),
            )
            for number, share in enumerate(pool.strangers)
        ]
        if pool.mode == "zeros":
            workers = [
                WorkerReport(name=each.name, hashrate_hs=0.0) for each in workers
            ]
        return AccountReport(
            outcome=Outcome.WORKER, at=now, workers=tuple(workers), clock_error=told
        )

    def _rows(self, account: str) -> tuple[Pool, dict[str, list[float]]]:
        """Return the pool of an account, and the shares of each of its names."""
        for rig in self._rigs:
            if rig.second is not None and account == f"second of {rig.name}":
                shares = rig.second_shares
                return rig.second, {rig.name: shares} if shares else {}
        ours = [rig for rig in self._rigs if rig.account == account]
        rows: dict[str, list[float]] = {}
        for rig in ours:
            for name, shares in rig.shares.items():
                if shares:
                    # Rigs that mine under one name are one worker of the pool.
                    rows[name] = sorted([*rows.get(name, ()), *shares])
        return ours[0].pool, rows


def _row(pool: Pool, name: str, shares: list[float], shown_at: float) -> WorkerReport:
    last = next((share for share in reversed(shares) if share <= shown_at), shares[0])
    works = shown_at - last < SHOWN_S
    hashrate = 6e7 if works else 0.0
    if not pool.dated:
        return WorkerReport(name=name, hashrate_hs=hashrate)
    ahead = 1800.0 if pool.mode == "ahead" else 0.0
    return WorkerReport(
        name=name,
        last_share=START + timedelta(seconds=last + ahead),
        hashrate_hs=hashrate,
    )
