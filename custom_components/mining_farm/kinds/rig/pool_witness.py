"""One pool account of a rig as a witness: what its pool last answered about the rig."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from homeassistant.util import dt as dt_util

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
from ...engines.restart import Contact, Policy, PoolEvidence, Verdict
from .const import CONF_WORKER
from .pool_evidence import pool_evidence
from .resources import RigResources
from .stored import account_of

SILENCES = (Outcome.UNREACHABLE, Outcome.NOT_JSON)
"""Answers of a pool that is gone, or of what took its place."""
RETRY = timedelta(minutes=1)
"""After so long a pool that did not answer is asked again."""
POOL_DATA_KEPT = 2.5
"""Check frequencies after which a pool's answer is no longer shown or used."""
UNUSED_AFTER = timedelta(hours=24)
"""So long after its last work there an account may be empty because it is not used."""
CHECK = timedelta(minutes=5)
"""So long after the first answer another one counts as a second check."""
ANSWERS = (Outcome.WORKER, Outcome.ABSENT, Outcome.EMPTY, Outcome.ACCOUNT_UNKNOWN)
"""Answers about the account itself; anything else is none."""
_NO_WORKERS = (Outcome.EMPTY, Outcome.ACCOUNT_UNKNOWN)


class PoolWitness:
    """A worker of a pool account, and the last answer about it."""

    def __init__(
        self, resources: RigResources, policy: Policy, account: Account, worker: str
    ) -> None:
        """Take the account, and the rig's name in it."""
        self._resources = resources
        self._policy = policy
        self._worker = worker
        self.account = account
        self._identity = account.identity
        self.report: AccountReport | None = None
        self.verdict: PoolVerdict | None = None
        self._first_at: datetime | None = None
        self.answered_at: datetime | None = None
        """When the pool last answered about the account, whatever came since."""
        self.silent_since: datetime | None = None
        self.last_share: datetime | None = None
        """The newest that the pool has dated, however long ago it was asked."""
        resources.workers[self._identity].add(worker)

    @property
    def says_online(self) -> bool:
        """Whether the pool says that the rig works."""
        return self.verdict is not None and self.verdict.kind is VerdictKind.ONLINE

    async def async_ask(
        self, max_age: timedelta, *, seen: bool, last_share: datetime | None
    ) -> None:
        """Ask the pool, unless another rig of the account did within `max_age`.

        `seen` and `last_share` are what is remembered of the rig at this account.
        """
        if self.silent_since is not None:
            max_age = min(max_age, RETRY)
        self.report = report = await self._resources.pools.async_fetch(
            self.account, max_age.total_seconds()
        )
        self._first_at = self._first_at or report.at
        self._resources.note_pool_answer(report.outcome, report.at)
        ours = self._resources.workers[self._identity]
        await self._resources.rosters.async_learn(self._identity, report, ours)
        silent_since = None if self.verdict is None else self.verdict.silent_since
        if self.verdict is None:
            # A list that was lost before a reload is no reason afterwards either.
            silent_since = last_share or report.at
        self.verdict = judge(
            report.find(self._worker),
            report,
            dt_util.utcnow(),
            self._policy.time_until_offline,
            seen,
            silent_since=silent_since,
        )
        if self.listed is not None and self.listed.last_share is not None:
            self.last_share = self.listed.last_share
        if report.outcome in ANSWERS:
            self.answered_at = report.at
        if report.outcome not in SILENCES:
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = report.at

    def evidence(
        self, now: datetime, *, outage: bool = False, pool_works: bool = False
    ) -> PoolEvidence | None:
        """Return the evidence of the pool; an answer that is too old is none."""
        if self.report is None or self.verdict is None:
            return None
        newcomer = self.newcomer()
        evidence = pool_evidence(
            self.report,
            self.verdict,
            self.listed,
            limit=self._policy.time_until_offline,
            interval=POOLS[self.account.pool].gap,
            newcomer_at=None
            if newcomer is None
            else self._resources.rosters.of(self._identity).names.get(newcomer.name),
        )
        return replace(
            evidence,
            verdict=Verdict.NONE if self.is_too_old(now) else evidence.verdict,
            outage=outage,
            pool_works=pool_works,
            solo=POOLS[self.account.pool].solo,
            first_check=self._is_first_check(self.report),
        )

    def _is_first_check(self, report: AccountReport) -> bool:
        """Return whether there was no second status check since the start."""
        first_at = self._first_at or report.at
        return report.at < first_at + min(self._policy.status_check_frequency, CHECK)

    def evidence_as_second(
        self, now: datetime, used_at: datetime | None
    ) -> PoolEvidence | None:
        """Return the evidence of an account that the rig need not use.

        Where it has not worked lately, an account without workers is as it should be,
        and silence is dated only by a share.
        """
        evidence = self.evidence(now)
        if evidence is None or self.report is None or self.verdict is None:
            return None
        if self.says_online or (used_at is not None and now - used_at < UNUSED_AFTER):
            return evidence
        evidence = replace(evidence, last_share=self.verdict.last_share)
        if self.report.outcome in _NO_WORKERS and not self.is_too_old(now):
            return replace(evidence, contact=Contact.ANSWERED)
        return evidence

    def newcomer(self) -> WorkerReport | None:
        """Return another worker that appeared as the rig's own fell silent."""
        report, verdict = self.report, self.verdict
        if report is None or verdict is None or self.says_online:
            return None
        roster = self._resources.rosters.of(self._identity)
        since = verdict.last_share or verdict.silent_since
        if since is None:
            return None
        if verdict.last_share is None:
            # Before a restart it may have been silent for long.
            since = min(since, roster.worked.get(self._worker, since))
        ours = self._resources.workers[self._identity]
        return roster.newcomer(report, since, ours)

    def is_too_old(self, now: datetime) -> bool:
        """Return whether the pool's last answer says nothing about the present."""
        assert self.report is not None  # noqa: S101
        kept = POOL_DATA_KEPT * self._policy.status_check_frequency
        return not timedelta(0) <= now - self.report.at <= kept

    def worker(self, now: datetime) -> WorkerReport | None:
        """Return the worker as its pool shows it, unless that is too old."""
        if self.report is None or self.is_too_old(now):
            return None
        return self.listed

    @property
    def listed(self) -> WorkerReport | None:
        """The worker in the last answer, however old that is."""
        return None if self.report is None else self.report.find(self._worker).worker


def second_pool(
    resources: RigResources, policy: Policy, stored: Mapping[str, Any] | None
) -> PoolWitness | None:
    """Return the witness of the second account that an entry names, if it does."""
    if stored is None:
        return None
    return PoolWitness(resources, policy, account_of(stored), stored[CONF_WORKER])
