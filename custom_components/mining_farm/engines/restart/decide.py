"""The decision about a rig's power: pure, total, and the only place that makes it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .changes import MAX_DISOBEYED, begin_cut, cuts_of_day, kept_off
from .draw import usual_watts
from .finding import Finding, counts, is_on_and_idle, weigh
from .memory import Memory
from .models import (
    Action,
    Basis,
    Evidence,
    OutletEvidence,
    OutletKind,
    Policy,
    Reason,
    RigState,
    Step,
    Verdict,
)
from .observing import after_clock_set_back, changed, contradicts, observe, powered

FRESH = timedelta(seconds=30)
"""A pool's answer on which a cut may stand, where the pool does not need longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do, what to show, and what to remember before it is done."""

    action: Action
    state: RigState
    reason: Reason
    memory: Memory
    recovered: bool = False
    """The rig works again after a restart of ours."""
    ask_pool: bool = False
    """All that is missing is a fresh answer of the pool."""
    step: Step | None = None
    """What is tried before the power is cut."""
    ask_human: bool = False
    """The outlet is off, and only a human knows whether it may be turned on."""


def decide(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence
) -> Decision:
    """Return what to do about one rig.

    The memory of a CUT holds its intent: it is to be stored before the outlet is
    touched, and to be finished whatever happens then.
    """
    memory = after_clock_set_back(now, policy, memory)
    memory = observe(now, policy, memory, evidence)
    if memory.intent is not None:
        return _unfinished(now, policy, memory, evidence)
    finding = weigh(now, policy, memory, evidence)
    memory, recovered = _learn(now, policy, memory, evidence, finding)
    decision = _decide(now, policy, memory, evidence, finding)
    return replace(decision, recovered=recovered)


def _decide(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence, finding: Finding
) -> Decision:
    """Return what to do about a rig without an unfinished cut."""
    outlet = evidence.outlet
    off = outlet is not None and powered(policy, outlet) is False
    # The user's word outranks everything; next comes what only a human can settle.
    if memory.off_by_user:
        return _nothing(memory, RigState.OFF_BY_USER, Reason.SWITCHED_OFF)
    if memory.lost:
        return _nothing(memory, RigState.UNSTABLE, Reason.MEMORY_LOST, ask_human=off)
    if off and memory.off_at_plug:
        return _nothing(
            memory, RigState.OFF_BY_USER, Reason.OFF_AT_PLUG, ask_human=True
        )
    if memory.unstable:
        return _nothing(memory, RigState.UNSTABLE, Reason.TOO_MANY_RESTARTS)
    # The plug itself lost power and came back off: that the rig is down needs no
    # witness.
    if off and not evidence.held and not evidence.quiet:
        finding = Finding(RigState.SILENT, Reason.OUTLET_IS_OFF, due=True)
    if not finding.due:
        return _nothing(memory, finding.state, finding.reason)
    return _act(now, policy, memory, evidence, finding)


def _nothing(
    memory: Memory,
    state: RigState,
    reason: Reason,
    *,
    ask_pool: bool = False,
    ask_human: bool = False,
) -> Decision:
    return Decision(
        action=Action.NONE,
        state=state,
        reason=reason,
        memory=memory,
        ask_pool=ask_pool,
        ask_human=ask_human,
    )


def _unfinished(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence
) -> Decision:
    """Return what to do about a cut that was begun: power, first of all.

    One of more than a day ago comes from a restored backup: a person may be at work there.
    """
    assert memory.intent is not None  # noqa: S101
    if evidence.held_for_safety:
        return _nothing(kept_off(now, memory), RigState.HELD, Reason.KEPT_DOWN)
    if not memory.intent.is_old(now):
        return Decision(
            action=Action.FINISH,
            state=RigState.RESTARTING,
            reason=Reason.UNFINISHED_RESTART,
            memory=memory,
        )
    outlet = evidence.outlet
    power = None if outlet is None else powered(policy, outlet)
    if power:
        memory = replace(memory, intent=None)
    return _nothing(memory, RigState.HELD, Reason.OLD_INTENT, ask_human=power is False)


