"""How old a commitment is, and from when on that matters."""

from datetime import timedelta

from .windows import BLOCK_TIME

# Validators drop a bid of 750 blocks, and still count one of 749.
STALE_AFTER = timedelta(minutes=150)
"""A bid as old as this at the start of a window takes no part in it."""
# The reference's own. With a check every 5 min it leaves more than an hour of retries.
RENEW_AFTER = timedelta(minutes=72)
"""A commitment as old as this is published again."""


def commitment_age(committed: int, block: int) -> timedelta:
    """Return a commitment's age at a block, by block time; never negative."""
    return max(0, block - committed) * BLOCK_TIME
