"""What VNish reports over HTTP, as a snapshot.

Fields as in the maker's OpenAPI of 1.2.7 and 1.3.4, and in captures.
"""

from collections.abc import Mapping
from dataclasses import replace
import re
from typing import Any

from ...capabilities import Bounds, Capabilities, Command, Value, Wear
from ...errors import Failure, MinerError
from ...health import with_boards
from ...identity import algorithm_of, normalise_id, normalise_mac, normalise_model
from ...models import (
    BoardStatus,
    Fan,
    MinerSnapshot,
    MinerState,
    Pool,
    PowerSource,
    TemperatureLimits,
)
from ...units import GHS, parse_unit
from ...values import count, hottest, number, positive, rate, rpm, text
from ..web import Object, at, rows

THROTTLE = Bounds(minimum=20, maximum=100, step=1, source="family")
POWER_STEP_W = 50
NO_PRESET = "disabled"
"""Clocks set by hand: never offered, as what it stands for is not known."""
HOT = TemperatureLimits(warning=90, critical=100)
_STATES = {
    "mining": MinerState.HASHING,
    "initializing": MinerState.STARTING,
    "starting": MinerState.STARTING,
    "restarting": MinerState.STARTING,
    "auto-tuning": MinerState.TUNING,
    "shutting-down": MinerState.STOPPING,
    "stopped": MinerState.PAUSED,
    "failure": MinerState.FAULT,
}
_PRESET_WATTS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*w(?:att)?\b", re.IGNORECASE)
_UPTIME = re.compile(r"(?:(\d{1,5}) days?, )?(\d{1,3}):(\d{2})(?::(\d{2}))?")
COMMANDS = (
    Command.PAUSE,
    Command.RESUME,
    Command.RESTART_MINING,
    Command.REBOOT,
    Command.LOCATE,
)
WEAR = {
    Command.LEVEL: Wear.RETUNES,
    Command.POWER_TARGET: Wear.RETUNES,
    Command.POWER_PERCENT: Wear.LIVE,
}


def require_info(info: Object) -> Object:
    """Return `/info` of VNish; MinerError for that of another program."""
    if (text(info.get("fw_name")) or "").lower() != "vnish":
        raise MinerError(Failure.NOT_CGMINER, "the answer is not that of VNish")
    return info


def takes_a_body(info: Object) -> bool:
    """Return whether `find-miner` is told on or off: 1.2 has a toggle."""
    version = (text(info.get("fw_version")) or "").split(".")
    return [count(part) or 0 for part in version[:2]] >= [1, 3]


def uptime_of(info: Object) -> int | None:
    """Return the seconds since the start, from a text such as "1:55"."""
    match = _UPTIME.fullmatch((text(at(info, "system", "uptime")) or "").strip())
    if match is None:
        return None
    days, hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def parse_info(info: Object) -> MinerSnapshot:
    """Return who the miner is."""
    model = normalise_model(info.get("miner"))
    return MinerSnapshot(
        model=model,
        firmware=text(info.get("fw_version")),
        mac=normalise_mac(at(info, "system", "network_status", "mac")),
        hardware_id=normalise_id(info.get("serial")),
        algorithm=algorithm_of(model),
        capabilities=Capabilities(commands=COMMANDS, wear=WEAR),
    )


def with_status(snapshot: MinerSnapshot, status: object) -> MinerSnapshot:
    """Return the reading with what `/status` says."""
    name = text(at(status, "miner_state")) or ""
    state = _STATES.get(name)
    throttled = number(at(status, "throttled"))
    if state is MinerState.HASHING and throttled is not None and throttled < 100:
        state = MinerState.LIMITED
    said = text(at(status, "description"))
    code = count(at(status, "failure_code"))
    locating = at(status, "find_miner")
    found: dict[Command, Value | None] = {
        Command.LOCATE: locating if isinstance(locating, bool) else None,
        Command.POWER_PERCENT: throttled,
    }
    numbers = {} if throttled is None else {Command.POWER_PERCENT: THROTTLE}
    capabilities = snapshot.capabilities or Capabilities(commands=COMMANDS, wear=WEAR)
    return replace(
        snapshot,
        reported_state=state,
        fault=(said or f"failure {code}") if state is MinerState.FAULT else None,
        settings={
            **snapshot.settings,
            **{key: value for key, value in found.items() if value is not None},
        },
        capabilities=replace(capabilities, numbers={**capabilities.numbers, **numbers}),
    )


