"""What a Whatsminer reports by API 3, as a snapshot. Rates are TH/s, temperatures °C.

Keys as in the maker's description of API 3.0.3 (2025-11-19).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...capabilities import Bounds, Capabilities, Command, Value, Wear
from ...faults import stops_hashing
from ...health import with_boards
from ...identity import normalise_id, normalise_mac
from ...models import (
    Algorithm,
    BoardStatus,
    Fan,
    MinerSnapshot,
    MinerState,
    PowerSource,
    TemperatureLimits,
)
from ...units import THS
from ...values import count, hottest, number, positive, rate, rpm, text

type Row = Mapping[str, Any]

LEVELS = ("low", "normal", "high")
"""Words of `set.miner.power_mode`."""
LEVELS_BY_MODE = {"0": "low", "1": "normal", "2": "high"}
"""By `power.mode` of the device."""
PERCENT = Bounds(minimum=1, maximum=100, step=1, source="family")
POWER_STEP_W = 100
LED_AUTO = "auto"
HOT = TemperatureLimits(warning=90, critical=100)
"""As with API 2: an M20S works at 88."""
_MAX_BOARDS = 16
_MAX_FAULTS = 8


def section(message: object, *names: str) -> Row:
    """Return a nested object of a reply; an empty one where there is none."""
    for name in names:
        message = message.get(name) if isinstance(message, Mapping) else None
    return message if isinstance(message, Mapping) else {}


def may_write(device: object) -> bool | None:
    """Return whether the API takes commands; None where the device does not say it."""
    match section(device, "system").get("apiswitch"):
        case "1" | 1:
            return True
        case "0" | 0:
            return False
    return None


def parse_device(device: object) -> MinerSnapshot:
    """Return what `get.device.info` says: who it is, whether it works, its set points."""
    miner, system = section(device, "miner"), section(device, "system")
    model = text(miner.get("type"))
    codes = _codes(section(device).get("error-code"))
    state = MinerState.FAULT if stops_hashing(codes) else None
    return MinerSnapshot(
        model=f"Whatsminer {model}" if model else None,
        firmware=text(system.get("fwversion")),
        hardware_id=normalise_id(miner.get("miner-sn")),
        mac=normalise_mac(section(device, "network").get("mac")),
        algorithm=Algorithm.SHA256,
        reported_state=MinerState.PAUSED if is_stopped(device) else state,
        fault=", ".join(codes)[:255] or None,
        capabilities=capabilities_of(device),
        settings=settings_of(device),
    )


def is_stopped(device: object) -> bool:
    """Return whether mining was stopped by command; the device says it in words."""
    return str(section(device, "miner").get("working")).lower() == "false"


def capabilities_of(device: object) -> Capabilities:
    """Return what can be ordered.

    The limit of the power depends on the supply and the model, which nothing states.
    """
    return Capabilities(
        commands=(
            Command.PAUSE,
            Command.RESUME,
            Command.RESTART_MINING,
            Command.REBOOT,
            Command.LOCATE,
        ),
        numbers={Command.POWER_PERCENT: PERCENT},
        unbounded={Command.POWER_TARGET: POWER_STEP_W},
        choices={Command.LEVEL: LEVELS},
        wear={
            Command.POWER_TARGET: Wear.RESTARTS,
            Command.LEVEL: Wear.RESTARTS,
            Command.POWER_PERCENT: Wear.LIVE,
        },
        writable=may_write(device),
    )


def settings_of(device: object) -> Mapping[Command, Value]:
    """Return the set points as the device has them."""
    miner, system = section(device, "miner"), section(device, "system")
    level = LEVELS_BY_MODE.get(text(section(device, "power").get("mode")) or "")
    led = text(system.get("ledstatus"))
    found: dict[Command, Value | None] = {
        Command.LEVEL: level,
        Command.POWER_TARGET: positive(miner.get("power-limit-set")),
        Command.LOCATE: None if led is None else led != LED_AUTO,
    }
    return {command: value for command, value in found.items() if value is not None}


def _codes(listed: object) -> list[str]:
    """Return the present codes with their reasons: the key that is not `reason`."""
    if not isinstance(listed, list):
        return []
    return [
        f"{key} {text(row.get('reason')) or ''}".strip()
        for row in listed[:_MAX_FAULTS]
        if isinstance(row, Mapping)
        for key in map(text, row)
        if key and key != "reason"
    ]


def with_summary(snapshot: MinerSnapshot, summary: Row) -> MinerSnapshot:
    """Return the reading with what `summary` of `get.miner.status` adds."""
    paused = snapshot.reported_state is MinerState.PAUSED
    state = snapshot.reported_state
    now = rate(summary.get("hash-realtime"), THS)
    # A measured rate outranks a code, which may stay in the list.
    if state is MinerState.FAULT and now:
        state = None
    # The frequencies are still being raised (maker's description).
    if state is None and number(summary.get("up-freq-finish")) == 0:
        state = MinerState.STARTING
    fans = {"in": summary.get("fan-speed-in"), "out": summary.get("fan-speed-out")}
    return replace(
        snapshot,
        reported_state=state,
        hashrate_ghs=0.0 if paused and now is not None else now,
        ideal_hashrate_ghs=rate(positive(summary.get("factory-hash")), THS),
        temperature_overall=hottest(summary.get("environment-temperature")),
        fans=tuple(
            Fan(id=name, rpm=speed)
            for name, value in fans.items()
            if (speed := rpm(value)) is not None
        ),
        power_w=positive(summary.get("power-realtime")),
        power_source=PowerSource.WALL,
        uptime_s=count(summary.get("elapsed")),
    )


def with_devices(snapshot: MinerSnapshot, devices: object) -> MinerSnapshot:
    """Return the reading with its boards, `edevs` of `get.miner.status`."""
    rows = devices if isinstance(devices, list) else []
    paused = snapshot.reported_state is MinerState.PAUSED
    boards = [
        _board(place, row, paused=paused)
        for place, row in enumerate(rows[:_MAX_BOARDS])
        if isinstance(row, Mapping)
    ]
    if len({board.id for board in boards}) < len(boards):
        boards = [replace(board, id=place) for place, board in enumerate(boards)]
    return with_boards(snapshot, boards, HOT)


def _board(place: int, row: Row, *, paused: bool) -> BoardStatus:
    slot = count(row.get("id"))
    now = rate(row.get("hash-realtime"), THS)
    return BoardStatus(
        id=place if slot is None else slot,
        hashrate_ghs=0.0 if paused and now is not None else now,
        temp_chip=hottest(row.get("chip-temp-max")),
        # Chips that fail are no longer counted, and how many there are is not stated.
        chips_ok=count(row.get("effective-chips")) or None,
        chips_total=count(row.get("effective-chips")) or None,
        ideal_hashrate_ghs=rate(positive(row.get("factory-hash")), THS),
        frequency_mhz=positive(row.get("freq")),
    )


def with_percent(snapshot: MinerSnapshot, setting: Row) -> MinerSnapshot:
    """Return the reading with the percent of its power; 0 is none that was ordered."""
    percent = positive(setting.get("power-percent")) or PERCENT.maximum
    settings = {**snapshot.settings, Command.POWER_PERCENT: percent}
    return replace(snapshot, settings=settings)
