"""Distinguishes a fault of the network from faults of rigs, by their linked miners: pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .models import Company, MinerEvidence, MinerKind, Policy
from .outage import SETTLING

TOGETHER = timedelta(seconds=90)
"""Miners whose work or last answer ended this close together have one cause."""
_OUT_OF_WORK = (MinerKind.IDLE, MinerKind.SILENT, MinerKind.POOL_LOST)


def company(
    now: datetime,
    policy: Policy,
    miner: MinerEvidence,
    others: Iterable[MinerEvidence],
) -> Company:
    """Return how many other miners stopped when one did, or have only just come back.

    One that still counts as working has not stopped with it once it was heard later.
    """
    # Of who works there must be time left to hear before the limit.
    together = min(TOGETHER, policy.time_until_offline_local * 3 / 4)
    first, last = miner.since - together, miner.since + together
    alone, lost = 0, 0
    for other in others:
        if (until := _until(other)) is None or until < first:
            continue
        back = last < other.since <= now < other.since + SETTLING
        if until <= last or (back and other.kind not in _OUT_OF_WORK):
            lost += 1
        else:
            alone += 1
    if not lost:
        return Company.ALONE
    return Company.MOST if lost + 1 > alone else Company.SOME


def _until(miner: MinerEvidence) -> datetime | None:
    """Return until when it is known to have worked."""
    return miner.since if miner.kind in _OUT_OF_WORK else miner.seen
