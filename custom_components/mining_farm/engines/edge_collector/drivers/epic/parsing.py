"""What ePIC's firmware reports: `/summary` and `/capabilities`.

Fields as in the maker's OpenAPI 1.30.0 and in captures.
"""

from ...capabilities import Bounds, Capabilities, Command, FanMode, Value
from ...errors import Failure, MinerError
from ...health import with_boards
from ...identity import algorithm_of, normalise_model
from ...models import (
    Algorithm,
    BoardStatus,
    Fan,
    MinerSnapshot,
    MinerState,
    Pool,
    PowerSource,
    TemperatureLimits,
)
from ...units import MHS
from ...values import count, hottest, number, positive, rate, rpm, text, total
from ..web import Object, at, rows

FAN_SPEED = Bounds(minimum=15, maximum=100, step=1, source="family")
TARGET_TEMPERATURE = Bounds(minimum=40, maximum=80, step=1, source="family")
HOT = TemperatureLimits(warning=85, critical=95)
_STATES = {
    "AdjustingClockVoltage": MinerState.TUNING,
    "Initializing": MinerState.STARTING,
    "Loading": MinerState.STARTING,
    "Mining": MinerState.HASHING,
    "PreInitCooldown": MinerState.STARTING,
    "Rebooting": MinerState.STARTING,
    "SoftRebooting": MinerState.STARTING,
    "Stopping": MinerState.STOPPING,
}
_FANS = 12
COMMANDS = (
    Command.PAUSE,
    Command.RESUME,
    Command.RESTART_MINING,
    Command.REBOOT,
    Command.LOCATE,
)
CAPABILITIES = Capabilities(
    commands=COMMANDS,
    numbers={
        Command.FAN_SPEED: FAN_SPEED,
        Command.TARGET_TEMPERATURE: TARGET_TEMPERATURE,
    },
    choices={Command.FAN_MODE: (FanMode.AUTOMATIC, FanMode.MANUAL)},
)


def require_summary(summary: Object) -> Object:
    """Return `/summary` of ePIC; MinerError for that of another program."""
    if text(at(summary, "Status", "Operating State")) is None:
        raise MinerError(Failure.NOT_CGMINER, "the answer is not that of ePIC")
    return summary


def state_of(summary: object) -> MinerState | None:
    """Return what the miner does; one that lost its pool is idle, and not paused."""
    state = text(at(summary, "Status", "Operating State")) or ""
    if state == "Idling":
        last = text(at(summary, "Status", "Last Command"))
        return MinerState.PAUSED if last == "Stop" else MinerState.IDLE
    return _STATES.get(state)


def settings_of(summary: object) -> dict[Command, Value]:
    """Return the set points as the device has them."""
    mode = at(summary, "Fans", "Fan Mode")
    automatic = at(mode, "Auto")
    locating = at(summary, "Misc", "Locate Miner State")
    found: dict[Command, Value | None] = {
        Command.LOCATE: locating if isinstance(locating, bool) else None,
        Command.POWER_TARGET: positive(at(summary, "PresetInfo", "Target Power")),
        Command.TARGET_TEMPERATURE: number(at(automatic, "Target Temperature")),
        Command.FAN_SPEED: number(at(mode, "Manual")),
    }
    if mode is not None:
        found[Command.FAN_MODE] = (
            FanMode.MANUAL if automatic is None else FanMode.AUTOMATIC
        )
    return {command: value for command, value in found.items() if value is not None}


def idle_speed_of(summary: object) -> float:
    """Return the speed of the fans in % while the miner does not work."""
    found = number(at(summary, "Fans", "Fan Mode", "Auto", "Idle Speed"))
    return 20.0 if found is None else max(0.0, min(found, 100.0))


def parse_summary(summary: Object, about: object) -> MinerSnapshot:
    """Return a reading; `about` is `/capabilities`, or nothing."""
    model = normalise_model(at(about, "Model"))
    watts = positive(at(summary, "Power Supply Stats", "Input Power"))
    state = state_of(summary)
    stopped = state in (MinerState.PAUSED, MinerState.IDLE)
    said = at(summary, "Status", "Last Error")
    boards = [
        BoardStatus(
            id=place if slot is None else slot,
            hashrate_ghs=0.0 if stopped else _board_rate(row),
            temp_chip=hottest(row.get("Temperature")),
            frequency_mhz=positive(row.get("Core Clock Avg")),
        )
        for place, row in enumerate(rows(at(summary, "HBs"), 16))
        for slot in (count(row.get("Index")),)
    ]
    snapshot = MinerSnapshot(
        maker="ePIC",
        model=model,
        firmware=text(summary.get("Software")),
        algorithm=algorithm_of(model) or _algorithm(summary),
        reported_state=state,
        # It stays when the cause has gone.
        fault=text(said) if state is MinerState.IDLE else None,
        hashrate_ghs=total(board.hashrate_ghs for board in boards),
        power_w=watts,
        power_source=None if watts is None else PowerSource.WALL,
        fans=tuple(
            Fan(id=str(slot), rpm=speed)
            for slot in range(1, _FANS + 1)
            if (speed := rpm(at(summary, "Fans Rpm", f"Fans Speed {slot}"))) is not None
        ),
        pools=tuple(_pools(summary)),
        accepted=count(at(summary, "Session", "Accepted")),
        rejected=count(at(summary, "Session", "Rejected")),
        uptime_s=count(at(summary, "Session", "Uptime")),
        capabilities=CAPABILITIES,
        settings=settings_of(summary),
    )
    return with_boards(snapshot, boards, HOT)


def _algorithm(summary: object) -> Algorithm | None:
    said = text(at(summary, "Mining", "Algorithm"))
    return Algorithm.SHA256 if said == "SHA-256" else None


def _board_rate(row: Object) -> float | None:
    """Return the first of the numbers, in MH/s; the others are percents."""
    rates = row.get("Hashrate")
    return rate(rates[0], MHS) if isinstance(rates, list) and rates else None


def _pools(summary: object) -> list[Pool]:
    current = text(at(summary, "Stratum", "Current Pool"))
    if current is None:
        return []
    connected = at(summary, "Stratum", "IsPoolConnected")
    return [
        Pool(
            id=0,
            url=f"stratum+tcp://{current}",
            worker=text(at(summary, "Stratum", "Current User")),
            alive=connected if isinstance(connected, bool) else None,
            active=connected is True,
        )
    ]
