"""Compares what a rig draws with what it draws while it works: pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from .memory import Memory, Recent
from .models import OutletEvidence, OutletKind, Policy, PoolEvidence

USUAL_DRAW = 0.15
"""A rig that works draws what it usually draws, give or take this part."""
IDLE_DRAW = 0.5
"""A rig that works, whatever it mines, draws more than this part of its usual draw."""
KEPT = timedelta(minutes=10)
"""How long readings wait for the pool to show the share that followed."""
BEFORE_SHARE = timedelta(minutes=1)
"""What a rig drew so shortly before a share is what it draws while it works."""


def note_draw(now: datetime, recent: Recent, outlet: OutletEvidence) -> Recent:
    """Return what is remembered with a reading of an outlet that is on."""
    if outlet.watts is None or outlet.kind is not OutletKind.ON:
        return recent
    kept = tuple(each for each in recent.drawn if now - KEPT < each[0] <= now)
    return replace(recent, drawn=(*kept, (outlet.at or now, outlet.watts)))


def usual_watts(
    policy: Policy, memory: Memory, pool: PoolEvidence | None
) -> float | None:
    """Return what the rig draws while it works, in W; kept while it changes little.

    A reading counts that a share followed: the rig may have hung since the last one.
    """
    usual, share = memory.usual_watts, None if pool is None else pool.last_share
    if share is None:
        return usual
    before = [
        watts
        for at, watts in memory.recent.drawn
        if at <= share <= at + BEFORE_SHARE and watts >= policy.no_draw_below
    ]
    # Each change of the memory is a write to the disk.
    if not before or (
        usual is not None and abs(before[-1] - usual) <= USUAL_DRAW / 2 * usual
    ):
        return usual
    return before[-1]


def draws_as_working(memory: Memory, outlet: OutletEvidence | None) -> bool:
    """Return whether the rig draws what it usually draws."""
    if outlet is None or outlet.watts is None or memory.usual_watts is None:
        return False
    usual = memory.usual_watts
    return abs(outlet.watts - usual) <= USUAL_DRAW * usual


def draws_as_idle(
    policy: Policy, memory: Memory, outlet: OutletEvidence | None
) -> bool:
    """Return whether the rig is on, and draws too little to work."""
    if outlet is None or outlet.watts is None or memory.usual_watts is None:
        return False
    return policy.no_draw_below <= outlet.watts <= IDLE_DRAW * memory.usual_watts
