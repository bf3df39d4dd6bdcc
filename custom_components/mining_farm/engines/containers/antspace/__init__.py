"""Antspace: cooling containers by their controller's HTTP interface, HK3 and immersion."""

from .alarms import AlarmChange, follow
from .bounds import check_set_point, manual_set_point
from .client import AntspaceClient
from .commands import (
    Confirmed,
    ReadBack,
    reset_cooling,
    set_pid,
    set_supply_temperature,
    start_cooling,
    stop_cooling,
)
from .detect import detect
from .errors import (
    AnswerLostError,
    AntspaceError,
    DeadlineError,
    MinersHashingError,
    NotAntspaceError,
    OutOfBoundsError,
    RefusedError,
    UnconfirmedError,
    UnreachableError,
)
from .miner_parsing import parse_miners
from .models import (
    Alarm,
    ContainerMiner,
    MinerSummary,
    Model,
    Nature,
    PlantReading,
    PressureUnit,
    Severity,
    Snapshot,
    Status,
)
from .parsing import parse_plant
from .rows import (
    AlarmKind,
    Confidence,
    Field,
    Flag,
    PlantTable,
    Quantity,
    SetPointBounds,
)
from .snapshot import take_snapshot
from .status import status_in_silence, status_of
from .tables import TABLES

__all__ = [
    "TABLES",
    "Alarm",
    "AlarmChange",
    "AlarmKind",
    "AnswerLostError",
    "AntspaceClient",
    "AntspaceError",
    "Confidence",
    "Confirmed",
    "ContainerMiner",
    "DeadlineError",
    "Field",
    "Flag",
    "MinerSummary",
    "MinersHashingError",
    "Model",
    "Nature",
    "NotAntspaceError",
    "OutOfBoundsError",
    "PlantReading",
    "PlantTable",
    "PressureUnit",
    "Quantity",
    "ReadBack",
    "RefusedError",
    "SetPointBounds",
    "Severity",
    "Snapshot",
    "Status",
    "UnconfirmedError",
    "UnreachableError",
    "check_set_point",
    "detect",
    "follow",
    "manual_set_point",
    "parse_miners",
    "parse_plant",
    "reset_cooling",
    "set_pid",
    "set_supply_temperature",
    "start_cooling",
    "status_in_silence",
    "status_of",
    "stop_cooling",
    "take_snapshot",
]
