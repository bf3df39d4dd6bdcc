"""What is known of a rig at one moment."""

from dataclasses import dataclass
from datetime import datetime

from ...engines.pools import Outcome
from ...engines.restart import Memory, Reason, RigState
from .outlets import RigOutletReading


@dataclass(frozen=True, slots=True, kw_only=True)
class RigData:
    """The evidence of the last poll, and the decision that followed from it."""

    state: RigState
    reason: Reason
    memory: Memory
    ask_human: bool = False
    """The outlet is off, and only a human knows whether it may be turned on."""
    outcome: Outcome | None = None
    """Outcome of the last request to the pool; None before the first."""
    second_outcome: Outcome | None = None
    """The same of a second account."""
    pool_answered: datetime | None = None
    """When the pool last answered about the account."""
    last_share: datetime | None = None
    pool_hashrate_hs: float | None = None
    """H/s as the pool counts it."""
    outlet: RigOutletReading | None = None
    """None for a rig without an outlet, or before the first reading."""
    next_check: datetime | None = None
    """When the pool is asked next; None before the first answer."""
