"""What the witnesses of a rig add up to: pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from .draw import draws_as_idle, draws_as_working
from .memory import Memory
from .models import (
    Basis,
    Company,
    Contact,
    Evidence,
    MinerEvidence,
    MinerKind,
    OutletKind,
    Policy,
    PoolEvidence,
    Reason,
    RigState,
    Verdict,
)
from .observing import VETOES, powered
from .presence import settling

CHECK = timedelta(minutes=5)
"""A rig that works has a newer share at each check, or its limit is too short."""
LAST_WORDS = timedelta(seconds=45)
"""A miner may have worked for so long after its last answer."""
VETO_LASTS = timedelta(minutes=5)
"""A miner's word holds for so long while the miner cannot be asked."""
MAX_PAUSES = 6
"""What comes back again and again, without the rig working, brings no more pauses."""
PATIENCE = {
    Reason.MINER_STARTS: timedelta(minutes=20),
    Reason.MINER_LOST_POOL: timedelta(minutes=30),
    Reason.OTHER_WORKER: timedelta(hours=24),
    Reason.DRAWS_AS_WORKING: timedelta(hours=2),
}
"""How long each reason holds in all, before the other rules decide."""
NEAR = timedelta(minutes=5)
"""A miner that becomes idle so close to a lost connection lost it, too."""


class Finding(NamedTuple):
    """What the witnesses add up to."""

    state: RigState
    reason: Reason
    due: bool = False
    """Whether the power is to be cut, if nothing else forbids it."""
    by_pool: bool = False
    """Whether that rests on the pool's word."""


def held(reason: Reason) -> Finding:
    """Return the finding that nothing is to be done, and why."""
    return Finding(RigState.HELD, reason)


def weigh(now: datetime, policy: Policy, memory: Memory, evidence: Evidence) -> Finding:
    """Return what the witnesses say, regardless of what may be done about it."""
    if evidence.held:
        return held(Reason.KEPT_DOWN)
    # What the pool showed before the entry was loaded is only partly remembered.
    first_check = any(
        pool is not None and pool.first_check
        for pool in (evidence.pool, evidence.second_pool)
    )
    evidence = replace(
        evidence,
        pool=_any_pool(
            _believed(memory, evidence.pool, evidence.miner), evidence.second_pool
        ),
        miner=_after_patience(now, memory, evidence),
    )
    if (veto := _veto(now, memory, evidence.miner)) is not None:
        if veto.state is RigState.ONLINE and _is_elsewhere(now, policy, evidence):
            return Finding(RigState.ELSEWHERE, Reason.HASHES_ELSEWHERE)
        return veto
    if evidence.quiet:
        return held(Reason.QUIET_START)
    if evidence.miner is None:
        evidence = replace(evidence, miner=_dark_rig(policy, memory, evidence))
    finding = _weigh_doubts(now, policy, memory, evidence)
    if finding.due and _came_back(now, memory, evidence):
        return held(Reason.CAME_BACK)
    if finding.due and finding.by_pool and first_check:
        return Finding(RigState.SILENT, Reason.WAITING_FOR_POOL)
    return finding


def _veto(now: datetime, memory: Memory, miner: MinerEvidence | None) -> Finding | None:
    """Return what a linked miner says against a cut; it outlasts a poll without word."""
    recent = memory.recent
    if miner is None:
        if (
            recent.veto is not None
            and recent.veto_at is not None
            and (now - recent.veto_at < VETO_LASTS)
        ):
            return held(recent.veto)
        return None
    if miner.kind is not MinerKind.HASHING:
        reason = VETOES.get(miner.kind)
        return None if reason is None else held(reason)
    if _before_cut(memory, miner):
        return held(Reason.MINER_STARTS)
    return Finding(RigState.ONLINE, Reason.MINER_HASHES)


def _is_elsewhere(now: datetime, policy: Policy, evidence: Evidence) -> bool:
    """Return whether a miner has hashed for long, and no account saw a share of it.

    That is what a miner looks like whose pool somebody has changed.
    """
    pool, miner = evidence.pool, evidence.miner
    if pool is None or miner is None or pool.solo or pool.last_share is None:
        return False
    since = max(miner.since, pool.last_share)
    long = now - since >= policy.time_until_elsewhere
    return long and pool.verdict is Verdict.OFFLINE


def _before_cut(memory: Memory, miner: MinerEvidence) -> bool:
    """Return whether the miner was last read before its power went."""
    return (
        miner.seen is not None
        and memory.last_cut is not None
        and miner.seen <= memory.last_cut
    )


def _after_patience(
    now: datetime, memory: Memory, evidence: Evidence
) -> MinerEvidence | None:
    """Return the linked miner; one that starts or looks for pools for too long is idle."""
    miner = evidence.miner
    if miner is None or (reason := VETOES.get(miner.kind)) not in PATIENCE:
        return miner
    if is_patient(now, memory, reason):
        return miner
    # Unless other rigs mine there, the pool or the internet may be down for long.
    if miner.kind is MinerKind.POOL_LOST and not _pool_works(evidence):
        return miner
    since = min(miner.since, memory.held_since.get(reason, now))
    return replace(miner, kind=MinerKind.IDLE, since=since)


