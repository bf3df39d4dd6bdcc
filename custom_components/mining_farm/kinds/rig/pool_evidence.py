"""Makes a pool's answer about an account into evidence about one rig: pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ...engines.pools import (
    AccountReport,
    Outcome,
    PoolVerdict,
    VerdictReason,
    WorkerReport,
)
from ...engines.restart import Basis, Contact, PoolEvidence, Verdict

TOGETHER = timedelta(minutes=15)
"""Workers whose last shares lie this close worked along with each other."""
BEFORE_SILENCE = timedelta(minutes=10)
"""A new name may appear so long before the last share of the old one is shown."""
MAX_NAMES = 5000
_NOTHING = (Outcome.UNREACHABLE, Outcome.NOT_JSON)
_ANSWERED = (Outcome.WORKER, Outcome.ABSENT)
_UNUSABLE = (VerdictReason.STALE, VerdictReason.CLOCK)
_BASIS = {
    VerdictReason.FLAG: Basis.FLAG,
    VerdictReason.NO_FLAG: Basis.FLAG,
    VerdictReason.HASHRATE: Basis.RATE,
    VerdictReason.NO_HASHRATE: Basis.RATE,
    VerdictReason.DROPPED: Basis.ABSENCE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """When each worker of an account was first listed; None for those there at first."""

    names: Mapping[str, datetime | None] = field(default_factory=dict)

    def learn(self, report: AccountReport) -> Roster:
        """Return the roster after an answer of the pool."""
        if report.outcome is not Outcome.WORKER:
            return self
        first = None if not self.names else report.at
        new = {
            worker.name: first
            for worker in report.workers
            if worker.name not in self.names
        }
        if not new or len(self.names) + len(new) > MAX_NAMES:
            return self
        return Roster(names={**self.names, **new})

    def newcomer(
        self, report: AccountReport, silent_since: datetime, ours: Collection[str]
    ) -> WorkerReport | None:
        """Return a worker that appeared as another fell silent, and works since."""
        for worker in report.workers:
            first = self.names.get(worker.name)
            if first is None or first < silent_since - BEFORE_SILENCE:
                continue
            if worker.name not in ours and _worked_since(worker, silent_since):
                return worker
        return None


def _worked_since(worker: WorkerReport, since: datetime) -> bool:
    if worker.last_share is not None:
        return worker.last_share > since
    return bool(worker.flag) or bool(worker.hashrate_hs)


def pool_evidence(
    report: AccountReport,
    verdict: PoolVerdict,
    worker: WorkerReport | None,
    *,
    limit: timedelta,
    interval: timedelta,
    newcomer_at: datetime | None = None,
) -> PoolEvidence:
    """Return what an answer says about a rig.

    `limit` is the silence after which a worker is offline, `interval` the least time
    between two answers of the pool.
    """
    basis = _BASIS.get(verdict.reason, Basis.SHARES)
    evidence = PoolEvidence(
        verdict=Verdict(verdict.kind),
        at=report.at,
        # Pools that date no shares tell by flag or rate when it last worked.
        last_share=verdict.last_share or verdict.silent_since,
        contact=_contact(report, verdict),
        basis=basis,
        fresh_for=interval,
        others_work=_others_work(
            report, worker, basis, verdict.last_share or verdict.silent_since, limit
        ),
        newcomer_at=newcomer_at,
    )
    if evidence.contact is not Contact.ANSWERED:
        # An empty list after a full one is no verdict either.
        return replace(evidence, verdict=Verdict.NONE)
    return evidence


def _contact(report: AccountReport, verdict: PoolVerdict) -> Contact:
    if report.outcome in _NOTHING:
        return Contact.NOTHING
    if report.outcome not in _ANSWERED or verdict.reason in _UNUSABLE:
        return Contact.REFUSED
    return Contact.ANSWERED


def _others_work(
    report: AccountReport,
    worker: WorkerReport | None,
    basis: Basis,
    last: datetime | None,
    limit: timedelta,
) -> bool | None:
    """Return whether any worker that worked along with this one still does."""
    others = [each for each in report.workers if each is not worker]
    if basis is Basis.RATE:
        rates = [each.hashrate_hs for each in others if each.hashrate_hs is not None]
        return any(rates) if rates else None
    shares = [
        each.last_share
        for each in others
        if each.last_share is not None
        and (last is None or each.last_share >= last - TOGETHER)
    ]
    if not shares:
        return None
    return any(report.at - share < limit for share in shares)