def _learn(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence, finding: Finding
) -> tuple[Memory, bool]:
    """Return the memory with what the evidence teaches, and whether the rig recovered."""
    pool = evidence.pool
    if pool is not None and pool.verdict is Verdict.ONLINE:
        dated = memory.dates_shares or pool.basis is Basis.SHARES
        if not memory.seen or memory.dates_shares != dated or memory.last_share:
            memory = replace(memory, seen=True, dates_shares=dated, last_share=None)
    elif pool is not None and pool.last_share not in (None, memory.last_share):
        memory = replace(memory, last_share=pool.last_share)
    if finding.state is not RigState.ONLINE:
        return _hold(now, memory, evidence, finding), False
    if not memory.seen:
        memory = replace(memory, seen=True)
    if not _proves_life(memory, evidence, finding):
        return memory, False
    recovered = memory.restarts_in_row > 0
    if recovered:
        memory = replace(memory, restarts_in_row=0, cooldown_until=None)
    memory = changed(
        memory,
        drew=True,
        handed_over=False,
        pauses=0,
        held_since={},
        stepped_at=None,
        steps_taken=(),
        usual_watts=usual_watts(policy, memory, evidence.pool),
    )
    return memory, recovered


def _proves_life(memory: Memory, evidence: Evidence, finding: Finding) -> bool:
    """Return whether the rig works since its power was last cut.

    A share that was on its way when the power went proves nothing.
    """
    if memory.last_cut is None or finding.reason is Reason.MINER_HASHES:
        return True
    return any(
        pool is not None
        and pool.last_share is not None
        and pool.last_share > memory.last_cut
        for pool in (evidence.pool, evidence.second_pool)
    )


def _hold(
    now: datetime, memory: Memory, evidence: Evidence, finding: Finding
) -> Memory:
    """Return the memory with the time from which a reason with an end counts."""
    reason = finding.reason
    if (
        finding.state is not RigState.HELD
        or reason in memory.held_since
        or not counts(evidence, reason)
    ):
        return memory
    return replace(memory, held_since={**memory.held_since, reason: now})


def _act(
    now: datetime,
    policy: Policy,
    memory: Memory,
    evidence: Evidence,
    finding: Finding,
) -> Decision:
    """Return what to do about a rig that is to be restarted."""
    outlet = evidence.outlet
    if outlet is None:
        return _nothing(memory, RigState.SILENT, Reason.WATCH_ONLY)
    if memory.cooldown_until is not None and now < memory.cooldown_until:
        return _nothing(memory, RigState.COOLDOWN, Reason.COOLING_DOWN)
    if finding.by_pool and _pool_is_behind(policy, memory, evidence):
        return _nothing(memory, RigState.SILENT, Reason.WAITING_FOR_POOL)
    if (reason := _outlet_forbids(now, policy, memory, outlet)) is not None:
        return _nothing(memory, RigState.HELD, reason)
    may_help = _may_help(policy, memory, evidence)
    if memory.handed_over and not may_help and powered(policy, outlet):
        return _nothing(memory, RigState.UNSTABLE, Reason.NOT_HELPED)
    if finding.by_pool and not _is_fresh(now, evidence):
        return _nothing(memory, RigState.SILENT, Reason.WAITING_FOR_POOL, ask_pool=True)
    # A rehearsal has the cooldown of a restart, or it would be published at each poll.
    if not evidence.armed:
        cooled = replace(memory, cooldown_until=now + policy.status_check_cooldown)
        return Decision(
            action=Action.REHEARSE,
            state=RigState.SILENT,
            reason=finding.reason,
            memory=cooled,
        )
    if not powered(policy, outlet):
        cooled = replace(memory, cooldown_until=now + policy.status_check_cooldown)
        return Decision(
            action=Action.TURN_ON,
            state=RigState.RESTARTING,
            reason=finding.reason,
            memory=cooled,
        )
    if (limit := _limit_reached(now, policy, memory)) is not None:
        return _give_up(memory, limit)
    if not may_help:
        return _give_up(memory, Reason.NOT_HELPED)
    return _restart(now, policy, memory, evidence, finding)


