"""What LuxOS says of its set points: `config`, `profiles`, `fans`, `tempctrl`, `atm`."""

from collections.abc import Mapping
from typing import Any

from ...capabilities import Bounds, Capabilities, Command, FanMode, Value, Wear
from ...identity import normalise_mac, normalise_model
from ...models import Algorithm, Fan, MinerSnapshot, MinerState
from ...values import number, positive, rpm, text
from ..cgminer.families.luxos import settings_of

type Row = Mapping[str, Any]

FAN_SPEED = Bounds(minimum=15, maximum=100, step=1, source="family")
POWER_STEP_W = 50
COMMANDS = (
    Command.PAUSE,
    Command.RESUME,
    Command.RESTART_MINING,
    Command.REBOOT,
    Command.LOCATE,
)
WEAR = {Command.LEVEL: Wear.RETUNES, Command.POWER_TARGET: Wear.RETUNES}
_MOST_PROFILES = 128


def rows_of(reply: Mapping[str, Any], section: str) -> list[Row]:
    """Return the rows of a section."""
    found = reply.get(section)
    listed = found[:_MOST_PROFILES] if isinstance(found, list) else []
    return [row for row in listed if isinstance(row, Mapping)]


def row_of(reply: Mapping[str, Any], section: str) -> Row:
    """Return the one row of a section; an empty one where there is none."""
    return next(iter(rows_of(reply, section)), {})


def parse_config(config: Row) -> MinerSnapshot:
    """Return what `config` says."""
    mode = (text(config.get("CurtailMode")) or "").lower()
    asleep = mode not in ("", "none")
    tuning = MinerState.TUNING if config.get("IsTuning") is True else None
    return MinerSnapshot(
        model=normalise_model(config.get("Model")),
        mac=normalise_mac(config.get("MACAddr")),
        algorithm=Algorithm.SHA256,
        reported_state=MinerState.PAUSED if asleep else tuning,
        settings=settings_of(config),
    )


def capabilities_of(profiles: list[Row], fan_mode: object, atm: Row) -> Capabilities:
    """Return what can be ordered, as far as the firmware has commands for it."""
    named = {
        name: positive(row.get("Watts"))
        for row in profiles
        if (name := text(row.get("Profile Name")))
    }
    labels = {
        name: name if watts is None else f"{name} (about {watts:.0f} W)"
        for name, watts in named.items()
    }
    choices: dict[Command, tuple[str, ...]] = {}
    if labels:
        choices[Command.LEVEL] = tuple(labels)
    has_fans = text(fan_mode) is not None
    if has_fans:
        choices[Command.FAN_MODE] = (FanMode.AUTOMATIC, FanMode.MANUAL)
    has_target = "PowerTarget" in atm
    return Capabilities(
        commands=COMMANDS,
        numbers={Command.FAN_SPEED: FAN_SPEED} if has_fans else {},
        unbounded={Command.POWER_TARGET: POWER_STEP_W} if has_target else {},
        choices=choices,
        labels=labels,
        level_watts={name: watts for name, watts in named.items() if watts is not None},
        wear=WEAR,
    )


def fan_settings(fans: list[Row], fan_mode: object) -> dict[Command, Value]:
    """Return how the fans are set."""
    speeds = [number(row.get("Speed")) for row in fans]
    known = [speed for speed in speeds if speed is not None]
    found: dict[Command, Value] = {}
    if known:
        found[Command.FAN_SPEED] = max(known)
    if mode := text(fan_mode):
        automatic = mode.lower().startswith("auto")
        found[Command.FAN_MODE] = FanMode.AUTOMATIC if automatic else FanMode.MANUAL
    return found


def fans_of(rows: list[Row]) -> tuple[Fan, ...]:
    """Return the fans, numbered as in `stats`: "FAN4" is the fourth."""
    return tuple(
        Fan(
            id=(text(row.get("FAN")) or str(place)).lower().removeprefix("fan"),
            rpm=speed,
        )
        for place, row in enumerate(rows[:16], 1)
        if (speed := rpm(row.get("RPM"))) is not None
    )
