"""Spondoolies SP36: one `stats` text with the boards as JSON inside JSON."""

import json
from typing import Any

from ....models import Algorithm, BoardStatus
from ....units import MHS
from ....values import count, hottest, positive, rate
from ..family import Family, Reading, fans
from ..replies import Replies
from . import generic

_KEY = "json-stats"
_BOARDS = ("top-board", "bottom-board")


def matches(replies: Replies) -> bool:
    """Return whether the text is there."""
    return _KEY in replies.row("stats")


def read(replies: Replies) -> Reading:
    """Read `summary` as plain cgminer, and the boards, 0 on top, from the text."""
    reading = generic.read(replies)
    parsed = _parse(replies.row("stats").get(_KEY))
    reading.algorithm = Algorithm.X11
    reading.boards = [
        BoardStatus(
            id=place,
            # The mean of the run; "reported-hashrate" is what the board is set to.
            hashrate_ghs=rate(board.get("avg-hashrate"), MHS),
            temp_chip=hottest(board.get("max-temp")),
            temp_pcb=hottest(board.get("front-temp"), board.get("rear-temp")),
            chips_ok=count(board.get("working-asics")),
        )
        for place, name in enumerate(_BOARDS)
        if isinstance(board := parsed.get(name), dict)
    ]
    watts = [
        positive(board.get("power"))
        for name in _BOARDS
        if isinstance(board := parsed.get(name), dict)
    ]
    known = [each for each in watts if each is not None]
    reading.power_w = sum(known) if known and len(known) == len(watts) else None
    speeds = parsed.get("fan-speeds")
    if isinstance(speeds, list):
        reading.fans = fans({str(n): speed for n, speed in enumerate(speeds)})
    return reading


def _parse(text: object) -> dict[str, Any]:
    """Return the object in the text; nothing when it is none."""
    try:
        parsed = json.loads(text) if isinstance(text, str) else None
    except ValueError, RecursionError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


FAMILY = Family(
    name="spondoolies",
    matches=matches,
    read=read,
)
