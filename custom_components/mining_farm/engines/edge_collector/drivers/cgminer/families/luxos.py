"""LuxOS: Bitmain's `stats`, with board sensors only and rates that are 1 h means."""

from dataclasses import replace

from ....capabilities import Command, Value
from ....identity import normalise_mac
from ....models import MinerState, PowerSource
from ....values import positive, text
from ..family import Family, Reading
from ..replies import Replies, Row
from . import antminer


def matches(replies: Replies) -> bool:
    """Return whether LUXminer answers."""
    return replies.description.startswith("LUXminer")


def read(replies: Replies) -> Reading:
    """Read as an Antminer, less what LuxOS fills in without knowing it."""
    reading = antminer.read(replies)
    # temp_chipN repeats the board's sensors.
    reading.boards = [replace(board, temp_chip=None) for board in reading.boards]
    config = replies.row("config")
    reading.mac = normalise_mac(reading.hardware_id) or normalise_mac(
        config.get("MACAddr")
    )
    version = replies.description.removeprefix("LUXminer").strip()
    reading.firmware = f"LuxOS {version.partition('-')[0]}".strip()
    reading.state = _state(replies)
    reading.settings = settings_of(config)
    power = replies.row("power")
    reading.power_w = positive(power.get("Watts"))
    # Without a supply that measures the watts are calculated.
    estimated = power.get("PSU") is False
    reading.power_source = PowerSource.ESTIMATED if estimated else None
    return reading


def settings_of(config: Row) -> dict[Command, Value]:
    """Return the profile, and whether the LED blinks."""
    profile, led = text(config.get("Profile")), text(config.get("RedLed"))
    found: dict[Command, Value | None] = {
        Command.LEVEL: profile,
        Command.LOCATE: None if led is None else led.lower() == "blink",
    }
    return {command: value for command, value in found.items() if value is not None}


def _state(replies: Replies) -> MinerState | None:
    """Return what `config` and the boards say; a curtailed board may still be Alive."""
    devices, config = replies.rows("devs"), replies.row("config")
    mode = text(config.get("CurtailMode"))
    if mode and mode.lower() != "none":
        return MinerState.PAUSED
    if devices and all(each.get("IsUserShutdown") is True for each in devices):
        return MinerState.PAUSED
    if any(each.get("IsRamping") is True for each in devices):
        return MinerState.STARTING
    return MinerState.TUNING if config.get("IsTuning") is True else None


FAMILY = Family(
    name="luxos",
    matches=matches,
    read=read,
    commands=("config", "power"),
)
