"""Makes a pool's answer about an account into evidence about one rig: pure."""

from dataclasses import replace
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