def _outlet_forbids(
    now: datetime, policy: Policy, memory: Memory, outlet: OutletEvidence
) -> Reason | None:
    """Return why the outlet is not to be switched, if there is a reason."""
    if outlet.kind is OutletKind.UNREACHABLE or _waits(now, memory.plug_retry_at):
        return Reason.PLUG_UNREACHABLE
    if memory.disobeyed >= MAX_DISOBEYED or _waits(now, memory.disobeyed_retry_at):
        return Reason.PLUG_DISOBEYS
    # A cut was tried at an outlet that says off while power flows, and changed nothing.
    if memory.disagreed and contradicts(policy, outlet):
        return Reason.PLUG_CONTRADICTS
    # A rig that draws nothing after it got power is off at its own switch, or its power
    # supply has tripped: more power-cycles are no cure.
    dark = outlet.watts is not None and outlet.watts < policy.no_draw_below
    if dark and not memory.drew and powered(policy, outlet):
        return Reason.OFF_AT_RIG
    return None


def _waits(now: datetime, until: datetime | None) -> bool:
    return until is not None and now < until


def _limit_reached(now: datetime, policy: Policy, memory: Memory) -> Reason | None:
    """Return which limit a further restart would exceed, if there is one."""
    if memory.restarts_in_row >= policy.max_consecutive_restarts:
        return Reason.TOO_MANY_RESTARTS
    # A rig that recovers before it hangs again never has many in a row: the limit of a
    # day is for that one.
    if len(cuts_of_day(now, memory)) >= policy.max_restarts_per_day:
        return Reason.TOO_MANY_TODAY
    return None


def _give_up(memory: Memory, reason: Reason) -> Decision:
    """Return the end of restarts; after a limit until a human says otherwise."""
    if reason is Reason.NOT_HELPED:
        memory = replace(memory, handed_over=True)
    else:
        memory = replace(memory, unstable=True)
    return Decision(
        action=Action.GIVE_UP, state=RigState.UNSTABLE, reason=reason, memory=memory
    )


def _may_help(policy: Policy, memory: Memory, evidence: Evidence) -> bool:
    """Return whether this is no repeat for a cause that no restart ends.

    A rig that its owner switched off, or that mines where nobody looks, is as silent
    after a restart as before: a second one needs a witness that it is on and idle, or
    that somebody switched it on since.
    """
    if policy.repeat_on_silence or memory.restarts_in_row == 0:
        return True
    if is_on_and_idle(policy, memory, evidence):
        return True
    drew_at, cut_at = memory.draw.back_at, memory.last_cut
    return drew_at is not None and cut_at is not None and drew_at > cut_at


def _restart(
    now: datetime,
    policy: Policy,
    memory: Memory,
    evidence: Evidence,
    finding: Finding,
) -> Decision:
    """Return the next step before the plug, each once, or the cut."""
    for step, wait in policy.steps.items():
        possible = step is Step.NAMED or step in evidence.steps
        if possible and step not in memory.steps_taken:
            return Decision(
                action=Action.STEP,
                state=RigState.RESTARTING,
                reason=finding.reason,
                step=step,
                memory=replace(
                    memory,
                    stepped_at=now,
                    steps_taken=(*memory.steps_taken, step),
                    cooldown_until=now + wait,
                ),
            )
    if evidence.outlet is not None:
        disagreed = contradicts(policy, evidence.outlet)
        memory = replace(memory, disagreed=disagreed)
    return Decision(
        action=Action.CUT,
        state=RigState.RESTARTING,
        reason=finding.reason,
        memory=begin_cut(now, policy, memory, finding.reason),
    )


def _is_fresh(now: datetime, evidence: Evidence) -> bool:
    """Return whether the pool was asked just now, or as lately as it lets itself be."""
    return all(
        pool is None
        or pool.fresh_for is None
        or now - pool.at <= max(FRESH, pool.fresh_for)
        for pool in (evidence.pool, evidence.second_pool)
    )


def _pool_is_behind(policy: Policy, memory: Memory, evidence: Evidence) -> bool:
    """Return whether the pool's verdict is from before the rig's power last changed."""
    cooling_since = (
        memory.cooldown_until and memory.cooldown_until - policy.status_check_cooldown
    )
    return any(
        pool is not None and changed is not None and pool.at <= changed
        for pool in (evidence.pool, evidence.second_pool)
        for changed in (memory.last_cut, cooling_since, memory.stepped_at)
    )
