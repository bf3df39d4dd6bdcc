"""The decision about a rig's power: pure, total, and the only place that makes it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from .models import (
    Action,
    Company,
    Decision,
    Evidence,
    Intent,
    Memory,
    MinerEvidence,
    MinerKind,
    OutletKind,
    Policy,
    Reason,
    RigState,
    Verdict,
)

MAX_PLUG_BACK_OFF = timedelta(minutes=10)
LAST_WORDS = timedelta(seconds=45)
"""A miner may have worked for so long after its last answer."""


class _Finding(NamedTuple):
    """What the witnesses add up to."""

    state: RigState
    reason: Reason
    due: bool = False
    """Whether the power is to be cut, if nothing else forbids it."""


def decide(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence
) -> Decision:
    """Return what to do about one rig.

    The memory of a CUT holds its intent: it is to be stored before the outlet is
    touched, and to be finished whatever happens then.
    """
    memory = _after_clock_set_back(now, policy, memory)
    if memory.intent is not None:
        return _decision(
            memory, Action.FINISH, RigState.RESTARTING, Reason.UNFINISHED_RESTART
        )
    finding = _weigh(now, policy, memory, evidence)
    memory, recovered = _learn(memory, evidence, finding)
    if memory.off_by_user:
        return _decision(
            memory, Action.NONE, RigState.OFF_BY_USER, Reason.SWITCHED_OFF, recovered
        )
    if memory.unstable:
        return _decision(
            memory, Action.NONE, RigState.UNSTABLE, Reason.TOO_MANY_RESTARTS, recovered
        )
    if not finding.due:
        return _decision(memory, Action.NONE, finding.state, finding.reason, recovered)
    return _act(now, policy, memory, evidence, finding)


def _weigh(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence
) -> _Finding:
    """Return what the witnesses say, regardless of what may be done about it."""
    pool, miner = evidence.pool, evidence.miner
    match miner and miner.kind:
        case MinerKind.HASHING if _before_cut(memory, miner):
            return _Finding(RigState.HELD, Reason.MINER_STARTS)
        case MinerKind.HASHING:
            return _Finding(RigState.ONLINE, Reason.MINER_HASHES)
        case MinerKind.SLEEPING:
            return _Finding(RigState.HELD, Reason.MINER_SLEEPS)
        case MinerKind.POOL_LOST:
            return _Finding(RigState.HELD, Reason.MINER_LOST_POOL)
        case MinerKind.STARTING:
            return _Finding(RigState.HELD, Reason.MINER_STARTS)
    if evidence.quiet:
        return _Finding(RigState.HELD, Reason.QUIET_START)
    if pool is None or pool.verdict is Verdict.NONE:
        return _weigh_without_pool(now, policy, evidence)
    if miner is not None:
        shares_since = (
            pool.last_share is not None and pool.last_share > miner.since + LAST_WORDS
        )
        if shares_since and pool.verdict is Verdict.ONLINE:
            return _Finding(RigState.ONLINE, Reason.SHARES_AFTER_SILENCE)
        if not shares_since:
            return _weigh_both(now, policy, memory, evidence)
    if pool.verdict is Verdict.ONLINE:
        return _Finding(RigState.ONLINE, Reason.POOL_SEES_SHARES)
    if pool.outage:
        return _Finding(RigState.HELD, Reason.POOL_OUTAGE)
    return _seen(memory, _Finding(RigState.SILENT, Reason.POOL_SILENT, due=True))


def local_limit(
    policy: Policy, miner: MinerEvidence, last_share: datetime | None
) -> datetime:
    """Return when a miner that does not work, by its own word, is down for long enough."""
    worked = miner.since if last_share is None else max(miner.since, last_share)
    return min(worked, miner.since + LAST_WORDS) + policy.time_until_offline_local


def _before_cut(memory: Memory, miner: MinerEvidence | None) -> bool:
    """Return whether the miner was last read before its power went."""
    return (
        miner is not None
        and miner.seen is not None
        and memory.last_cut is not None
        and miner.seen <= memory.last_cut
    )


def _weigh_both(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence
) -> _Finding:
    """Judge a rig whose miner is silent or idle, and whose pool saw no share since."""
    pool, miner = evidence.pool, evidence.miner
    assert pool is not None  # noqa: S101
    assert miner is not None  # noqa: S101
    if pool.outage:
        return _Finding(RigState.HELD, Reason.POOL_OUTAGE)
    limit = local_limit(policy, miner, pool.last_share)
    if now < limit:
        return _Finding(RigState.SILENT, Reason.WAITING_FOR_LIMIT)
    if evidence.company is Company.MOST:
        return _Finding(RigState.HELD, Reason.CONTACT_LOST)
    if evidence.company is Company.SOME and pool.verdict is not Verdict.OFFLINE:
        return _Finding(RigState.SILENT, Reason.WAITING_FOR_LIMIT)
    if pool.at < limit:
        return _Finding(RigState.SILENT, Reason.WAITING_FOR_POOL)
    return _seen(
        memory, _Finding(RigState.SILENT, Reason.POOL_AND_MINER_SILENT, due=True)
    )


def _weigh_without_pool(now: datetime, policy: Policy, evidence: Evidence) -> _Finding:
    """Judge a rig without a pool verdict: the draw must confirm what the miner says."""
    miner, outlet = evidence.miner, evidence.outlet
    held = _Finding(
        RigState.UNKNOWN if evidence.pool is None else RigState.HELD,
        Reason.NO_POOL_VERDICT,
    )
    if miner is None or outlet is None or outlet.watts is None:
        return held
    if outlet.kind is not OutletKind.ON:
        return held
    dark = outlet.watts < policy.no_draw_below
    match miner.kind:
        case MinerKind.SILENT if dark:
            reason = Reason.NO_DRAW
        # Without the internet no miner has work: idle is then no fault of the rig.
        case MinerKind.IDLE if evidence.blind:
            return _Finding(RigState.HELD, Reason.BLIND)
        case MinerKind.IDLE if not dark:
            reason = Reason.DRAW_WITHOUT_HASHING
        case _:
            return held
    if now < miner.since + policy.time_until_offline:
        return _Finding(RigState.SILENT, Reason.WAITING_FOR_LIMIT)
    return _Finding(RigState.SILENT, reason, due=True)


def _seen(memory: Memory, finding: _Finding) -> _Finding:
    """Hold what was never seen working: a slip in a name, or a rig still being built."""
    return finding if memory.seen else _Finding(RigState.HELD, Reason.NEVER_SEEN)


def _learn(
    memory: Memory, evidence: Evidence, finding: _Finding
) -> tuple[Memory, bool]:
    """Return the memory with what the evidence teaches, and whether the rig recovered."""
    pool = evidence.pool
    if pool is not None and pool.verdict is Verdict.ONLINE:
        memory = replace(memory, seen=True)
    if finding.state is not RigState.ONLINE:
        return memory, False
    memory = replace(memory, seen=True)
    # A share that was on its way when the power went proves nothing.
    fresh = (
        memory.last_cut is None
        or finding.reason is Reason.MINER_HASHES
        or (
            pool is not None
            and pool.last_share is not None
            and pool.last_share > memory.last_cut
        )
    )
    recovered = fresh and memory.restarts_in_row > 0
    if recovered:
        memory = replace(memory, restarts_in_row=0, cooldown_until=None)
    return memory, recovered


def _act(
    now: datetime,
    policy: Policy,
    memory: Memory,
    evidence: Evidence,
    finding: _Finding,
) -> Decision:
    """Return what to do about a rig that is to be restarted."""
    outlet = evidence.outlet
    if outlet is None:
        return _decision(memory, Action.NONE, RigState.SILENT, Reason.WATCH_ONLY)
    if memory.cooldown_until is not None and now < memory.cooldown_until:
        return _decision(memory, Action.NONE, RigState.COOLDOWN, Reason.COOLING_DOWN)
    if _pool_is_behind(policy, memory, evidence):
        return _decision(memory, Action.NONE, RigState.SILENT, Reason.WAITING_FOR_POOL)
    if outlet.kind is OutletKind.UNREACHABLE or (
        memory.plug_retry_at is not None and now < memory.plug_retry_at
    ):
        return _decision(memory, Action.NONE, RigState.HELD, Reason.PLUG_UNREACHABLE)
    cooled = replace(memory, cooldown_until=now + policy.status_check_cooldown)
    off = outlet.kind is OutletKind.OFF
    if not evidence.armed:
        return _decision(
            cooled,
            Action.REHEARSE,
            RigState.SILENT,
            Reason.OUTLET_IS_OFF if off else finding.reason,
        )
    if off:
        return _decision(
            cooled, Action.TURN_ON, RigState.RESTARTING, Reason.OUTLET_IS_OFF
        )
    if memory.restarts_in_row >= policy.max_consecutive_restarts:
        return _decision(
            replace(memory, unstable=True),
            Action.GIVE_UP,
            RigState.UNSTABLE,
            Reason.TOO_MANY_RESTARTS,
        )
    return _decision(
        begin_cut(now, policy, memory, finding.reason),
        Action.CUT,
        RigState.RESTARTING,
        finding.reason,
    )


def _pool_is_behind(policy: Policy, memory: Memory, evidence: Evidence) -> bool:
    """Return whether the pool's verdict is from before the rig's power last changed."""
    pool = evidence.pool
    if pool is None or pool.verdict is Verdict.NONE:
        return False
    cooling_since = (
        memory.cooldown_until and memory.cooldown_until - policy.status_check_cooldown
    )
    return any(
        changed is not None and pool.at <= changed
        for changed in (memory.last_cut, cooling_since)
    )


def _after_clock_set_back(now: datetime, policy: Policy, memory: Memory) -> Memory:
    """Return the memory with nothing in it that only a faster clock could have set.

    Waits begin anew then: neither endless, nor over before their time.
    """

    def at_most(time: datetime | None, latest: datetime) -> datetime | None:
        return time and min(time, latest)

    return replace(
        memory,
        last_cut=at_most(memory.last_cut, now),
        cooldown_until=at_most(
            memory.cooldown_until, now + policy.status_check_cooldown
        ),
        plug_failed_since=at_most(memory.plug_failed_since, now),
        plug_retry_at=at_most(memory.plug_retry_at, now + MAX_PLUG_BACK_OFF),
    )


def _decision(
    memory: Memory,
    action: Action,
    state: RigState,
    reason: Reason,
    recovered: bool = False,  # noqa: FBT002
) -> Decision:
    return Decision(
        action=action, state=state, reason=reason, memory=memory, recovered=recovered
    )


def begin_cut(now: datetime, policy: Policy, memory: Memory, reason: Reason) -> Memory:
    """Return the memory to store before the power is cut: with its intent."""
    intent = Intent(off_at=now, on_at=now + policy.power_cycle_on_delay, reason=reason)
    return replace(memory, intent=intent)


def finish_cut(now: datetime, policy: Policy, memory: Memory) -> Memory:
    """Return the memory once the outlet is on again: counted, and cooling down.

    A cut of the user's own is none that did not help.
    """
    assert memory.intent is not None  # noqa: S101
    ours = memory.intent.reason is not Reason.BY_USER
    return plug_answered(
        replace(
            memory,
            intent=None,
            restarts_in_row=memory.restarts_in_row + ours,
            restarts_total=memory.restarts_total + 1,
            last_cut=memory.intent.off_at,
            cooldown_until=now + policy.status_check_cooldown,
        )
    )


def abandon_cut(now: datetime, memory: Memory) -> Memory:
    """Return the memory when the outlet never went off: no restart, and a back-off."""
    return plug_failed(now, replace(memory, intent=None))


def plug_failed(now: datetime, memory: Memory) -> Memory:
    """Return the memory after the outlet could not be reached."""
    failures = memory.plug_failures + 1
    back_off = min(timedelta(seconds=15) * 2 ** min(failures, 10), MAX_PLUG_BACK_OFF)
    return replace(
        memory,
        plug_failures=failures,
        plug_failed_since=memory.plug_failed_since or now,
        plug_retry_at=now + back_off,
    )


def plug_answered(memory: Memory) -> Memory:
    """Return the memory after the outlet could be reached."""
    return replace(memory, plug_failures=0, plug_failed_since=None, plug_retry_at=None)


def power_returned(now: datetime, policy: Policy, memory: Memory) -> Memory:
    """Return the memory of a rig that has power again and boots: a cooldown begins."""
    return replace(memory, cooldown_until=now + policy.status_check_cooldown)


def reset(memory: Memory) -> Memory:
    """Return the memory after a human said to try again; a rig that boots still may."""
    return replace(memory, restarts_in_row=0, unstable=False)
