"""What a miner reports: units, and None for everything that it leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import re
from typing import NamedTuple

from .capabilities import Capabilities, Command, Value
from .errors import Failure


class BoardHealth(StrEnum):
    """Judgement on one hashboard, from its chips and its hottest chip."""

    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class MinerState(StrEnum):
    """What a miner that answers is doing."""

    HASHING = "hashing"
    DEGRADED = "degraded"
    """Hashes, but a board is lost or critical."""
    TUNING = "tuning"
    """Hashes while it looks for better frequencies or voltages."""
    STARTING = "starting"
    """Started too short a time ago, or raises its rate step by step."""
    LIMITED = "limited"
    """Hashes below its usual rate by a rule of its own."""
    PAUSED = "paused"
    """Was put to sleep."""
    STOPPING = "stopping"
    """Is going to sleep."""
    IDLE = "idle"
    """Answers, was not put to sleep, and does not hash."""
    FAULT = "fault"
    """Reports a fault of its own."""


_AT_WORK = (
    MinerState.HASHING,
    MinerState.DEGRADED,
    MinerState.TUNING,
    MinerState.LIMITED,
)


class PowerSource(StrEnum):
    """Where the power that a miner reports is measured."""

    WALL = "wall"
    """All that the miner draws."""
    BOARDS = "boards"
    """What its supply delivers to the hashboards."""
    ESTIMATED = "estimated"
    """Calculated by the firmware, not measured."""


class Algorithm(StrEnum):
    """Hash function a miner works on; decides the unit its rate is shown in."""

    SHA256 = "sha256"
    SCRYPT = "scrypt"
    X11 = "x11"
    EQUIHASH = "equihash"
    DAGGER = "daggerhashimoto"
    OTHER = "other"


class TemperatureLimits(NamedTuple):
    """Chip temperatures in °C above which a board deserves a warning, or is critical."""

    warning: float
    critical: float


ORIGINAL_LIMITS = TemperatureLimits(warning=80, critical=90)
"""Those of the original, for families of which nothing else is known."""


class RateUnit(NamedTuple):
    """A unit of hashrate and how many GH/s it is."""

    symbol: str
    ghs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardStatus:
    """One hashboard. Rates in GH/s, temperatures in °C (the hottest sensor), frequency in MHz."""

    id: int
    """Slot as the firmware numbers it: 1-based on Antminers, not contiguous (S9: 6, 7, 8)."""
    hashrate_ghs: float | None = None
    temp_chip: float | None = None
    temp_pcb: float | None = None
    chips_ok: int | None = None
    chips_total: int | None = None
    status: BoardHealth = BoardHealth.UNKNOWN
    ideal_hashrate_ghs: float | None = None
    frequency_mhz: float | None = None
    hw_errors: int | None = None
    """Hardware errors since the mining process started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """One fan; `id` is the firmware's number or name ("1", "in"), the speed in RPM."""

    id: str
    rpm: int


_URL = re.compile(
    r"(?:[a-z0-9+.-]*://)?(?P<authority>[^/?#\\]*)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_HOST_AND_PORT = re.compile(
    r"(?:[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?", re.IGNORECASE
)


