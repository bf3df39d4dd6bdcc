"""What a simulated machine truly does at one moment; every reply is drawn from it."""

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """What the machine is doing."""

    OFF = "off"
    BOOTING = "booting"
    """Powered, but nothing listens yet."""
    WARMING_UP = "warming_up"
    """Answers, and does not hash yet."""
    HASHING = "hashing"
    IDLE = "idle"
    """Answers, but has stopped hashing."""
    SLEEPING = "sleeping"
    """Not hashing, on command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReading:
    """One board that the firmware sees. Rates in GH/s, °C, MHz."""

    slot: int
    rate_ghs: float
    average_ghs: float
    ideal_ghs: float
    chips: bytes
    """One byte per chip, 1 for a chip that finds nonces."""
    chip_temps: tuple[float, ...]
    """Two sensors at the inlet, two at the outlet."""
    pcb_temps: tuple[float, ...]
    hw_errors: int
    frequency_mhz: int

    @property
    def chips_ok(self) -> int:
        """Chips that work."""
        return self.chips.count(1)

    @property
    def chips_total(self) -> int:
        """Chips that were found."""
        return len(self.chips)

    @property
    def temp_chip(self) -> float:
        """Hottest chip sensor."""
        return max(self.chip_temps)

    @property
    def temp_pcb(self) -> float:
        """Hottest board sensor."""
        return max(self.pcb_temps)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolReading:
    """One configured pool, the main one first, then the one to fail over to."""

    url: str
    alive: bool
    active: bool
    """Whether it gets the work."""
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The whole machine at one moment. Rates in GH/s, times in s, power in W."""

    time: int
    """Unix time."""
    state: State
    elapsed: int
    """Since the mining process started."""
    boards: tuple[BoardReading, ...]
    fans: dict[int, int]
    """RPM by position."""
    fan_duty: int
    """Percent."""
    rate_ghs: float
    average_ghs: float
    rate_30m_ghs: float
    ideal_ghs: float
    hw_errors: int
    pools: tuple[PoolReading, ...]
    share_difficulty: int
    last_share: int
    """Unix time of the last share; 0 before the first."""
    inlet: float
    """Air at the inlet, or water on a water-cooled machine."""
    outlet: float
    power_w: int

    def without_numbers(self) -> Reading:
        """Return the lie of a firmware that lost its sensors: 0 for all it measures."""
        boards = tuple(
            replace(
                board,
                rate_ghs=0.0,
                average_ghs=0.0,
                chip_temps=(0.0,) * 4,
                pcb_temps=(0.0,) * 4,
            )
            for board in self.boards
        )
        return replace(
            self,
            boards=boards,
            fans=dict.fromkeys(self.fans, 0),
            rate_ghs=0.0,
            average_ghs=0.0,
            rate_30m_ghs=0.0,
            power_w=0,
        )

    @property
    def accepted(self) -> int:
        """Shares that any pool took."""
        return sum(pool.accepted for pool in self.pools)

    @property
    def rejected(self) -> int:
        """Shares that any pool refused."""
        return sum(pool.rejected for pool in self.pools)

    @property
    def diff1_work(self) -> int:
        """Work behind all shares, in shares of difficulty 1."""
        return (self.accepted + self.rejected) * self.share_difficulty

    @property
    def hw_percent(self) -> float:
        """Hardware errors in percent of the work done."""
        return 100 * self.hw_errors / max(self.hw_errors + self.diff1_work, 1)

    @property
    def rejected_percent(self) -> float:
        """Refused shares in percent of all."""
        return 100 * self.rejected / max(self.accepted + self.rejected, 1)