def is_patient(now: datetime, memory: Memory, reason: Reason) -> bool:
    """Return whether a reason with an end may still hold."""
    since = memory.held_since.get(reason, now)
    return now - since < PATIENCE[reason]


def counts(evidence: Evidence, reason: Reason) -> bool:
    """Return whether the time for which a reason holds is counted."""
    if reason is Reason.MINER_LOST_POOL:
        return _pool_works(evidence)
    return reason in PATIENCE


def _pool_works(evidence: Evidence) -> bool:
    return evidence.pool is not None and evidence.pool.pool_works


def _dark_rig(
    policy: Policy, memory: Memory, evidence: Evidence
) -> MinerEvidence | None:
    """Return a rig without a linked miner as one that is silent, where it draws nothing."""
    since = memory.draw.failed_since
    outlet = evidence.outlet
    if not policy.draw_is_evidence or since is None or outlet is None:
        return None
    if not powered(policy, outlet):
        return None
    return MinerEvidence(kind=MinerKind.SILENT, since=since)


def _believed(
    memory: Memory, pool: PoolEvidence | None, miner: MinerEvidence | None
) -> PoolEvidence | None:
    """Return the pool's word as far as it can be believed.

    Statistics break: a rate of zero is no verdict where shares were dated before, nor
    where nothing else says the same of this rig alone.
    """
    if pool is None or pool.verdict is not Verdict.OFFLINE:
        return pool
    # Frozen data: the pool answers, but no worker of the account has had a share since.
    if pool.others_work is False:
        return replace(pool, outage=True)
    if pool.basis is not Basis.RATE:
        return pool
    second = pool.others_work or miner is not None
    if memory.dates_shares or not second:
        return replace(pool, verdict=Verdict.NONE)
    return pool


def _any_pool(
    first: PoolEvidence | None, second: PoolEvidence | None
) -> PoolEvidence | None:
    """Return what two accounts say together: online on either is online."""
    if first is None or second is None:
        return first or second
    shares = [
        pool.last_share for pool in (first, second) if pool.last_share is not None
    ]
    both = replace(
        first,
        at=min(first.at, second.at),
        last_share=max(shares, default=None),
        outage=first.outage or second.outage,
        # Without its pool a rig has no work, wherever it mines.
        contact=Contact.NOTHING
        if Contact.NOTHING in (first.contact, second.contact)
        else first.contact,
    )
    if Verdict.ONLINE in (first.verdict, second.verdict):
        return replace(both, verdict=Verdict.ONLINE)
    # One that was never used says nothing; one that does not answer might.
    if second.contact is not Contact.ANSWERED:
        return replace(both, verdict=Verdict.NONE)
    return both


def _came_back(now: datetime, memory: Memory, evidence: Evidence) -> bool:
    """Return whether something that a verdict rests on came back only now."""
    if memory.pauses > MAX_PAUSES:
        return False
    # After a jump no share can be new by the clock until the pool has shown another.
    times = (evidence.internet_back_at, evidence.clock_jumped_at)
    return any(settling(now, at) for at in times) or any(
        presence.settling(now)
        for presence in (memory.pool, memory.second_pool, memory.outlet, memory.draw)
    )


def _weigh_doubts(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence
) -> Finding:
    """Judge a rig against whose cut no linked miner speaks."""
    pool, miner = evidence.pool, evidence.miner
    if pool is None or pool.verdict is Verdict.NONE:
        return _weigh_without_pool(now, policy, evidence)
    if miner is not None:
        shares_since = (
            pool.last_share is not None and pool.last_share > miner.since + LAST_WORDS
        )
        if shares_since and pool.verdict is Verdict.ONLINE:
            return Finding(RigState.ONLINE, Reason.SHARES_AFTER_SILENCE)
        if not shares_since:
            return _weigh_both(now, policy, memory, evidence)
    if pool.verdict is Verdict.ONLINE:
        return Finding(RigState.ONLINE, Reason.POOL_SEES_SHARES)
    if pool.outage:
        return held(Reason.POOL_OUTAGE)
    # While the pool was away no share could be seen: that is no silence of the rig.
    if pool.last_share is not None and (
        now - pool.last_share < policy.time_until_offline + memory.recent.away
    ):
        return Finding(RigState.SILENT, Reason.WAITING_FOR_LIMIT)
    if _advances(policy, memory, pool):
        return Finding(RigState.SILENT, Reason.WAITING_FOR_LIMIT)
    return _weigh_pool_alone(now, memory, evidence, pool)


def _advances(policy: Policy, memory: Memory, pool: PoolEvidence) -> bool:
    """Return whether a newer share was seen less than a check ago.

    However old that one is, the rig works: a clock is wrong, or the pool is late.
    """
    at = memory.recent.advanced_at
    if at is None:
        return False
    return timedelta() <= pool.at - at < min(policy.status_check_frequency, CHECK)