def _host_and_port(url: str) -> str | None:
    parts = _URL.fullmatch(url.strip())
    # An @ behind the first slash may end a password that holds a slash.
    if parts is None or "@" in parts["rest"]:
        return None
    address = parts["authority"].rpartition("@")[2]
    return address if _HOST_AND_PORT.fullmatch(address) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One configured pool of the miner."""

    id: int
    url: str | None = None
    worker: str | None = None
    alive: bool | None = None
    active: bool | None = None
    """Whether the miner works for this pool at the moment."""
    accepted: int | None = None
    rejected: int | None = None

    @property
    def address(self) -> str | None:
        """Host and port of the URL, and nothing else; None where they are not certain."""
        return None if self.url is None else _host_and_port(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinerSnapshot:
    """One reading of a miner. Rates in GH/s, temperatures in °C, times in s, power in W."""

    boards: tuple[BoardStatus, ...] = ()
    """Boards that the reply shows as present, in slot order."""
    boards_healthy: int = 0
    boards_total: int = 0
    total_hashrate_ghs_boards: float | None = None
    """Sum of the boards' rates; None when no board has one."""
    total_hashrate_ghs_devs: float | None = None
    """Rate that `devs` reports (MHS 5s / 1000); None for the dummy row of stock S19/S21."""
    temperature_overall: float | None = None
    error_rate: float | None = None
    """Hardware errors in percent of the work done."""

    hashrate_ghs: float | None = None
    """The miner's present rate as it states it, else the boards' sum; 0 is a measured 0."""
    ideal_hashrate_ghs: float | None = None
    algorithm: Algorithm | None = None
    reported_state: MinerState | None = None
    """What the firmware says that it is doing; None where it says nothing."""
    model: str | None = None
    firmware: str | None = None
    latest_firmware: str | None = None
    """What the device itself says that it can be updated to; else its own firmware."""
    hardware_id: str | None = None
    """Serial number or board id that survives a new address."""
    mac: str | None = None
    fans: tuple[Fan, ...] = ()
    temp_water_in: float | None = None
    temp_water_out: float | None = None
    pools: tuple[Pool, ...] = ()
    accepted: int | None = None
    rejected: int | None = None
    hw_errors: int | None = None
    power_w: float | None = None
    power_source: PowerSource | None = None
    """None where it is not known, too."""
    uptime_s: int | None = field(default=None, compare=False)
    """Seconds since the mining process started; always moving, so no part of equality."""

    maker: str | None = None
    """Where it is no part of the model's name."""
    temp_chip: float | None = None
    """Hottest chip of a miner that has no boards."""
    temp_regulator: float | None = None
    """Voltage regulator of the chips."""
    voltage_v: float | None = None
    """Of the supply."""
    core_voltage_v: float | None = None
    """Of the chips."""
    frequency_mhz: float | None = None
    best_difficulty: float | None = None
    """Of the best share that it ever found."""
    blocks_found: int | None = None
    fault: str | None = None
    """What the device itself says is wrong with it."""
    capabilities: Capabilities | None = None
    """What it can be ordered to do; None where nothing is known of that."""
    settings: Mapping[Command, Value] = field(default_factory=dict)
    """Set points as the device has them."""
    boards_on: Mapping[str, bool] = field(default_factory=dict)
    """Whether each board that can be switched is on."""
    family: str | None = None
    """Firmware family by which its CGMiner API was read."""
    failing: Mapping[str, Failure] = field(default_factory=dict)
    """By driver, why it gave no reading where another one did."""

    @property
    def temp_chip_max(self) -> float | None:
        """Hottest chip in °C."""
        chips = (self.temp_chip, *(board.temp_chip for board in self.boards))
        return max((chip for chip in chips if chip is not None), default=None)

    @property
    def boards_read(self) -> bool:
        """Whether the way that reads the boards answered."""
        return bool(self.boards) or not self.failing

    @property
    def efficiency_j_th(self) -> float | None:
        """Energy for a terahash in J; None while it does not hash."""
        if not self.power_w or not self.hashrate_ghs:
            return None
        return self.power_w / self.hashrate_ghs * 1000

    @property
    def sleeping(self) -> bool:
        """Whether the firmware says that it was put to sleep."""
        return self.reported_state in (MinerState.PAUSED, MinerState.STOPPING)

    @property
    def hashing(self) -> bool | None:
        """Whether work is being done; None when the miner says nothing about it."""
        if self.reported_state is MinerState.PAUSED:
            return False
        if self.hashrate_ghs is not None:
            return self.hashrate_ghs > 0
        return True if self.reported_state in _AT_WORK else None

    @property
    def lost_pools(self) -> bool:
        """Whether none of its pools answers it."""
        pools = [pool.alive for pool in self.pools if pool.alive is not None]
        return bool(pools) and not any(pools)

    @property
    def active_pool(self) -> Pool | None:
        """The pool that the miner works for."""
        return next((pool for pool in self.pools if pool.active), None)
