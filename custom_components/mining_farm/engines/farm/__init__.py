"""Machines of a site: who keeps them down, and what they add up to. No I/O."""

from .causes import RULES, Cause, Reaction, Rule
from .gate import Pace, PowerUpGate
from .hazards import Guard, Hazard, Scene, Seen, Side
from .holds import Record, Want, strictest
from .interlock import (
    NOT_STOPPED,
    Event,
    Group,
    Phase,
    Settings,
    Step,
    look,
    release,
    stop_by_hand,
)
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
from .totals import Sum, Totals, hottest_first, totals

__all__ = [
    "NOT_STOPPED",
    "RULES",
    "SAFETY",
    "Awake",
    "Cause",
    "Event",
    "Group",
    "Guard",
    "Hazard",
    "Hold",
    "HoldKind",
    "LeverKind",
    "LeverState",
    "MachineFacts",
    "MachineState",
    "Owner",
    "Pace",
    "Phase",
    "PowerUpGate",
    "Reaction",
    "Record",
    "Rule",
    "Scene",
    "Seen",
    "Settings",
    "Side",
    "Step",
    "Sum",
    "Totals",
    "Want",
    "hottest_first",
    "is_down",
    "look",
    "next_back",
    "orders",
    "release",
    "seen_awake",
    "stop_by_hand",
    "strictest",
    "totals",
]
