"""When a rig's power is cut and when not: decisions without any I/O."""

from .cycle import OutletFailure, PowerCycler
from .decide import (
    abandon_cut,
    begin_cut,
    decide,
    finish_cut,
    plug_answered,
    plug_failed,
    power_returned,
    reset,
)
from .gate import PowerUpGate
from .models import (
    Action,
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
    "Action",
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
    "decide",
    "finish_cut",
    "plug_answered",
    "plug_failed",
    "power_returned",
    "reset",
]
