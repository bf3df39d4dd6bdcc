"""When a rig's power is cut and when not: decisions without any I/O."""

from .company import company
from .cycle import OutletFailure, PowerCycler
from .decide import (
    LAST_WORDS,
    abandon_cut,
    begin_cut,
    decide,
    finish_cut,
    local_limit,
    plug_answered,
    plug_failed,
    power_returned,
    reset,
)
from .gate import PowerUpGate
from .models import (
    Action,
    Company,
    Decision,
    Evidence,
    Intent,
    Memory,
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
from .outage import PoolHealth, PoolMember

__all__ = [
    "LAST_WORDS",
    "Action",
    "Company",
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
    "PowerUpGate",
    "Reason",
    "RigState",
    "Verdict",
    "abandon_cut",
    "begin_cut",
    "company",
    "decide",
    "finish_cut",
    "local_limit",
    "plug_answered",
    "plug_failed",
    "power_returned",
    "reset",
]
