"""Learns from each reading what comes, goes and comes back: pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from .changes import DAY, cuts_of_day, power_returned
from .draw import note_draw
from .gaps import note_gap
from .memory import Memory, Recent
from .models import (
    Contact,
    Evidence,
    MinerEvidence,
    MinerKind,
    OutletEvidence,
    OutletKind,
    Policy,
    PoolEvidence,
    Reason,
    Verdict,
)
from .presence import SETTLING, Presence

SAME_MOMENT = timedelta(seconds=15)
"""Two readings of one moment in the past differ by less."""
LATE = timedelta(minutes=10)
"""A command without effect may have it for so long."""
USED_STEP = timedelta(hours=1)
"""How often it is remembered that a second account is in use."""
VETOES = {
    MinerKind.HASHING: Reason.MINER_HASHES,
    MinerKind.SLEEPING: Reason.MINER_SLEEPS,
    MinerKind.STARTING: Reason.MINER_STARTS,
    MinerKind.POOL_LOST: Reason.MINER_LOST_POOL,
}


def observe(
    now: datetime, policy: Policy, memory: Memory, evidence: Evidence
) -> Memory:
    """Return the memory with what the readings say of comings and goings."""
    before = memory = _observe_time(now, policy, memory, evidence.clock_jumped_at)
    if (pool := evidence.pool) is not None:
        memory = _observe_pool(memory, pool)
    if (second := evidence.second_pool) is not None:
        memory = _observe_second_pool(memory, second)
    memory = _observe_shares(memory, evidence)
    if evidence.outlet is not None:
        memory = _observe_outlet(now, policy, memory, evidence.outlet)
        memory = _observe_draw(now, policy, memory, evidence.outlet)
    if evidence.miner is not None:
        memory = replace(memory, recent=_heard(now, memory.recent, evidence.miner))
    came_back = sum(
        after.back_at is not None and after.back_at != earlier.back_at
        for earlier, after in (
            (before.pool, memory.pool),
            (before.second_pool, memory.second_pool),
            (before.outlet, memory.outlet),
            (before.draw, memory.draw),
        )
    )
    return replace(memory, pauses=memory.pauses + came_back) if came_back else memory


def _observe_time(
    now: datetime, policy: Policy, memory: Memory, jumped_at: datetime | None
) -> Memory:
    """Give back what the clock jumped over: waits count only as they are lived through."""
    recent, until = memory.recent, memory.cooldown_until
    memory = replace(
        memory, recent=replace(recent, decided_at=now, jumped_at=jumped_at)
    )
    at = recent.decided_at
    if jumped_at is None or jumped_at == recent.jumped_at or at is None or at > now:
        return memory
    held_since = memory.held_since.items()
    return replace(
        memory,
        pauses=memory.pauses + 1,
        held_since={reason: since + (now - at) for reason, since in held_since},
        cooldown_until=now + policy.status_check_cooldown
        if until is not None and at < until
        else until,
    )


def changed(memory: Memory, **changes: Any) -> Memory:
    """Return the memory with changes; the same one where there are none."""
    if all(getattr(memory, name) == value for name, value in changes.items()):
        return memory
    return replace(memory, **changes)


def powered(policy: Policy, outlet: OutletEvidence) -> bool | None:
    """Return whether an outlet gives power: watts outrank what it says."""
    match outlet.kind:
        case OutletKind.UNREACHABLE:
            return None
        case OutletKind.OFF:
            return contradicts(policy, outlet)
    return True


def contradicts(policy: Policy, outlet: OutletEvidence) -> bool:
    """Return whether an outlet says off while power flows."""
    return (
        outlet.kind is OutletKind.OFF
        and outlet.watts is not None
        and outlet.watts >= policy.no_draw_below
    )


def _heard(now: datetime, recent: Recent, miner: MinerEvidence) -> Recent:
    veto = VETOES.get(miner.kind)
    lost = miner.kind is MinerKind.POOL_LOST
    return replace(
        recent,
        veto=veto,
        veto_at=None if veto is None else now,
        line_lost_at=now if lost else recent.line_lost_at,
        hashed=recent.hashed or miner.kind is MinerKind.HASHING,
    )


def _observe_pool(memory: Memory, pool: PoolEvidence) -> Memory:
    """Note whether the pool answers.

    One that does not when it is first asked has been away for an unknown time.
    """
    answered = pool.contact is Contact.ANSWERED
    recent = _count_away(memory.recent, memory.pool, pool)
    presence = memory.pool.learn(pool.at, answered=answered)
    if not recent.pool_asked:
        recent = replace(recent, pool_asked=True)
        presence = presence if answered else presence.long_absent(pool.at)
    return note_gap(changed(memory, pool=presence, recent=recent), pool)


def _observe_shares(memory: Memory, evidence: Evidence) -> Memory:
    """Note whether a pool shows a newer share than before, whatever the clocks say."""
    pools = [each for each in (evidence.pool, evidence.second_pool) if each is not None]
    shares = [each.last_share for each in pools if each.last_share is not None]
    newest, known = max(shares, default=None), memory.recent.newest
    if newest is None or newest == known:
        return memory
    recent = replace(memory.recent, newest=newest)
    if known is not None and newest > known:
        recent = replace(recent, advanced_at=max(each.at for each in pools))
    return replace(memory, recent=recent)


def _observe_second_pool(memory: Memory, pool: PoolEvidence) -> Memory:
    """Note whether the second account's pool answers, and when it saw the rig work."""
    presence = memory.second_pool.learn(
        pool.at, answered=pool.contact is Contact.ANSWERED
    )
    used_at = memory.second_used_at
    if pool.verdict is Verdict.ONLINE and (
        used_at is None or pool.at - used_at >= USED_STEP
    ):
        used_at = pool.at
    return changed(memory, second_pool=presence, second_used_at=used_at)


