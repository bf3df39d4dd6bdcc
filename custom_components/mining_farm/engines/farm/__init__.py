"""Machines of a site: who keeps them down, and what they add up to. No I/O."""

from .gate import Pace, PowerUpGate
from .holds import Record, Want, strictest
from .keeping import Awake, is_down, next_back, orders, seen_awake
from .models import (
    SAFETY,
    Hold,
    HoldKind,
    LeverKind,
    LeverState,
    MachineFacts,
    MachineState,
    Owner,
)
from .totals import Sum, Totals, totals

__all__ = [
    "SAFETY",
    "Awake",
    "Hold",
    "HoldKind",
    "LeverKind",
    "LeverState",
    "MachineFacts",
    "MachineState",
    "Owner",
    "Pace",
    "PowerUpGate",
    "Record",
    "Sum",
    "Totals",
    "Want",
    "is_down",
    "next_back",
    "orders",
    "seen_awake",
    "strictest",
    "totals",
]
