"""Learns how long a rig that works usually has no share: pure."""

from dataclasses import replace
from datetime import datetime, timedelta
import math

from .memory import Memory
from .models import Basis, Contact, PoolEvidence

MOST = 12
"""How many gaps are remembered."""
LEAST = 5
"""Fewer say nothing of what is usual."""
REMEMBERED = timedelta(days=7)
TIMES = 4
"""A limit of so many of the longest usual gaps is hardly ever passed by chance."""
STEP_MIN = 5


def note_gap(memory: Memory, pool: PoolEvidence) -> Memory:
    """Return the memory with the gap that a new share ends, if a check saw it open.

    Shorter ones matter to no limit, and cannot be told apart from the time between two
    checks. One in which the power was cut, or the pool or the outlet was away, is none.
    """
    recent, share = memory.recent, pool.last_share
    if (
        share is None
        or pool.contact is not Contact.ANSWERED
        or pool.basis is not Basis.SHARES
    ):
        return memory
    before, first_at = recent.gap_from, recent.gap_seen_at
    if before is None or first_at is None or share < before:
        return replace(
            memory, recent=replace(recent, gap_from=share, gap_seen_at=pool.at)
        )
    if share == before:
        if pool.at > first_at and not recent.gap_is_open:
            return replace(memory, recent=replace(recent, gap_is_open=True))
        return memory
    if recent.gap_is_open and not _was_interrupted(memory, before):
        gap = (share, (share - before).total_seconds())
        memory = replace(memory, gaps=(*memory.gaps, gap)[-MOST:])
    recent = replace(recent, gap_from=share, gap_seen_at=pool.at, gap_is_open=False)
    return replace(memory, recent=recent)


def _was_interrupted(memory: Memory, since: datetime) -> bool:
    """Return whether silence since then had another cause than chance."""
    times = (memory.last_cut, memory.pool.back_at, memory.outlet.back_at)
    return any(time is not None and time >= since for time in times)


def usual_gap(now: datetime, memory: Memory) -> timedelta | None:
    """Return the longest usual time between two shares; None where it is not known.

    The longest of all may have been a hang.
    """
    gaps = sorted(
        seconds for at, seconds in memory.gaps if now - REMEMBERED <= at <= now
    )
    return timedelta(seconds=gaps[-2]) if len(gaps) >= LEAST else None


def proposed_limit(now: datetime, memory: Memory) -> timedelta | None:
    """Return the time without a share that suits the rig, in steps of 5 minutes."""
    if (usual := usual_gap(now, memory)) is None:
        return None
    steps = math.ceil(TIMES * usual / timedelta(minutes=STEP_MIN))
    return steps * timedelta(minutes=STEP_MIN)