def _count_away(recent: Recent, before: Presence, pool: PoolEvidence) -> Recent:
    """Return what is known of the line to the pool after a check.

    Silence while the pool could not be reached is no silence of the rig; an absence has
    its pause.
    """
    if pool.contact is Contact.NOTHING:
        if recent.line_lost_at is None or recent.line_lost_at < pool.at:
            return replace(recent, line_lost_at=pool.at)
        return recent
    if pool.contact is not Contact.ANSWERED:
        return recent
    if pool.last_share is not None and pool.last_share != recent.share:
        away = recent.away if recent.share is None else timedelta()
        recent = replace(recent, share=pool.last_share, away=away)
    since, lost_at = before.failed_since, recent.line_lost_at
    last = recent.answered_at
    recent = replace(recent, answered_at=pool.at)
    if since is None or lost_at is None or lost_at < since or before.absent(pool.at):
        return recent
    # It may have been away since right after its last answer. Once: a flapping line
    # shields no hung rig for good.
    if last is not None and not recent.away:
        since = min(since, last)
    return replace(recent, away=recent.away + (pool.at - since))


def _observe_outlet(
    now: datetime, policy: Policy, memory: Memory, outlet: OutletEvidence
) -> Memory:
    at = outlet.at or now
    match powered(policy, outlet):
        case None:
            presence = memory.outlet.learn(at, answered=False)
            if not memory.recent.outlet_asked:
                presence = presence.long_absent(at)
            memory = replace(memory, outlet=presence)
        case True:
            memory = _observe_on(now, policy, memory, outlet, at)
        case False:
            memory = _observe_off(now, memory, at)
    if memory.disagreed and not contradicts(policy, outlet):
        memory = replace(memory, disagreed=False)
    if not memory.recent.outlet_asked:
        memory = replace(memory, recent=replace(memory.recent, outlet_asked=True))
    return memory


