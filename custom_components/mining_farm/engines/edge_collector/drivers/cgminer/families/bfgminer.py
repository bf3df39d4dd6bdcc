"""bfgminer and its kin: FutureBit, Goldshell (kdaminer).

They state rates over 20 s, and count work in fractions of a share of difficulty 1.
"""

from dataclasses import replace

from ....models import BoardStatus, Fan
from ....values import count, hottest, number, total
from ..family import Family, Reading, fans
from ..replies import Replies, Row
from . import generic

_CHIP_SENSORS = ("tstemp-0", "tstemp-1", "tstemp-2")
_FANS = ("fan0", "fan1")


def matches(replies: Replies) -> bool:
    """Return whether bfgminer or a descendant answers."""
    return replies.description.lower().startswith(("bfgminer", "kdaminer"))


def read(replies: Replies) -> Reading:
    """Read as plain cgminer, with what only these rows hold."""
    reading = generic.read(replies)
    rows = generic.rows_by_slot(replies.rows("devs", "edevs"))
    # Goldshell (kdaminer 5.4.2) names this section DEVS as well (capture).
    details = replies.reply("devdetails").get("DEVS")
    chips = generic.rows_by_slot(
        [row for row in details if isinstance(row, dict)]
        if isinstance(details, list)
        else []
    )
    reading.boards = [
        _board(board, rows.get(board.id, {}), chips.get(board.id, {}))
        for board in reading.boards
    ]
    if reading.hashrate_ghs is None:
        reading.hashrate_ghs = total(board.hashrate_ghs for board in reading.boards)
    reading.fans = reading.fans or _fans(rows)
    # No ratio can be made of errors and fractions of work: the percentage is given.
    reading.own_error_rate = True
    percentages = [number(row.get("Device Hardware%")) for row in rows.values()]
    reading.error_rate = max(
        (each for each in percentages if each is not None), default=None
    )
    return reading


def _board(board: BoardStatus, row: Row, details: Row) -> BoardStatus:
    """Return the board with its chip sensors and its chips, where a row has them."""
    return replace(
        board,
        temp_chip=hottest(*(row.get(key) for key in _CHIP_SENSORS)) or board.temp_chip,
        chips_total=count(details.get("chips-nr")) or board.chips_total,
    )


def _fans(rows: dict[int, Row]) -> list[Fan]:
    """Return the fans of all boards, by their number, and by board where several are."""
    return fans(
        {
            key.removeprefix("fan") if len(rows) == 1 else f"{slot}-{key[3:]}": row[key]
            for slot, row in rows.items()
            for key in _FANS
            if key in row
        }
    )


FAMILY = Family(
    name="bfgminer",
    matches=matches,
    read=read,
    commands=("devdetails",),
)
