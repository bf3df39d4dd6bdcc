"""Edge collector: reads miners, and carries out what they are ordered.

The CGMiner API needs the standard library only; what speaks HTTP needs aiohttp.
"""

from .cgminer_client import CGMinerClient, CGMinerError, build_payload
from .controls import (
    Bounds,
    Capabilities,
    Command,
    ControlError,
    ControlFailure,
    FanMode,
    Order,
    Outcome,
    Turn,
    Value,
    Writer,
    check,
)
from .driver import Driver, Reader
from .drivers.cgminer.collector import MinerCollector
from .drivers.cgminer.parsing import parse_snapshot
from .errors import Failure, MinerError
from .models import (
    Algorithm,
    BoardHealth,
    BoardStatus,
    Fan,
    MinerSnapshot,
    MinerState,
    Pool,
    PowerSource,
    RateUnit,
)
from .parsers import (
    determine_board_status,
    extract_board_indices,
    parse_board_health,
    pick_stats_entry,
)
from .profile import (
    BoardState,
    MinerProfile,
    MinerReason,
    board_has_problem,
    board_state,
    failed_boards,
    find_board,
    is_starting,
    miner_has_problem,
    miner_reason,
    miner_state,
)
from .prove import Waiting
from .registry import CGMINER, DEFAULT_PORT, Identified, async_identify, create_reader
from .scan import (
    MAX_TARGETS,
    FoundMiner,
    TargetError,
    TooManyTargetsError,
    async_scan,
    parse_targets,
)
from .units import display_unit

__all__ = [
    "CGMINER",
    "DEFAULT_PORT",
    "MAX_TARGETS",
    "Algorithm",
    "BoardHealth",
    "BoardState",
    "BoardStatus",
    "Bounds",
    "CGMinerClient",
    "CGMinerError",
    "Capabilities",
    "Command",
    "ControlError",
    "ControlFailure",
    "Driver",
    "Failure",
    "Fan",
    "FanMode",
    "FoundMiner",
    "Identified",
    "MinerCollector",
    "MinerError",
    "MinerProfile",
    "MinerReason",
    "MinerSnapshot",
    "MinerState",
    "Order",
    "Outcome",
    "Pool",
    "PowerSource",
    "RateUnit",
    "Reader",
    "TargetError",
    "TooManyTargetsError",
    "Turn",
    "Value",
    "Waiting",
    "Writer",
    "async_identify",
    "async_scan",
    "board_has_problem",
    "board_state",
    "build_payload",
    "check",
    "create_reader",
    "determine_board_status",
    "display_unit",
    "extract_board_indices",
    "failed_boards",
    "find_board",
    "is_starting",
    "miner_has_problem",
    "miner_reason",
    "miner_state",
    "parse_board_health",
    "parse_snapshot",
    "parse_targets",
    "pick_stats_entry",
]
