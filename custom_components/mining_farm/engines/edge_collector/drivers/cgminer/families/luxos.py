"""LuxOS: Bitmain's `stats`, with board sensors only and rates that are 1 h means."""

from dataclasses import replace

from ....identity import normalise_mac
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
    devices = replies.rows("devs")
    reading.sleeping = bool(devices) and all(
        device.get("IsUserShutdown") is True for device in devices
    )
    return reading


FAMILY = Family(
    name="luxos",
    matches=matches,
    read=read,
)