def _observe_on(
    now: datetime, policy: Policy, memory: Memory, outlet: OutletEvidence, at: datetime
) -> Memory:
    if memory.unconfirmed is not None and now - memory.unconfirmed.off_at >= LATE:
        memory = replace(memory, unconfirmed=None)
    if memory.outlet_on is False:
        # Somebody turned it on: the rig boots.
        return replace(
            power_returned(now, policy, memory), on_since=outlet.on_since or now
        )
    on_since = outlet.on_since
    if on_since is None:
        presence = memory.outlet.learn(at, answered=True)
        return changed(memory, outlet=presence, outlet_on=True)
    known = memory.on_since
    if known is not None and abs(on_since - known) <= SAME_MOMENT:
        # Its clock ran through the gap: power stayed.
        presence = Presence(back_at=memory.outlet.back_at)
        return changed(memory, outlet=presence, outlet_on=True)
    back_at = memory.outlet.back_at
    # A relay that closed since was open in between: by its button, by another app, or
    # as plug and rig lost power together. The rig has just had its restart.
    if (known is None or on_since > known) and on_since + SETTLING > now:
        back_at = min(on_since, now)
    presence = Presence(back_at=back_at)
    return replace(memory, outlet=presence, outlet_on=True, on_since=on_since)


def _observe_off(now: datetime, memory: Memory, at: datetime) -> Memory:
    late = memory.unconfirmed
    if late is not None and memory.intent is None and now - late.off_at < LATE:
        # The command that was given up has its effect after all.
        return replace(memory, intent=late, unconfirmed=None)
    if memory.outlet_on is False or memory.intent is not None:
        return memory
    # A plug that answered all the while did not lose power itself: a hand or a timer
    # switched it off, and it is not turned on behind somebody's back.
    away = memory.outlet.absent(at)
    return replace(
        memory,
        outlet=Presence(back_at=at if away else memory.outlet.back_at),
        outlet_on=False,
        off_at_plug=not away and not memory.off_by_user,
        unconfirmed=None,
    )


def _observe_draw(
    now: datetime, policy: Policy, memory: Memory, outlet: OutletEvidence
) -> Memory:
    """Note whether the rig draws power from an outlet that is on."""
    if outlet.watts is None or not powered(policy, outlet):
        return memory
    draws = outlet.watts >= policy.no_draw_below
    draw = memory.draw.learn(outlet.at or now, answered=draws)
    memory = changed(memory, draw=draw, drew=memory.drew or draws)
    return replace(memory, recent=note_draw(now, memory.recent, outlet))


def after_clock_set_back(now: datetime, policy: Policy, memory: Memory) -> Memory:
    """Return the memory with nothing in it that only a faster clock could have set.

    Waits begin again then: neither endless, nor over before their time.
    """

    waits = (policy.status_check_cooldown, *policy.steps.values())
    cooling = now + max(waits)
    latest = {
        "last_cut": now,
        "cooldown_until": cooling,
        "plug_failed_since": now,
        "plug_retry_at": now + SETTLING,
        "disobeyed_since": now,
        "disobeyed_retry_at": now + SETTLING,
        "stepped_at": now,
        "second_used_at": now,
    }
    changes: dict[str, Any] = {
        name: most
        for name, most in latest.items()
        if (time := getattr(memory, name)) is not None and time > most
    }
    for name in ("pool", "second_pool", "outlet", "draw"):
        presence = getattr(memory, name)
        if (clamped := presence.not_after(now)) is not presence:
            changes[name] = clamped
    if any(cut > now or now - cut >= DAY for cut in memory.cuts):
        cuts = tuple(min(cut, now) for cut in memory.cuts)
        changes["cuts"] = cuts_of_day(now, replace(memory, cuts=cuts))
    if any(since > now for since in memory.held_since.values()):
        held_since = memory.held_since.items()
        changes["held_since"] = {reason: min(at, now) for reason, at in held_since}
    recent = memory.recent
    if recent.veto_at is not None and recent.veto_at > now:
        changes["recent"] = replace(recent, veto_at=now)
    return replace(memory, **changes) if changes else memory
