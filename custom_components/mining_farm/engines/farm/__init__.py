"""Machines of a site: who keeps them down, and what they add up to. No I/O."""

from .causes import RULES, Cause, Reaction, Rule
from .curtailing import (
    SETTLED,
    Curtailment,
    Progress as CurtailmentProgress,
    Standing,
    freed,
    next_wave,
)
from .curtailment import Candidate, Load, Plan, Target, plan
from .gate import Pace, PowerUpGate
from .group import Event, Group, Phase, Settings, Step
from .hazards import Guard, Hazard, Pump, Scene, Seen, Side
from .holds import Record, Want, strictest
from .interlock import NOT_STOPPED, look, release, stop_by_hand
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
from .outlook import (
    READ_AGAIN,
    Answer,
    Next,
    Outlook,
    answers,
    confirmed_within,
    outlook,
)
from .totals import Sum, Totals, hottest_first, totals
from .trend import Trend

__all__ = [
    "NOT_STOPPED",
    "READ_AGAIN",
    "RULES",
    "SAFETY",
    "SETTLED",
    "Answer",
    "Awake",
    "Candidate",
    "Cause",
    "Curtailment",
    "CurtailmentProgress",
    "Event",
    "Group",
    "Guard",
    "Hazard",
    "Hold",
    "HoldKind",
    "LeverKind",
    "LeverState",
    "Load",
    "MachineFacts",
    "MachineState",
    "Next",
    "Outlook",
    "Owner",
    "Pace",
    "Phase",
    "Plan",
    "PowerUpGate",
    "Pump",
    "Reaction",
    "Record",
    "Rule",
    "Scene",
    "Seen",
    "Settings",
    "Side",
    "Standing",
    "Step",
    "Sum",
    "Target",
    "Totals",
    "Trend",
    "Want",
    "answers",
    "confirmed_within",
    "freed",
    "hottest_first",
    "is_down",
    "look",
    "next_back",
    "next_wave",
    "orders",
    "outlook",
    "plan",
    "release",
    "seen_awake",
    "stop_by_hand",
    "strictest",
    "totals",
]