def with_settings(
    snapshot: MinerSnapshot, settings: object, presets: object
) -> MinerSnapshot:
    """Return the reading with what is set, and which presets there are."""
    found: dict[Command, Value] = {}
    asked = text(at(settings, "miner", "overclock", "preset"))
    if asked is not None:
        found[Command.LEVEL] = asked
    misc = at(settings, "miner", "misc")
    unbounded: Mapping[Command, float] = {}
    if isinstance(misc, Mapping) and "power_limit" in misc:
        unbounded = {Command.POWER_TARGET: POWER_STEP_W}
        limit = positive(misc.get("power_limit"))
        if misc.get("power_limit_enabled") is True and limit is not None:
            found[Command.POWER_TARGET] = limit
    labels = preset_labels(presets)
    capabilities = snapshot.capabilities or Capabilities(commands=COMMANDS, wear=WEAR)
    choices = {Command.LEVEL: tuple(labels)} if labels else {}
    return replace(
        snapshot,
        settings={**snapshot.settings, **found},
        capabilities=replace(
            capabilities,
            choices=choices,
            labels=labels,
            level_watts={
                name: watts
                for name, watts in preset_watts(presets).items()
                if name in labels
            },
            unbounded=unbounded,
        ),
    )


def preset_labels(presets: object) -> dict[str, str]:
    """Return the presets that may be chosen, with the device's own labels.

    Those that need a modified power supply are left out.
    """
    return {
        name: text(row.get("pretty")) or name
        for row in rows(presets, 128)
        if (name := text(row.get("name")))
        and name != NO_PRESET
        and row.get("modded_psu_required") is not True
    }


def preset_watts(presets: object) -> dict[str, float]:
    """Return the W of presets that are tuned, as their labels state them.

    One that is not tuned yet tunes for half an hour or more before it draws so much.
    """
    return {
        name: float(match[1])
        for row in rows(presets, 128)
        if (name := text(row.get("name")))
        and row.get("status") != "untuned"
        and (match := _PRESET_WATTS.match(text(row.get("pretty")) or ""))
    }


def with_summary(
    snapshot: MinerSnapshot, summary: object, unit: object
) -> MinerSnapshot:
    """Return the reading with what `/summary` says; rates are in the unit of `/info`."""
    miner = at(summary, "miner")
    if snapshot.reported_state is None:
        snapshot = with_status(snapshot, at(miner, "miner_status"))
    ghs = parse_unit(unit) or GHS
    stands = snapshot.reported_state in (MinerState.PAUSED, MinerState.FAULT)
    now = rate(at(miner, "hr_realtime"), ghs)
    watts = number(at(miner, "power_consumption"))
    measured = at(miner, "psu", "psu_power_metering") is True
    added: dict[str, Any] = {
        "hashrate_ghs": 0.0 if stands and now is not None else now,
        "ideal_hashrate_ghs": rate(positive(at(miner, "hr_nominal")), ghs),
        "error_rate": number(at(miner, "hw_errors_percent")),
        "hw_errors": count(at(miner, "hw_errors")),
        "power_w": None if watts is None or watts < 0 else watts,
        "power_source": PowerSource.WALL if measured else PowerSource.ESTIMATED,
        "fans": tuple(
            Fan(id=str(row.get("id", place)), rpm=speed)
            for place, row in enumerate(rows(at(miner, "cooling", "fans"), 16))
            if (speed := rpm(row.get("rpm"))) is not None
        ),
        "pools": tuple(_pools(miner)),
        "best_difficulty": positive(at(miner, "best_share")),
        "blocks_found": count(at(miner, "found_blocks")),
    }
    boards = [
        _board(place, row, stands=stands)
        for place, row in enumerate(rows(at(miner, "chains"), 16), 1)
    ]
    if len({board.id for board in boards}) < len(boards):
        boards = [replace(board, id=place) for place, board in enumerate(boards, 1)]
    return with_boards(replace(snapshot, **added), boards, HOT)


def _board(place: int, row: Object, *, stands: bool) -> BoardStatus:
    slot = count(row.get("id"))
    red = count(at(row, "chip_statuses", "red"))
    others = [count(at(row, "chip_statuses", name)) or 0 for name in ("orange", "grey")]
    chips = None if red is None else red + sum(others)
    now = rate(row.get("hashrate_rt"), GHS)
    return BoardStatus(
        id=place if slot is None else slot,
        hashrate_ghs=0.0 if stands and now is not None else now,
        temp_chip=hottest(at(row, "chip_temp", "max")),
        temp_pcb=hottest(at(row, "pcb_temp", "max")),
        chips_ok=None if not chips or red is None else chips - red,
        chips_total=chips or None,
        ideal_hashrate_ghs=rate(positive(row.get("hashrate_ideal")), GHS),
        frequency_mhz=positive(row.get("frequency")),
        hw_errors=count(row.get("hw_errors")),
    )


def _pools(miner: object) -> list[Pool]:
    """Return the pools of the owner, without that of the firmware's fee."""
    return [
        Pool(
            id=place,
            url=text(row.get("url")),
            worker=text(row.get("user")),
            active=row.get("status") == "active",
            accepted=count(row.get("accepted")),
            rejected=count(row.get("rejected")),
        )
        for place, row in enumerate(rows(at(miner, "pools"), 16))
        if row.get("pool_type") != "DevFee" and text(row.get("url"))
    ]
