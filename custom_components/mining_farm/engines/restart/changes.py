"""What is remembered after something was done: pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from .memory import Intent, Memory
from .models import Policy, Reason
from .presence import Presence

MAX_PLUG_BACK_OFF = timedelta(minutes=10)
DAY = timedelta(hours=24)
CYCLE_EVERY = timedelta(minutes=2)
"""How often a user may cut and restore the power of a rig."""
LEAST_OFF = timedelta(seconds=10)
"""How long power supplies stay off before a user may turn them on again."""
MAX_DISOBEYED = 6
"""Commands in a row without effect after which a human has to see to the plug."""


def begin_cut(now: datetime, policy: Policy, memory: Memory, reason: Reason) -> Memory:
    """Return the memory to store before the power is cut: with its intent."""
    intent = Intent(off_at=now, on_at=now + policy.power_cycle_on_delay, reason=reason)
    return replace(memory, intent=intent, unconfirmed=None)


def last_off(memory: Memory) -> datetime | None:
    """Return when the power was last cut for a moment, or may have been."""
    return memory.unconfirmed.off_at if memory.unconfirmed else memory.last_cut


def finish_cut(now: datetime, policy: Policy, memory: Memory) -> Memory:
    """Return the memory once the outlet is on again: counted, and cooling down.

    A cut of the user's own is none that did not help.
    """
    if memory.intent is None:
        return memory
    ours = memory.intent.reason is not Reason.BY_USER
    off_at = memory.intent.off_at
    return replace(
        power_returned(now, policy, obeyed(plug_answered(memory))),
        intent=None,
        restarts_in_row=memory.restarts_in_row + ours,
        restarts_total=memory.restarts_total + 1,
        last_cut=off_at,
        cuts=(*cuts_of_day(now, memory), off_at) if ours else memory.cuts,
        drew=False,
    )


def kept_off(now: datetime, memory: Memory) -> Memory:
    """Return the memory of a rig that a hold keeps without power.

    A cut that was under way ends so: it is counted, and nobody owes it power any more but
    whoever holds it.
    """
    intent = memory.intent
    ours = intent is not None and intent.reason is not Reason.BY_USER
    return replace(
        memory,
        intent=None,
        unconfirmed=None,
        outlet_on=False,
        off_at_plug=False,
        restarts_in_row=memory.restarts_in_row + ours,
        restarts_total=memory.restarts_total + (intent is not None),
        last_cut=memory.last_cut if intent is None else intent.off_at,
        cuts=(*cuts_of_day(now, memory), intent.off_at)
        if intent is not None and ours
        else memory.cuts,
    )


def let_go(now: datetime, policy: Policy, memory: Memory) -> Memory:
    """Return the memory to store before the last hold's end gives a rig its power back."""
    return power_returned(now, policy, replace(memory, intent=None, unconfirmed=None))


def cuts_of_day(now: datetime, memory: Memory) -> tuple[datetime, ...]:
    """Return when the power was cut in the last 24 hours."""
    return tuple(cut for cut in memory.cuts if now - cut < DAY)


def abandon_cut(now: datetime, memory: Memory, *, sent: bool = True) -> Memory:
    """Return the memory when the outlet never went off: no restart, and a back-off.

    A command that was sent may still have its effect, long after.
    """
    if not sent:
        return plug_failed(now, replace(memory, intent=None))
    return _disobeyed(now, replace(memory, intent=None, unconfirmed=memory.intent))


def plug_failed(now: datetime, memory: Memory) -> Memory:
    """Return the memory after the outlet could not be reached."""
    failures = memory.plug_failures + 1
    return replace(
        memory,
        plug_failures=failures,
        plug_failed_since=memory.plug_failed_since or now,
        plug_retry_at=now + _back_off(failures),
    )


def plug_answered(memory: Memory) -> Memory:
    """Return the memory after the outlet could be reached."""
    return replace(memory, plug_failures=0, plug_failed_since=None, plug_retry_at=None)


def turn_on_failed(now: datetime, memory: Memory, *, sent: bool) -> Memory:
    """Return the memory after an outlet that was off could not be turned on."""
    return _disobeyed(now, memory) if sent else plug_failed(now, memory)


def turned_on(now: datetime, policy: Policy, memory: Memory) -> Memory:
    """Return the memory after an outlet that was off has been turned on."""
    return power_returned(now, policy, obeyed(plug_answered(memory)))


def _disobeyed(now: datetime, memory: Memory) -> Memory:
    count = memory.disobeyed + 1
    return replace(
        memory,
        disobeyed=count,
        disobeyed_since=memory.disobeyed_since or now,
        disobeyed_retry_at=now + _back_off(count),
    )


def obeyed(memory: Memory) -> Memory:
    """Return the memory after the outlet did what it was asked for."""
    return replace(memory, disobeyed=0, disobeyed_since=None, disobeyed_retry_at=None)


def _back_off(failures: int) -> timedelta:
    doubled: int = 2 ** min(failures, 10)
    return min(timedelta(seconds=15) * doubled, MAX_PLUG_BACK_OFF)


def power_returned(now: datetime, policy: Policy, memory: Memory) -> Memory:
    """Return the memory of a rig that has power again and boots: a cooldown begins."""
    return replace(
        memory,
        cooldown_until=now + policy.status_check_cooldown,
        outlet_on=True,
        off_at_plug=False,
        on_since=now,
        outlet=Presence(back_at=memory.outlet.back_at),
        draw=Presence(back_at=memory.draw.back_at),
        # A rig that has power again boots: its miner has the full time to start.
        held_since={
            reason: since
            for reason, since in memory.held_since.items()
            if reason is not Reason.MINER_STARTS
        },
    )


def user_turned_on(now: datetime, policy: Policy, memory: Memory) -> Memory:
    """Return the memory to store before the outlet is turned on for the user."""
    memory = replace(memory, off_by_user=False, intent=None, unconfirmed=None)
    return power_returned(now, policy, memory)


def user_turned_off(memory: Memory) -> Memory:
    """Return the memory to store before the outlet is turned off for the user."""
    return replace(
        memory, off_by_user=True, off_at_plug=False, intent=None, unconfirmed=None
    )


def not_obeyed(newest: Memory, before: Memory, after: Memory, *, sent: bool) -> Memory:
    """Return the memory after an outlet was not seen to obey its user, or who holds it.

    One that may go on yet is not taken for one that shall be off: it would be cut then.
    """
    memory = newest.without(before, after)
    if not sent or after.off_by_user:
        return memory
    return replace(memory, off_by_user=newest.off_by_user)


def step_failed(memory: Memory) -> Memory:
    """Return the memory after a step that was not taken: nothing waits for its effect."""
    return replace(memory, cooldown_until=None, stepped_at=None)


def reset(memory: Memory) -> Memory:
    """Return the memory after a human said to try again; a rig that boots still may."""
    return replace(
        obeyed(memory),
        restarts_in_row=0,
        cuts=(),
        unstable=False,
        lost=False,
        disagreed=False,
        drew=True,
        handed_over=False,
        pauses=0,
        held_since={},
        stepped_at=None,
        steps_taken=(),
    )