def _weigh_pool_alone(
    now: datetime, memory: Memory, evidence: Evidence, pool: PoolEvidence
) -> Finding:
    """Judge a rig of which only its pool says that it does not work."""
    if _moved(now, memory, pool):
        return held(Reason.OTHER_WORKER)
    if draws_as_working(memory, evidence.outlet) and is_patient(
        now, memory, Reason.DRAWS_AS_WORKING
    ):
        return held(Reason.DRAWS_AS_WORKING)
    return _seen(memory, Reason.POOL_SILENT)


def _moved(now: datetime, memory: Memory, pool: PoolEvidence) -> bool:
    """Return whether the rig may mine under another name."""
    known = Reason.OTHER_WORKER in memory.held_since
    return (pool.newcomer_at is not None or known) and is_patient(
        now, memory, Reason.OTHER_WORKER
    )


def is_on_and_idle(policy: Policy, memory: Memory, evidence: Evidence) -> bool:
    """Return whether a witness other than silence tells that the rig is on and idle."""
    miner, outlet = evidence.miner, evidence.outlet
    if miner is not None and miner.kind is not MinerKind.SILENT:
        return not _before_cut(memory, miner)
    return draws_as_idle(policy, memory, outlet)


def local_limit(
    policy: Policy, miner: MinerEvidence, last_share: datetime | None
) -> datetime:
    """Return when a miner that does not work, by its own word, is down for long enough."""
    worked = miner.since if last_share is None else max(miner.since, last_share)
    return min(worked, miner.since + LAST_WORDS) + policy.time_until_offline_local


def _weigh_both(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence
) -> Finding:
    """Judge a rig whose miner is silent or idle, and whose pool saw no share since."""
    pool, miner = evidence.pool, evidence.miner
    assert pool is not None  # noqa: S101
    assert miner is not None  # noqa: S101
    if pool.outage:
        return held(Reason.POOL_OUTAGE)
    if miner.kind is MinerKind.IDLE and pool.contact is Contact.NOTHING:
        return held(Reason.BLIND)
    limit = local_limit(policy, miner, pool.last_share)
    if miner.kind is MinerKind.IDLE and not memory.recent.hashed:
        # It may have lost its pool before we came, and be about to find it.
        limit = max(limit, miner.since + policy.time_until_offline)
    if now < limit:
        return Finding(RigState.SILENT, Reason.WAITING_FOR_LIMIT)
    if evidence.company is Company.MOST:
        return held(Reason.CONTACT_LOST)
    # Others stopped, too: then the pool has to say so of this rig by its own limit.
    if evidence.company is Company.SOME and pool.verdict is not Verdict.OFFLINE:
        return Finding(RigState.SILENT, Reason.WAITING_FOR_LIMIT)
    if pool.at < limit:
        return Finding(RigState.SILENT, Reason.WAITING_FOR_POOL)
    if _line_was_lost(now, memory, miner):
        return held(Reason.CAME_BACK)
    if _moved(now, memory, pool):
        return held(Reason.OTHER_WORKER)
    return _seen(memory, Reason.POOL_AND_MINER_SILENT)


def _line_was_lost(now: datetime, memory: Memory, miner: MinerEvidence) -> bool:
    """Return whether a miner became idle as the pool could not be reached.

    However short that was: it looks for its pool again.
    """
    lost_at = memory.recent.line_lost_at
    if lost_at is None or miner.kind is not MinerKind.IDLE:
        return False
    near = abs(lost_at - miner.since) <= NEAR
    return near and settling(now, lost_at)


def _weigh_without_pool(now: datetime, policy: Policy, evidence: Evidence) -> Finding:
    """Judge a rig without a pool verdict: the draw must confirm what the miner says."""
    miner, outlet = evidence.miner, evidence.outlet
    nothing = Finding(
        RigState.UNKNOWN if evidence.pool is None else RigState.HELD,
        Reason.NO_POOL_VERDICT,
    )
    if miner is None or outlet is None or outlet.watts is None:
        return nothing
    if outlet.kind is not OutletKind.ON:
        return nothing
    dark = outlet.watts < policy.no_draw_below
    limit = miner.since + policy.time_until_offline
    match miner.kind:
        case MinerKind.SILENT if dark:
            reason = Reason.NO_DRAW
        # Without the internet no miner has work: idle is then no fault of the rig.
        case MinerKind.IDLE if not dark and _no_work(evidence, limit):
            return held(Reason.BLIND)
        case MinerKind.IDLE if not dark:
            reason = Reason.DRAW_WITHOUT_HASHING
        case _:
            return nothing
    if now < limit:
        return Finding(RigState.SILENT, Reason.WAITING_FOR_LIMIT)
    return Finding(RigState.SILENT, reason, due=True)


def _no_work(evidence: Evidence, since: datetime) -> bool:
    """Return whether nothing proves that work can come in."""
    pool = evidence.pool
    if evidence.blind:
        return True
    if pool is not None and (pool.outage or pool.contact is Contact.NOTHING):
        return True
    return evidence.internet_seen is not None and evidence.internet_seen < since


def _seen(memory: Memory, reason: Reason) -> Finding:
    """Hold what was never seen working: a slip in a name, or a rig still being built."""
    if not memory.seen:
        return held(Reason.NEVER_SEEN)
    return Finding(RigState.SILENT, reason, due=True, by_pool=True)
