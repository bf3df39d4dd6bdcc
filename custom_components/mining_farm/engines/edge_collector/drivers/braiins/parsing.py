"""What a Braiins OS reports over REST, as a snapshot.

Fields as in the maker's OpenAPI of 25.07 and 26.04.
"""

from collections.abc import Mapping

from ...capabilities import Bounds, Capabilities, Command, Value, Wear
from ...identity import normalise_id, normalise_mac, normalise_model
from ...models import Algorithm, Fan, MinerSnapshot, MinerState, PowerSource
from ...units import GHS
from ...values import count, number, positive, rate, rpm, text
from ..web import Object, at, rows
from . import cooling

POWER_STEP_W = 10
_STATES = {
    1: MinerState.STARTING,
    2: MinerState.HASHING,
    3: MinerState.PAUSED,
    # The device has stopped itself.
    4: MinerState.FAULT,
    5: MinerState.LIMITED,
}
COMMANDS = (
    Command.PAUSE,
    Command.RESUME,
    Command.RESTART_MINING,
    Command.REBOOT,
    Command.LOCATE,
)
WEAR = {
    Command.POWER_TARGET: Wear.RETUNES,
    Command.HASHRATE_TARGET: Wear.RETUNES,
    Command.BOARD: Wear.RETUNES,
    **dict.fromkeys(cooling.COMMANDS, Wear.LIVE),
}
WITHOUT_ACCOUNT = MinerSnapshot(capabilities=Capabilities(commands=COMMANDS, wear=WEAR))
"""What is known of a miner that nobody has signed in to."""


def parse_details(details: Object, tuner: object = None) -> MinerSnapshot:
    """Return who the miner is and what it does."""
    return MinerSnapshot(
        model=normalise_model(at(details, "miner_identity", "miner_model"))
        or normalise_model(at(details, "miner_identity", "name")),
        firmware=text(at(details, "bos_version", "current")),
        mac=normalise_mac(details.get("mac_address")),
        hardware_id=normalise_id(details.get("serial_number"))
        or normalise_id(details.get("uid")),
        algorithm=Algorithm.SHA256,
        reported_state=state_of(details, tuner),
        uptime_s=count(details.get("bosminer_uptime_s")),
        settings=targets_of(tuner),
    )


def state_of(details: Object, tuner: object) -> MinerState | None:
    """Return what the miner says that it does; 5 of the tuner is plain work."""
    status = count(details.get("status"))
    state = None if status is None else _STATES.get(status)
    if state is not MinerState.HASHING:
        return state
    match number(at(tuner, "overall_tuner_state")):
        case 3:
            return MinerState.TUNING
        case 6:
            return MinerState.STARTING
    return state


def targets_of(tuner: object) -> Mapping[Command, Value]:
    """Return what the miner tunes itself to; only one of them rules."""
    watts = at(tuner, "mode_state", "powertargetmodestate", "current_target", "watt")
    terahashes = at(
        tuner,
        "mode_state",
        "hashratetargetmodestate",
        "current_target",
        "terahash_per_second",
    )
    found = {
        Command.POWER_TARGET: positive(watts),
        Command.HASHRATE_TARGET: positive(terahashes),
    }
    return {command: value for command, value in found.items() if value is not None}


def capabilities_of(constraints: object) -> Capabilities:
    """Return what can be ordered, within the bounds that the device states."""
    tuner = at(constraints, "tuner_constraints")
    found = {
        Command.POWER_TARGET: _bounds(at(tuner, "power_target"), "watt", POWER_STEP_W),
        Command.HASHRATE_TARGET: _bounds(
            at(tuner, "hashrate_target"), "terahash_per_second", 1
        ),
    }
    listed = at(constraints, "hashboards_constraints", "hashboard_ids")
    boards = listed[:16] if isinstance(listed, list) else []
    fans = cooling.bounds_of(constraints)
    return Capabilities(
        commands=COMMANDS,
        numbers={
            **{key: value for key, value in found.items() if value is not None},
            **fans,
        },
        choices=cooling.choices_of(fans),
        boards=tuple(board for board in map(text, boards) if board is not None),
        wear=WEAR,
    )


def _bounds(constraint: object, unit: str, step: float) -> Bounds | None:
    least = positive(at(constraint, "min", unit))
    most = positive(at(constraint, "max", unit))
    if least is None or most is None or most < least:
        return None
    return Bounds(minimum=least, maximum=most, step=step, source="device")


def boards_on(hashboards: object) -> Mapping[str, bool]:
    """Return which hashboards are on."""
    return {
        name: row["enabled"]
        for row in rows(at(hashboards, "hashboards"), 16)
        if (name := text(row.get("id"))) and isinstance(row.get("enabled"), bool)
    }


def rate_of(stats: object) -> float | None:
    """Return the rate of the last minute in GH/s."""
    last = at(stats, "miner_stats", "real_hashrate", "last_1m", "gigahash_per_second")
    return rate(last, GHS)


def power_of(stats: object) -> tuple[float | None, PowerSource | None]:
    """Return the power in W, which the firmware calculates."""
    watts = at(stats, "power_stats", "approximated_consumption", "watt")
    found = number(watts)
    if found is None or found < 0:
        return None, None
    return found, PowerSource.ESTIMATED


def fans_of(cooling: object) -> tuple[Fan, ...]:
    """Return the fans, by their positions."""
    return tuple(
        Fan(id=str(position), rpm=speed)
        for place, row in enumerate(rows(at(cooling, "fans"), 16))
        if (speed := rpm(row.get("rpm"))) is not None
        for position in (count(row.get("position", place)),)
    )


def with_stats(snapshot: MinerSnapshot, stats: object) -> dict[str, object]:
    """Return the fields that `/miner/stats` adds."""
    now = rate_of(stats)
    power, source = power_of(stats)
    nominal = at(stats, "miner_stats", "nominal_hashrate", "gigahash_per_second")
    paused = snapshot.reported_state is MinerState.PAUSED
    return {
        "hashrate_ghs": 0.0 if paused and now is not None else now,
        "ideal_hashrate_ghs": rate(positive(nominal), GHS),
        "power_w": power,
        "power_source": source,
        "accepted": count(at(stats, "pool_stats", "accepted_shares")),
        "rejected": count(at(stats, "pool_stats", "rejected_shares")),
        "best_difficulty": positive(at(stats, "miner_stats", "best_share")),
        "blocks_found": count(at(stats, "miner_stats", "found_blocks")),
    }
