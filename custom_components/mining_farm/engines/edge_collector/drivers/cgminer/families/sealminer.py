"""SealMiner (bdminer): all readings in one `stats` entry, a board's number before its keys.

The "MHS 5s" of its `summary` is a share count over a short window, far off the rate.
"""

import re

from ....capabilities import Command, Value
from ....identity import normalise_mac
from ....models import Algorithm, BoardStatus, PowerSource
from ....units import MHS
from ....values import count, positive, rate, text
from ..family import Family, Reading, fans
from ..replies import MAX_PARTS, Replies, Row

_BOARD_KEY = re.compile(r"([0-9]{1,3}) (?:Chip Count|MHS\(Sample\))")
_FAN_KEY = re.compile(r"([0-9]{1,3}) Speed")


def matches(replies: Replies) -> bool:
    """Return whether bdminer answers."""
    return replies.description.lower().startswith("bdminer")


def read(replies: Replies) -> Reading:
    """Read the one entry of `stats`."""
    entry, summary = replies.row("stats"), replies.row("summary")
    model = text(entry.get("Model"))
    version = text(entry.get("Firmware"))
    uptime = count(entry.get("Elapsed"))
    return Reading(
        boards=[_board(entry, slot) for slot in _numbers(entry, _BOARD_KEY)],
        hashrate_ghs=rate(entry.get("MHS(Sample)"), MHS),
        average_ghs=rate(entry.get("MHS(Avg)"), MHS),
        ideal_hashrate_ghs=rate(positive(entry.get("MHS(Ideal)")), MHS),
        algorithm=Algorithm.SHA256,
        model=f"SealMiner {model}" if model else None,
        firmware=version or replies.description,
        mac=normalise_mac(entry.get("MAC")),
        fans=fans({str(n): entry[f"{n} Speed"] for n in _numbers(entry, _FAN_KEY)}),
        # At the wall; "PSU Output Power" is what reaches the boards.
        power_w=positive(entry.get("PSU Input Power")),
        power_source=PowerSource.WALL,
        uptime_s=count(summary.get("Elapsed")) if uptime is None else uptime,
        settings=_settings(entry),
        fault=_fault(entry),
    )


def _settings(entry: Row) -> dict[Command, Value]:
    """Return its mining mode, in the words of its pages, and the power that it keeps to."""
    found: dict[Command, Value] = {}
    if mode := text(entry.get("Mining Mode")):
        found[Command.LEVEL] = "_".join(mode.lower().split())
    if limit := positive(entry.get("Power Limit")):
        found[Command.POWER_TARGET] = limit
    return found


def _fault(entry: Row) -> str | None:
    """Return what it says is wrong: its own code first, then that of its supply."""
    if code := text(entry.get("Error Code")):
        return f"error code {code}"
    supply = text(entry.get("PSU Error")) or ""
    return f"PSU error {supply}" if supply.strip("0x") else None


def _numbers(entry: Row, key: re.Pattern[str]) -> list[int]:
    """Return the numbers before a key, sorted."""
    found = {int(match[1]) for match in map(key.fullmatch, entry) if match}
    return sorted(found)[:MAX_PARTS]


def _board(entry: Row, slot: int) -> BoardStatus:
    """Read one board; whether its four sensors sit on chips is not documented."""
    chips = count(entry.get(f"{slot} Chip Count"))
    bad = count(entry.get(f"{slot} Bad Chip Count"))
    chips_ok = None
    if chips is not None and bad is not None and bad <= chips:
        chips_ok = chips - bad
    return BoardStatus(
        id=slot,
        hashrate_ghs=rate(entry.get(f"{slot} MHS(Sample)"), MHS),
        chips_ok=chips_ok,
        chips_total=chips or None,
        ideal_hashrate_ghs=rate(positive(entry.get(f"{slot} MHS(Ideal)")), MHS),
        frequency_mhz=positive(entry.get(f"{slot} Freq")),
    )


FAMILY = Family(
    name="sealminer",
    matches=matches,
    read=read,
)
