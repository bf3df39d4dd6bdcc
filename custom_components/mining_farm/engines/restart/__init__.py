"""When a rig's power is cut and when not: decisions without any I/O."""

from .changes import (
    LEAST_OFF,
    MAX_DISOBEYED,
    abandon_cut,
    begin_cut,
    cuts_of_day,
    finish_cut,
    kept_off,
    let_go,
    plug_answered,
    plug_failed,
    power_returned,
    reset,
    turn_on_failed,
    turned_on,
    user_turned_off,
    user_turned_on,
    wait_before_cycle,
)
from .clock import ClockWatch
from .company import company
from .cycle import OutletFailure, PowerCycler
from .decide import Decision, decide
from .finding import LAST_WORDS, local_limit
from .gaps import proposed_limit, usual_gap
from .memory import Intent, Memory, Recent
from .models import (
    Action,
    Basis,
    Company,
    Contact,
    Evidence,
    MinerEvidence,
    MinerKind,
    OutletEvidence,
    OutletKind,
    Policy,
    PoolEvidence,
    Reason,
    RigState,
    Verdict,
)
from .observing import powered
from .outage import PoolHealth, PoolMember
from .presence import Presence

__all__ = [
    "LAST_WORDS",
    "LEAST_OFF",
    "MAX_DISOBEYED",
    "Action",
    "Basis",
    "ClockWatch",
    "Company",
    "Contact",
    "Decision",
    "Evidence",
    "Intent",
    "Memory",
    "MinerEvidence",
    "MinerKind",
    "OutletEvidence",
    "OutletFailure",
    "OutletKind",
    "Policy",
    "PoolEvidence",
    "PoolHealth",
    "PoolMember",
    "PowerCycler",
    "Presence",
    "Reason",
    "Recent",
    "RigState",
    "Verdict",
    "abandon_cut",
    "begin_cut",
    "company",
    "cuts_of_day",
    "decide",
    "finish_cut",
    "kept_off",
    "let_go",
    "local_limit",
    "plug_answered",
    "plug_failed",
    "power_returned",
    "powered",
    "proposed_limit",
    "reset",
    "turn_on_failed",
    "turned_on",
    "user_turned_off",
    "user_turned_on",
    "usual_gap",
    "wait_before_cycle",
]
