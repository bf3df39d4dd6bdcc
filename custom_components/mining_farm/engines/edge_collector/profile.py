"""What is known of a miner beyond one reading, and the judgement that needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from .capabilities import Capabilities, Command
from .faults import Fault, name_fault
from .identity import normalise_id, normalise_mac
from .models import Algorithm, BoardHealth, BoardStatus, MinerSnapshot, MinerState


class BoardState(StrEnum):
    """Judgement on a hashboard that is expected to be there."""

    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"
    LOST = "lost"
    """Seen before, and no longer in the reply of a miner that hashes."""


class MinerReason(StrEnum):
    """Why a miner needs attention."""

    NONE = "none"
    """It does not."""
    BOARD_LOST = "board_lost"
    BOARD_CRITICAL = "board_critical"
    BOARDS_DOWN = "boards_down"
    """Several hashboards are lost or critical."""
    POOL_LOST = "pool_lost"
    """None of its pools answers it."""
    NOT_HASHING = "not_hashing"
    FAULT = "fault"
    """It reports a fault of its own, of which no more is known."""
    FAN_FAULT = Fault.FAN.value
    SUPPLY_FAULT = Fault.SUPPLY.value
    TOO_HOT = Fault.TOO_HOT.value
    TOO_COLD = Fault.TOO_COLD.value
    SENSOR_FAULT = Fault.SENSOR.value
    BOARD_FAULT = Fault.BOARD.value
    MEMORY_FAULT = Fault.MEMORY.value
    CHIP_FAULT = Fault.CHIPS.value
    CONTROL_BOARD_FAULT = Fault.CONTROL.value
    RATE_FAULT = Fault.RATE.value


# A Whatsminer hashes 3 to 10 minutes after it is switched on (public clients).
WARM_UP_S = 600
"""A miner that started within this time may be idle without anything being wrong."""

OPTIONAL_READINGS = (
    "ideal_hashrate_ghs",
    "temp_regulator",
    "voltage_v",
    "core_voltage_v",
    "frequency_mhz",
    "best_difficulty",
    "blocks_found",
    "latest_firmware",
)
"""Fields of a snapshot that only some miners have."""

SET_POINTS = (Command.POWER_TARGET, Command.LEVEL)
"""Set points that are worth reading where they cannot be ordered."""

_STANDS = (
    MinerState.PAUSED,
    MinerState.STOPPING,
    MinerState.STARTING,
    MinerState.FAULT,
)
"""Reports that stand whatever the rate is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinerProfile:
    """What a miner has been seen to consist of; a part once seen is expected for good."""

    model: str | None = None
    firmware: str | None = None
    hardware_id: str | None = None
    mac: str | None = None
    """As the miner itself reports it."""
    algorithm: Algorithm | None = None
    boards: tuple[int, ...] = ()
    fans: tuple[str, ...] = ()
    water: bool = False
    power: bool = False
    maker: str | None = None
    readings: tuple[str, ...] = ()
    """Those of `OPTIONAL_READINGS` that it has."""
    capabilities: Capabilities | None = None
    level: str | None = None
    """The last level that was not sleep, to which it is woken."""
    set_points: tuple[Command, ...] = ()
    """Those of `SET_POINTS` that it reports."""

    def learn(self, snapshot: MinerSnapshot) -> MinerProfile:
        """Return the profile with what the snapshot adds."""
        return MinerProfile(
            model=snapshot.model or self.model,
            firmware=snapshot.firmware or self.firmware,
            hardware_id=snapshot.hardware_id or self.hardware_id,
            mac=snapshot.mac or self.mac,
            algorithm=snapshot.algorithm or self.algorithm,
            boards=tuple(sorted({*self.boards, *(b.id for b in snapshot.boards)})),
            fans=tuple(dict.fromkeys((*self.fans, *(fan.id for fan in snapshot.fans)))),
            water=self.water
            or snapshot.temp_water_in is not None
            or snapshot.temp_water_out is not None,
            power=self.power or snapshot.power_w is not None,
            maker=snapshot.maker or self.maker,
            readings=tuple(
                name
                for name in OPTIONAL_READINGS
                if name in self.readings or getattr(snapshot, name) is not None
            ),
            capabilities=snapshot.capabilities or self.capabilities,
            level=_level(snapshot) or self.level,
            set_points=tuple(
                command
                for command in SET_POINTS
                if command in self.set_points or command in snapshot.settings
            ),
        )

    def without_board(self, board_id: int) -> MinerProfile:
        """Return the profile of a miner from which a board was taken out for good."""
        boards = tuple(known for known in self.boards if known != board_id)
        return replace(self, boards=boards)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild a stored profile."""
        algorithm = stored.get("algorithm")
        capabilities = stored.get("capabilities")
        return cls(
            model=stored.get("model"),
            firmware=stored.get("firmware"),
            # Placeholders were stored as an identity before they were known as such.
            hardware_id=normalise_id(stored.get("hardware_id")),
            mac=normalise_mac(stored.get("mac")),
            algorithm=None if algorithm is None else Algorithm(algorithm),
            boards=tuple(stored.get("boards", ())),
            fans=tuple(stored.get("fans", ())),
            water=stored.get("water", False),
            power=stored.get("power", False),
            maker=stored.get("maker"),
            readings=tuple(stored.get("readings", ())),
            capabilities=capabilities and Capabilities.from_dict(capabilities),
            level=stored.get("level"),
            set_points=tuple(map(Command, stored.get("set_points", ()))),
        )


def _level(snapshot: MinerSnapshot) -> str | None:
    level = snapshot.settings.get(Command.LEVEL)
    return level if isinstance(level, str) and not snapshot.sleeping else None


def find_board(snapshot: MinerSnapshot, board_id: int) -> BoardStatus | None:
    """Return a board of the snapshot; None when the reply does not show it."""
    return next((board for board in snapshot.boards if board.id == board_id), None)


def board_state(snapshot: MinerSnapshot, board_id: int) -> BoardState | None:
    """Return the judgement on a board that was seen before.

    A miner that does not hash reports every chip as bad, or no board at all, and one that
    starts has boards that are not up yet: they cannot be judged, None.
    """
    if not snapshot.hashing or snapshot.reported_state is MinerState.STARTING:
        return None
    if not snapshot.boards_read:
        return None
    if (board := find_board(snapshot, board_id)) is None:
        return BoardState.LOST
    if board.status is BoardHealth.UNKNOWN:
        return None
    return BoardState(board.status)


def board_has_problem(snapshot: MinerSnapshot, board_id: int) -> bool | None:
    """Return whether a board that should work does not; None when it cannot be judged."""
    match board_state(snapshot, board_id):
        case None:
            return None
        case state:
            return state in (BoardState.CRITICAL, BoardState.LOST)


def miner_state(snapshot: MinerSnapshot, profile: MinerProfile) -> MinerState | None:
    """Return what the miner is doing; None when it states neither that nor a rate.

    Its own word decides, but for two things: a board that is down outranks it where the
    miner hashes, and one that does not hash is idle whatever it is busy with.
    """
    reported = snapshot.reported_state
    if snapshot.hashing is None or reported in _STANDS:
        return reported
    if not snapshot.hashing:
        return MinerState.STARTING if is_starting(snapshot) else MinerState.IDLE
    if any(board_has_problem(snapshot, board_id) for board_id in profile.boards):
        return MinerState.DEGRADED
    return MinerState.HASHING if reported in (None, MinerState.IDLE) else reported


def is_starting(snapshot: MinerSnapshot) -> bool:
    """Return whether the miner is about to hash: by its word, or by its short uptime."""
    return snapshot.reported_state is MinerState.STARTING or (
        snapshot.uptime_s is not None and snapshot.uptime_s < WARM_UP_S
    )


def miner_has_problem(snapshot: MinerSnapshot, profile: MinerProfile) -> bool | None:
    """Return whether the miner needs attention; None when its state is not known."""
    return needs_attention(miner_state(snapshot, profile))


def needs_attention(state: MinerState | None) -> bool | None:
    """Return whether a miner in a state needs attention; None when it is not known."""
    if state is None:
        return None
    return state in (MinerState.IDLE, MinerState.DEGRADED, MinerState.FAULT)


def failed_boards(
    snapshot: MinerSnapshot, profile: MinerProfile
) -> dict[int, BoardState]:
    """Return the boards that are lost or critical, by number."""
    states = {number: board_state(snapshot, number) for number in profile.boards}
    return {
        number: state
        for number, state in states.items()
        if state in (BoardState.CRITICAL, BoardState.LOST)
    }


def miner_reason(snapshot: MinerSnapshot, profile: MinerProfile) -> MinerReason | None:
    """Return why the miner needs attention; None when its state is not known."""
    named = name_fault(snapshot.fault)
    match miner_state(snapshot, profile):
        case None:
            return None
        case MinerState.FAULT | MinerState.IDLE | MinerState.DEGRADED if named:
            return MinerReason(named.value)
        case MinerState.FAULT:
            return MinerReason.FAULT
        case MinerState.IDLE:
            lost = snapshot.lost_pools
            return MinerReason.POOL_LOST if lost else MinerReason.NOT_HASHING
        case MinerState.DEGRADED:
            match list(failed_boards(snapshot, profile).values()):
                case [BoardState.LOST]:
                    return MinerReason.BOARD_LOST
                case [BoardState.CRITICAL]:
                    return MinerReason.BOARD_CRITICAL
            return MinerReason.BOARDS_DOWN
    return MinerReason.NONE
