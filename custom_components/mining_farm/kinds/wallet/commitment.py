"""What is known of the own commitment after it was checked."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from homeassistant.util import dt as dt_util

from ...engines.auction import (
    BLOCK_TIME,
    RENEW_AFTER,
    STALE_AFTER,
    Outcome,
    Standing,
    StoredCommitment,
    UpkeepReport,
)
from .data import CommitmentData

_FINAL_AFTER: Final = 3
"""Blocks that finality is usually behind."""


def commitment_after(
    hotkey: str, report: UpkeepReport, before: CommitmentData | None
) -> CommitmentData:
    """Return what is known of the commitment after a check, given what was before."""
    wanted = report.decision is not None
    if report.standing is Standing.UNKNOWN:
        # A check that failed makes the commitment that was seen no younger.
        if before is None:
            return CommitmentData(standing=report.standing, wanted=wanted, stored=None)
        return replace(before, standing=report.standing)
    standing, stored, head = report.standing, report.stored, report.head
    if report.outcome is Outcome.PUBLISHED and report.published_in is not None:
        standing, head = Standing.IN_FORCE, report.published_in.number
        stored = StoredCommitment(hotkey=hotkey, block=head, raw=report.payload)
    made_at = None
    if stored is not None and stored.block is not None and head is not None:
        if before is not None and before.stored == stored:
            # Kept: the head's age makes every other estimate a little different.
            made_at = before.made_at
        made_at = made_at or dt_util.utcnow() - (head - stored.block) * BLOCK_TIME
    return CommitmentData(
        standing=standing,
        wanted=wanted,
        stored=stored,
        made_at=made_at,
        renew_at=made_at and made_at + RENEW_AFTER,
        stale_at=made_at and made_at + STALE_AFTER,
        held_until=_held_until(report),
    )


def _held_until(report: UpkeepReport) -> datetime | None:
    """Return about when the block is final that publishing waits for."""
    if report.held_until is None or report.head is None:
        return None
    blocks = max(0, report.held_until + _FINAL_AFTER - report.head)
    return dt_util.utcnow() + blocks * BLOCK_TIME
