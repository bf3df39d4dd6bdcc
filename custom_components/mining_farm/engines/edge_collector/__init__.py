"""Edge collector: reads miners, today through the CGMiner API (TCP 4028).

Standard library only.
"""

from .cgminer_client import CGMinerClient, CGMinerError, build_payload
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
    Pool,
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
    MinerState,
    board_has_problem,
    board_state,
    find_board,
    is_starting,
    miner_has_problem,
    miner_state,
)
from .registry import DEFAULT_PORT, async_identify, create_reader
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
    "DEFAULT_PORT",
    "MAX_TARGETS",
    "Algorithm",
    "BoardHealth",
    "BoardState",
    "BoardStatus",
    "CGMinerClient",
    "CGMinerError",
    "Driver",
    "Failure",
    "Fan",
    "FoundMiner",
    "MinerCollector",
    "MinerError",
    "MinerProfile",
    "MinerSnapshot",
    "MinerState",
    "Pool",
    "RateUnit",
    "Reader",
    "TargetError",
    "TooManyTargetsError",
    "async_identify",
    "async_scan",
    "board_has_problem",
    "board_state",
    "build_payload",
    "create_reader",
    "determine_board_status",
    "display_unit",
    "extract_board_indices",
    "find_board",
    "is_starting",
    "miner_has_problem",
    "miner_state",
    "parse_board_health",
    "parse_snapshot",
    "parse_targets",
    "pick_stats_entry",
]
