"""Edge collector: reads miners, and carries out what they are ordered.

The CGMiner API needs the standard library only; what speaks HTTP needs aiohttp.
"""

from .capabilities import Bounds, Capabilities, Command, FanMode, Value, Wear
from .cgminer_client import CGMinerClient, CGMinerError, build_payload
from .controls import (
    ControlError,
    ControlFailure,
    Order,
    Outcome,
    Pools,
    PoolSetting,
    Turn,
    Writer,
    check,
)
from .credentials import Credentials, SignIn
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
    OPTIONAL_READINGS,
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
from .registry import (
    CGMINER,
    DEFAULT_PORT,
    Identified,
    Way,
    async_find_second,
    async_identify,
    async_sign_in,
    create_reader,
    driver_names,
    sign_in_of,
)
from .scan import (
    MAX_TARGETS,
    FoundMiner,
    TargetError,
    TooManyTargetsError,
    async_scan,
    parse_targets,
)
from .units import THS, display_unit

__all__ = [
    "CGMINER",
    "DEFAULT_PORT",
    "MAX_TARGETS",
    "OPTIONAL_READINGS",
    "THS",
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
    "Credentials",
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
    "PoolSetting",
    "Pools",
    "PowerSource",
    "RateUnit",
    "Reader",
    "SignIn",
    "TargetError",
    "TooManyTargetsError",
    "Turn",
    "Value",
    "Waiting",
    "Way",
    "Wear",
    "Writer",
    "async_find_second",
    "async_identify",
    "async_scan",
    "async_sign_in",
    "board_has_problem",
    "board_state",
    "build_payload",
    "check",
    "create_reader",
    "determine_board_status",
    "display_unit",
    "driver_names",
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
    "sign_in_of",
]
