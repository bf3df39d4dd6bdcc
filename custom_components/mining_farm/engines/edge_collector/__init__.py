"""Edge collector: reads miners through the CGMiner API (TCP 4028). Standard library only."""

from .drivers.cgminer.client import DEFAULT_PORT, CGMinerClient, build_payload
from .drivers.cgminer.collector import MinerCollector
from .drivers.cgminer.parsing import (
    determine_board_status,
    extract_board_indices,
    parse_board_health,
    parse_snapshot,
    pick_stats_entry,
)
from .errors import CGMinerError, Failure
from .models import (
    Algorithm,
    BoardHealth,
    BoardStatus,
    Fan,
    MinerSnapshot,
    Pool,
    RateUnit,
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
from .scan import (
    MAX_TARGETS,
    FoundMiner,
    TargetError,
    TooManyTargetsError,
    async_identify,
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
    "Failure",
    "Fan",
    "FoundMiner",
    "MinerCollector",
    "MinerProfile",
    "MinerSnapshot",
    "MinerState",
    "Pool",
    "RateUnit",
    "TargetError",
    "TooManyTargetsError",
    "async_identify",
    "async_scan",
    "board_has_problem",
    "board_state",
    "build_payload",
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
