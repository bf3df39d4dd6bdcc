"""The witnesses of a rig: its pool, linked miner and outlet, and their evidence."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...common.members import MinerFacts, async_facts
from ...engines.pools import (
    POOLS,
    Account,
    AccountReport,
    Outcome,
    PoolVerdict,
    VerdictKind,
    WorkerReport,
    judge,
)
from ...engines.restart import (
    LAST_WORDS,
    Company,
    Evidence,
    Memory,
    MinerEvidence,
    MinerKind,
    OutletEvidence,
    OutletKind,
    Policy,
    PoolEvidence,
    PoolMember,
    Verdict,
    local_limit,
)
from .outlets import RigOutlet, RigOutletReading
from .pool_evidence import Roster, pool_evidence
from .resources import RigResources

NOT_WORKING = (MinerKind.IDLE, MinerKind.SILENT)
SILENCES = (Outcome.UNREACHABLE, Outcome.NOT_JSON)
"""Answers of a pool that is gone, or of what took its place."""
RETRY = timedelta(minutes=1)
"""After so long a pool that did not answer is asked again."""
POOL_DATA_KEPT = 2.5
"""Check frequencies after which a pool's answer is no longer shown or used."""


class RigWitnesses:
    """The pool, the linked miner and the outlet of one rig, and the last answer of each."""

    def __init__(
        self,
        hass: HomeAssistant,
        resources: RigResources,
        policy: Policy,
        *,
        account: Account,
        worker: str,
        miner_entry: str | None,
        outlet: RigOutlet | None,
        since: datetime,
    ) -> None:
        """Take the witnesses there are; answers from before `since` do not count."""
        self._hass = hass
        self._resources = resources
        self._policy = policy
        self._worker = worker
        self._miner_entry = miner_entry
        self._since = since
        self.account = account
        self.outlet = outlet
        self.report: AccountReport | None = None
        self.verdict: PoolVerdict | None = None
        self.pool_silent_since: datetime | None = None
        self.miner: MinerEvidence | None = None
        self.reading: RigOutletReading | None = None
        self._read_at: datetime | None = None
        resources.workers[account.identity].add(worker)

    async def async_ask(
        self, now: datetime, memory: Memory, *, leave_outlet: bool
    ) -> None:
        """Ask miner, outlet and pool; not the outlet while it is being switched."""
        self.ask_miner(now)
        if self.outlet is not None and not leave_outlet:
            self.reading = await self.outlet.async_read()
            self._read_at = dt_util.utcnow()
        await self.async_ask_pool(self._pool_age_wanted(now), memory)

    def ask_miner(self, now: datetime) -> None:
        """Read the facts of the linked miner's entry; the miner itself is not asked."""
        if self._miner_entry is not None:
            facts = async_facts(self._hass, self._miner_entry)
            self.miner = _miner_evidence(
                facts if isinstance(facts, MinerFacts) else None, self.miner, now
            )

    async def async_ask_pool(self, max_age: timedelta, memory: Memory) -> None:
        """Ask the pool, unless another rig of the account did within `max_age`."""
        self.report = await self._resources.pools.async_fetch(
            self.account, max_age.total_seconds()
        )
        self._resources.note_pool_answer(self.report.outcome, self.report.at)
        self._resources.learn_roster(self.account.identity, self.report)
        silent_since = None if self.verdict is None else self.verdict.silent_since
        if self.verdict is None:
            # A list that was lost before a reload is no reason afterwards either.
            silent_since = memory.last_share or self.report.at
        self.verdict = judge(
            self.report.find(self._worker),
            self.report,
            dt_util.utcnow(),
            self._policy.time_until_offline,
            memory.seen,
            silent_since=silent_since,
        )
        if self.report.outcome not in SILENCES:
            self.pool_silent_since = None
        elif self.pool_silent_since is None:
            self.pool_silent_since = self.report.at

    def _pool_age_wanted(self, now: datetime) -> timedelta:
        """Return how old the pool's answer may be.

        One that told nothing is asked for again soon. Once the miner itself is down, an
        answer from before that moment is too old: it does not show whether work can come
        in; once it is so for long enough, one from before that is.
        """
        age = self._policy.status_check_frequency
        if self.report is not None and self.report.outcome in SILENCES:
            return min(age, RETRY)
        limit = self._limit_of_miner(now)
        if limit is None or self.miner is None:
            return age
        return min(age, now - (self.miner.since if now < limit else limit))

    def _limit_of_miner(self, now: datetime) -> datetime | None:
        """Return when a linked miner that does not work has been down for long enough."""
        if self.miner is None or self.miner.kind not in NOT_WORKING:
            return None
        pool = self.pool(now)
        last_share = None if pool is None else pool.last_share
        return local_limit(self._policy, self.miner, last_share)

    def overdue(self, now: datetime) -> MinerEvidence | None:
        """Return the evidence of a linked miner that has been down for long enough."""
        limit = self._limit_of_miner(now)
        return None if limit is None or now < limit else self.miner

    def evidence(
        self,
        now: datetime,
        *,
        outage: bool,
        pool_works: bool,
        company: Company,
        armed: bool,
    ) -> Evidence:
        """Return all that is known at the moment."""
        asked = self.report is not None and self.report.at >= self._since
        return Evidence(
            pool=self.pool(now, outage=outage, pool_works=pool_works),
            miner=self.miner,
            outlet=self.switched(),
            company=company,
            blind=self._resources.blind(now),
            internet_seen=self._resources.internet_seen,
            internet_back_at=self._resources.internet_back_at,
            quiet=self._resources.quiet(now) or not asked,
            armed=armed,
        )

    def pool(
        self, now: datetime, *, outage: bool = False, pool_works: bool = False
    ) -> PoolEvidence | None:
        """Return the evidence of the pool; an answer that is too old is none."""
        if self.report is None or self.verdict is None:
            return None
        newcomer = self.newcomer()
        roster = self._resources.rosters.get(self.account.identity, Roster())
        evidence = pool_evidence(
            self.report,
            self.verdict,
            self.report.find(self._worker).worker,
            limit=self._policy.time_until_offline,
            interval=POOLS[self.account.pool].gap,
            newcomer_at=None if newcomer is None else roster.names.get(newcomer.name),
        )
        return replace(
            evidence,
            verdict=Verdict.NONE if self.pool_too_old(now) else evidence.verdict,
            outage=outage,
            pool_works=pool_works,
        )

    def newcomer(self) -> WorkerReport | None:
        """Return another worker that appeared as the rig's own fell silent."""
        report, verdict = self.report, self.verdict
        if report is None or verdict is None or verdict.kind is VerdictKind.ONLINE:
            return None
        since = verdict.last_share or verdict.silent_since
        if since is None:
            return None
        identity = self.account.identity
        roster = self._resources.rosters.get(identity, Roster())
        return roster.newcomer(report, since, self._resources.workers[identity])

    def pool_too_old(self, now: datetime) -> bool:
        """Return whether the pool's last answer says nothing about the present."""
        assert self.report is not None  # noqa: S101
        kept = POOL_DATA_KEPT * self._policy.status_check_frequency
        return not timedelta(0) <= now - self.report.at <= kept

    def worker(self, now: datetime) -> WorkerReport | None:
        """Return the worker as its pool shows it, unless that is too old."""
        if self.report is None or self.pool_too_old(now):
            return None
        return self.report.find(self._worker).worker

    def switched(self) -> OutletEvidence | None:
        """Return the evidence of the outlet."""
        if self.reading is None:
            return None
        reading, at = self.reading, self._read_at
        on_since = None
        if reading.on_for is not None and at is not None:
            on_since = at - timedelta(seconds=reading.on_for)
        return OutletEvidence(
            kind=reading.kind, watts=reading.watts, on_since=on_since, at=at
        )

    def as_pool_member(self, now: datetime, *, written_off: bool) -> PoolMember:
        """Return the rig as its pool sees it, to judge an outage of the pool by."""
        pool, miner, outlet = self.pool(now), self.miner, self.switched()
        last_share = None if pool is None else pool.last_share
        without_work = (
            miner is not None
            and miner.kind in NOT_WORKING
            and now >= miner.since + self._policy.time_until_offline_local
            and (last_share is None or last_share <= miner.since + LAST_WORDS)
        )
        dark = outlet is not None and (
            outlet.kind is OutletKind.OFF
            or (outlet.watts is not None and outlet.watts < self._policy.no_draw_below)
        )
        offline = pool is not None and pool.verdict is Verdict.OFFLINE
        return PoolMember(
            last_share=last_share,
            silent=without_work or offline,
            dead=written_off or dark,
        )

    def describe(self, now: datetime) -> dict[str, Any]:
        """Return the last answer of each witness, for events and action responses."""
        pool = self.pool(now)
        return {
            "pool_verdict": None if pool is None else pool.verdict,
            "pool_reason": None if self.verdict is None else self.verdict.reason,
            "last_share": pool and pool.last_share and pool.last_share.isoformat(),
            "miner": None if self.miner is None else self.miner.kind,
            "miner_since": None if self.miner is None else self.miner.since.isoformat(),
            "outlet": None if self.reading is None else self.reading.kind,
            "watts": None if self.reading is None else self.reading.watts,
        }


def _miner_evidence(
    facts: MinerFacts | None, before: MinerEvidence | None, now: datetime
) -> MinerEvidence | None:
    """Return what the linked miner contributes, and since when it is so.

    None when it is not loaded, or does not report whether it hashes.
    """
    if facts is None:
        return None
    if not facts.fresh:
        kind = MinerKind.SILENT
    elif facts.hashing is None:
        return None
    elif facts.hashing:
        kind = MinerKind.HASHING
    elif facts.sleeping:
        kind = MinerKind.SLEEPING
    elif facts.starting:
        kind = MinerKind.STARTING
    elif facts.pool_lost:
        kind = MinerKind.POOL_LOST
    else:
        kind = MinerKind.IDLE
    if before is not None and before.kind is kind:
        return replace(before, seen=facts.last_seen)
    since = now
    if kind is MinerKind.SILENT and facts.last_seen is not None:
        since = facts.last_seen
    return MinerEvidence(kind=kind, since=since, seen=facts.last_seen)
