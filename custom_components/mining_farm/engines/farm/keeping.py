"""Which levers are moved now so that a machine is what its holds want: pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .holds import Record
from .models import HoldKind, LeverKind, LeverState, MachineFacts, MachineState, Owner

DARK: Final = 0.1
"""A machine that draws less than this part of what it drew is down."""


def orders(
    record: Record,
    levers: Sequence[LeverState],
    facts: MachineFacts,
    tried: Collection[LeverKind],
) -> tuple[LeverKind, ...]:
    """Return the levers to stop a machine with now, all of them together.

    `tried` are those that were ordered since the machine was last seen awake: none is
    ordered twice for that.
    """
    want = record.want
    if want is None or not want.down:
        return ()
    left = [each for each in levers if each.lever not in tried]
    runs = facts.state.answers or any(each.stopped is False for each in levers)
    if not (runs or record.for_safety):
        return ()
    if want.kind is HoldKind.CUT and any(each.lever.cuts for each in levers):
        return _to_cut(levers, left, tried)
    if facts.state.down:
        return ()
    return _to_sleep(record, left)


def _to_cut(
    levers: Sequence[LeverState],
    left: Sequence[LeverState],
    tried: Collection[LeverKind],
) -> tuple[LeverKind, ...]:
    if any(each.lever.cuts and each.stopped for each in levers):
        return ()
    cutting = [each.lever for each in left if each.lever.cuts][:1]
    # Sleep comes along, not first: no confirmation is waited for in between.
    sleep = [each.lever for each in left if not each.lever.cuts and not each.stopped]
    return (*sleep, *cutting) if not tried else tuple(cutting)


def _to_sleep(record: Record, left: Sequence[LeverState]) -> tuple[LeverKind, ...]:
    """Return the next lever; power is cut in place of sleep only for safety."""
    for each in left:
        if not (each.stopped or (each.lever.cuts and not record.for_safety)):
            return (each.lever,)
    return ()


def is_down(
    record: Record,
    levers: Sequence[LeverState],
    facts: MachineFacts,
    drew: float | None = None,
) -> bool:
    """Return whether a machine that was ordered to stop is seen to have stopped.

    `drew` is what it drew before, in W.
    """
    want = record.want
    cutting = [each for each in levers if each.lever.cuts]
    dark = (
        facts.power_measured
        and facts.power is not None
        and drew is not None
        and facts.power < DARK * drew
    )
    if want is not None and want.kind is HoldKind.CUT and cutting:
        flows = facts.power_measured and facts.power and not dark and drew is not None
        return any(each.stopped for each in cutting) and not flows
    match facts.state:
        case MachineState.OFF:
            return True
        case MachineState.PAUSED:
            # One that goes to sleep may still hash.
            return not facts.hashrate
        case MachineState.IDLE | MachineState.FAULT if facts.hashrate == 0:
            return True
    return dark


def next_back(
    record: Record, levers: Sequence[LeverState]
) -> tuple[LeverKind, bool] | None:
    """Return the lever to move back next, and whether it is still to be ordered.

    Power comes before waking. None where there is none, or it cannot be known yet:
    a machine that boots says later whether it sleeps. Power that we took is given back
    whatever is shown: a reading that was under way then shows an outlet as it was before.
    """
    known = {each.lever: each.stopped for each in levers}
    for lever in sorted(record.stopped, key=lambda each: not each.cuts):
        if lever not in known:
            continue
        if lever.cuts:
            return lever, True
        stopped = known[lever]
        return None if stopped is None else (lever, stopped)
    return None


class Awake(StrEnum):
    """What follows when a machine that was put down is seen awake."""

    PUT_DOWN = "put_down"
    PUT_DOWN_ONCE_MORE = "put_down_once_more"
    """It restarted, and forgot the pause."""
    LET_GO = "let_go"
    """Somebody woke it, which ends the user's own hold."""


SETTLING: Final = timedelta(seconds=30)
"""An uptime that began so shortly before the machine was seen down says nothing."""


def seen_awake(record: Record, facts: MachineFacts, now: datetime) -> Awake:
    """Return what follows from a machine that hashes under its holds."""
    down = [hold for hold in record.holds if hold.kind is not HoldKind.AT_MOST]
    if any(hold.owner is not Owner.USER for hold in down):
        return Awake.PUT_DOWN
    cut = any(hold.kind is HoldKind.CUT for hold in down)
    # An outlet that is on again was turned on by somebody.
    if cut or record.down_at is None or facts.uptime is None or record.again:
        return Awake.LET_GO
    started = now - timedelta(seconds=facts.uptime)
    if started <= record.down_at - SETTLING:
        return Awake.LET_GO
    return Awake.PUT_DOWN_ONCE_MORE
