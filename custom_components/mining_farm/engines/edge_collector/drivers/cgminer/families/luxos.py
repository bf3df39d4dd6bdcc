"""LuxOS: Bitmain's `stats`, with board sensors only and rates that are 1 h means."""

from dataclasses import replace

from ....identity import normalise_mac
from ....models import MinerState, PowerSource
from ....values import positive, text
from ..family import Family, Reading
from ..replies import Replies
from . import antminer


def matches(replies: Replies) -> bool:
    """Return whether LUXminer answers."""
    return replies.description.startswith("LUXminer")


def read(replies: Replies) -> Reading:
    """Read as an Antminer, less what LuxOS fills in without knowing it."""
    reading = antminer.read(replies)
    # temp_chipN repeats the board's sensors.
    reading.boards = [replace(board, temp_chip=None) for board in reading.boards]
    reading.mac = normalise_mac(reading.hardware_id)
    version = replies.description.removeprefix("LUXminer").strip()
    reading.firmware = f"LuxOS {version.partition('-')[0]}".strip()
    reading.state = _state(replies)
    power = replies.row("power")
    reading.power_w = positive(power.get("Watts"))
    # Without a supply that measures the watts are calculated.
    estimated = power.get("PSU") is False
    reading.power_source = PowerSource.ESTIMATED if estimated else None
    return reading


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
