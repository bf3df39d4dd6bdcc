"""What is known of a container: °C, K, bar, m³/h and W; hashrates in TH/s."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import override

from .errors import ContainerError


class Severity(StrEnum):
    """How bad an alarm is; compares by weight, not by spelling."""

    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 for the mildest and more for each worse one."""
        return list(Severity).index(self)

    @override
    def __lt__(self, other: str) -> bool:
        return self.rank < Severity(other).rank

    @override
    def __gt__(self, other: str) -> bool:
        return self.rank > Severity(other).rank

    @override
    def __le__(self, other: str) -> bool:
        return self.rank <= Severity(other).rank

    @override
    def __ge__(self, other: str) -> bool:
        return self.rank >= Severity(other).rank


class Status(StrEnum):
    """What the container does as a whole."""

    RUNNING = "running"
    STOPPED = "stopped"
    ERROR = "error"
    OFFLINE = "offline"


class Nature(StrEnum):
    """What kind of trouble an alarm reports."""

    PROBLEM = "problem"
    MOISTURE = "moisture"
    HEAT = "heat"
    COLD = "cold"


class Implausible(StrEnum):
    """How a number that came cannot be true."""

    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"


class PressureUnit(StrEnum):
    """What a plant's raw pressures are in, which only its user can know."""

    MPA = "mpa"
    BAR = "bar"
    KPA = "kpa"
    MPA_HUNDREDTHS = "mpa_hundredths"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm from its raising to its clearing."""

    id: str
    """The same while it lasts; another once it comes back."""
    key: str
    name: str
    severity: Severity
    nature: Nature
    number: int | None
    raised_at: datetime
    cleared_at: datetime | None = None

    @property
    def duration(self) -> float | None:
        """Return how many seconds it lasted; None while it does, or if the clock went back."""
        if self.cleared_at is None or self.cleared_at < self.raised_at:
            return None
        return (self.cleared_at - self.raised_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantReading:
    """A plant's state; None is unknown.

    While the controller has lost its PLC, the numbers and flags it repeats may be old:
    then all but `connected` are unknown, and so are alarm bits that are not set.
    """

    model: str
    """Of its plant's table, unique over all makers."""
    values: Mapping[str, float | None] = field(hash=False)
    """Every number of the model by canonical key, derived ones too."""
    flags: Mapping[str, bool | None] = field(hash=False)
    """Every flag of the model by canonical key, `connected` too."""
    alarm_states: Mapping[str, bool | None] = field(hash=False)
    """Every alarm of the model by its key."""
    running: bool | None
    """Whether coolant moves, by the model's deciding pumps."""
    implausible: Mapping[str, Implausible] = field(default_factory=dict, hash=False)
    """What numbers that came, but cannot be true, are instead, by key."""

    @property
    def alarms(self) -> frozenset[str]:
        """Return the keys of the alarms that are on."""
        return frozenset(key for key, on in self.alarm_states.items() if on)

    @property
    def pid_mode(self) -> bool | None:
        """Return whether the controller picks its target itself; some never can."""
        return self.flags.get("pid_mode", False)

    @property
    def connected(self) -> bool | None:
        """Return whether the controller has its PLC."""
        return self.flags.get("connected")

    @property
    def set_point(self) -> float | None:
        """Return the target supply temperature in force, °C."""
        return self.values.get("supply_liquid_set_temp")

    @property
    def total_power(self) -> float | None:
        """Return the whole container's power, W; never a partial sum."""
        return self.values.get("total_power")

    @property
    def liquid_delta_t(self) -> float | None:
        """Return what the miners add to the coolant's temperature, K."""
        return self.values.get("liquid_delta_t")

    @property
    def thermal_power(self) -> float | None:
        """Return the heat that the coolant carries away, kW."""
        return self.values.get("thermal_power")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerMiner:
    """What the controller knows of one miner; hashrates in TH/s, temperatures in °C."""

    ip: str
    type: str | None
    version: str | None
    elapsed: int | None
    """Seconds since its mining process started."""
    hashrate_5s: float | None
    hashrate_avg: float | None
    board_max_temp: float | None
    chip_max_temp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MinerSummary:
    """What the controller knows of its miners; hashrate in TH/s, temperatures in °C."""

    miners_known: int | None
    total_hashrate: float | None
    chip_max_temp: float | None
    board_max_temp: float | None
    chip_temp_mean: float | None
    miners: tuple[ContainerMiner, ...] | None
    """None where the answer has no list of them."""

    @property
    def miners_reporting(self) -> int | None:
        """Return how many miners have an entry of their own."""
        return None if self.miners is None else len(self.miners)

    @property
    def hashing(self) -> bool | None:
        """Return whether any miner hashes; None where that is unknown."""
        rates = [miner.hashrate_5s for miner in self.miners or ()]
        if self.total_hashrate or any(rates):
            return True
        return None if self.total_hashrate is None or None in rates else False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A container at one time."""

    at: datetime
    status: Status | None
    """None where the plant answers, but not what its pumps do."""
    plant: PlantReading | None
    """None where it could not be read."""
    miners: MinerSummary | None
    """None where only this could not be read, which is no trouble of the plant."""
    failure: ContainerError | None = None
    """Why what is missing is missing."""
