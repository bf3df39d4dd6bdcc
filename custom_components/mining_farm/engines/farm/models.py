"""What a farm decides about: machines, what is known of them, and what keeps them down.

Units are W, H/s and °C; all times are aware UTC. None is unknown.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class HoldKind(StrEnum):
    """How a machine is kept down, the mildest first."""

    AT_MOST = "at_most"
    """It hashes with no more than so many W."""
    ASLEEP = "asleep"
    CUT = "cut"
    """Without power."""

    @property
    def rank(self) -> int:
        """Return 0 for the mildest and more for each stricter one."""
        return _RANKS[self]


_RANKS: Final = {kind: rank for rank, kind in enumerate(HoldKind)}


class Owner(StrEnum):
    """Who keeps a machine down, and alone may let it go."""

    USER = "user"
    EMERGENCY_STOP = "emergency_stop"
    INTERLOCK = "interlock"
    CURTAILMENT = "curtailment"
    ALLOCATION = "allocation"
    HEATING = "heating"
    WALLET = "wallet"


SAFETY: Final = frozenset({Owner.EMERGENCY_STOP, Owner.INTERLOCK})
"""Owners that protect people and machines: neither wear nor comfort keeps them back."""


class LeverKind(StrEnum):
    """Ways to stop a machine, in the order in which they are used."""

    SLEEP = "sleep"
    OUTLET = "outlet"
    SWITCH = "switch"

    @property
    def place(self) -> int:
        """Return its place in that order, from 0."""
        return _PLACES[self]

    @property
    def cuts(self) -> bool:
        """Return whether it takes the machine's power away."""
        return self is not LeverKind.SLEEP


_PLACES: Final = {kind: place for place, kind in enumerate(LeverKind)}


class MachineState(StrEnum):
    """What a machine does."""

    HASHING = "hashing"
    DEGRADED = "degraded"
    """Hashes, but a board is lost or critical."""
    PAUSED = "paused"
    STARTING = "starting"
    IDLE = "idle"
    """Answers, was not put to sleep, and does not hash."""
    FAULT = "fault"
    OFF = "off"
    """Its outlet gives no power."""
    OFFLINE = "offline"
    """It answered once, and does not any more."""
    UNKNOWN = "unknown"

    @property
    def awake(self) -> bool:
        """Return whether it hashes, or is about to."""
        return self in _AWAKE

    @property
    def down(self) -> bool:
        """Return whether it is known to have been put down."""
        return self in _DOWN

    @property
    def answers(self) -> bool:
        """Return whether it is known what it does."""
        return self not in _SILENT


_AWAKE: Final = frozenset(
    {MachineState.HASHING, MachineState.DEGRADED, MachineState.STARTING}
)
_DOWN: Final = frozenset({MachineState.PAUSED, MachineState.OFF})
_SILENT: Final = frozenset({MachineState.OFFLINE, MachineState.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFacts:
    """What is known of one machine, each fact from its best witness."""

    state: MachineState = MachineState.UNKNOWN
    algorithm: str | None = None
    hashrate: float | None = None
    hashrate_by_pool: bool = False
    """The rate is what the pool counts, minutes old."""
    power: float | None = None
    power_measured: bool = False
    """The watts come from an outlet's meter, not from the machine itself."""
    boards_lost: int | None = None
    hottest_chip: float | None = None
    uptime: float | None = None
    """Seconds since its mining process started."""
    restarts_today: int | None = None
    """None while no entry of it is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What keeps one machine down; owner and source name it."""

    owner: Owner
    source: str
    """Of several that one owner has: the entry, group or curtailment."""
    kind: HoldKind
    watts: float | None = None
    """Of a hold that leaves the machine so many W."""
    reason: str
    since: datetime
    by: str | None = None
    """Name of the user who pressed."""

    @property
    def for_safety(self) -> bool:
        """Return whether it protects people or machines."""
        return self.owner in SAFETY


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverState:
    """One way to stop a machine, as it is now."""

    lever: LeverKind
    stopped: bool | None = None
    """Whether it keeps the machine down by itself already."""
