"""Whatsminer: `summary` describes the miner, `devs` or `edevs` its boards."""

from collections.abc import Mapping

from ....faults import stops_hashing
from ....identity import normalise_mac
from ....models import Algorithm, MinerState, PowerSource, TemperatureLimits
from ....units import GHS
from ....values import count, hottest, positive, rate, text
from ..family import Family, Reading, fans
from ..replies import Replies, Row
from . import generic

# Both hold text; API 2.0.5 has the first, and older firmware the second (captures).
_MINING_STOPPED = ("mineroff", "btmineroff")
# Raising the frequencies takes 3 to 10 minutes (public clients), and several times that
# in the cold or at a slower `upfreq_speed`. One that is at it for longer has a fault.
_LONGEST_START_S = 3600
_MOST_FAULTS = 16


def matches(replies: Replies) -> bool:
    """Return whether btminer answers, or its fans do, as old firmware signs as cgminer.

    While btminer is stopped only `version` and `status` answer, unsigned.
    """
    return (
        replies.description.lower().startswith(("btminer", "whatsminer"))
        or any(
            "Fan Speed In" in replies.row(command)
            for command in ("summary", "devs", "edevs")
        )
        or "fw_ver" in _message(replies, "version")
        or not _message(replies, "status").keys().isdisjoint(_MINING_STOPPED)
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
    # It is printed with quotes: "'20210322.22.REL'" (capture).
    version = (
        text(summary.get("Firmware Version"))
        or text(_message(replies, "version").get("fw_ver"))
        or ""
    ).strip("' ")
    reading.firmware = version or reading.firmware
    reading.mac = normalise_mac(summary.get("MAC"))
    reading.fans = fans(
        {"in": source.get("Fan Speed In"), "out": source.get("Fan Speed Out")}
    )
    reading.ideal_hashrate_ghs = rate(positive(summary.get("Factory GHS")), GHS)
    reading.temperature_overall = hottest(summary.get("Temperature"))
    reading.power_w = positive(summary.get("Power"))
    reading.power_source = PowerSource.WALL
    codes = _codes(summary)
    reading.fault = ", ".join(codes) or None
    reading.state = _state(replies, reading.uptime_s)
    # A measured rate outranks a code, which may stay in the list.
    rates = [reading.hashrate_ghs, *(board.hashrate_ghs for board in reading.boards)]
    if reading.state is None and not any(rates) and stops_hashing(codes):
        reading.state = MinerState.FAULT
    return reading


def _codes(summary: Row) -> list[str]:
    """Return the present codes, which `summary` numbers from 0."""
    listed = count(summary.get("Error Code Count")) or 0
    codes = [
        text(str(summary.get(f"Error Code {place}", "")))
        for place in range(min(listed, _MOST_FAULTS))
    ]
    return [code for code in codes if code]


def _state(replies: Replies, uptime_s: int | None) -> MinerState | None:
    """Return whether the miner was stopped by command, or still raises its frequencies."""
    status = _message(replies, "status")
    if any(str(status.get(key)).lower() == "true" for key in _MINING_STOPPED):
        return MinerState.PAUSED
    complete = [row.get("Upfreq Complete") for row in replies.rows("devs", "edevs")]
    if 0 in complete and uptime_s is not None and uptime_s < _LONGEST_START_S:
        return MinerState.STARTING
    return None


def _message(replies: Replies, command: str) -> Row:
    """Return the object that some commands answer with as `Msg`."""
    message = replies.reply(command).get("Msg")
    return message if isinstance(message, Mapping) else {}


FAMILY = Family(
    name="whatsminer",
    matches=matches,
    read=read,
    commands=("devdetails",),
    apart=("status",),
    # An M20S works at 88; at 92 its own error list says that its surroundings are hot.
    hot=TemperatureLimits(warning=90, critical=100),
)
