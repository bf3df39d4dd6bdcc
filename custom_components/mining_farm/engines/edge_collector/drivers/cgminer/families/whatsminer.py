"""Whatsminer: `summary` describes the miner, `devs` or `edevs` its boards."""

from ....identity import normalise_mac
from ....models import Algorithm
from ....units import GHS
from ....values import hottest, positive, rate, text
from ..family import Family, Reading, fans
from ..replies import Replies
from . import generic


def matches(replies: Replies) -> bool:
    """Return whether btminer answers, or its fans do, as old firmware signs as cgminer."""
    return replies.description.lower().startswith(("btminer", "whatsminer")) or any(
        "Fan Speed In" in replies.row(command)
        for command in ("summary", "devs", "edevs")
    )


def read(replies: Replies) -> Reading:
    """Read as plain cgminer, and what only a Whatsminer has in its `summary`."""
    reading = generic.read(replies)
    summary = replies.row("summary")
    source = summary if "Fan Speed In" in summary else replies.row("devs")
    model = text(replies.row("devdetails").get("Model"))
    # Chips that fail are no longer counted, and how many there should be is not stated.
    reading.algorithm = Algorithm.SHA256
    reading.model = f"Whatsminer {model}" if model else None
    version = (text(summary.get("Firmware Version")) or "").strip("' ")
    reading.firmware = version or reading.firmware
    reading.mac = normalise_mac(summary.get("MAC"))
    reading.fans = fans(
        {"in": source.get("Fan Speed In"), "out": source.get("Fan Speed Out")}
    )
    reading.ideal_hashrate_ghs = rate(positive(summary.get("Factory GHS")), GHS)
    reading.temperature_overall = hottest(summary.get("Temperature"))
    reading.power_w = positive(summary.get("Power"))
    return reading


FAMILY = Family(
    name="whatsminer",
    matches=matches,
    read=read,
    commands=("devdetails",),
)
