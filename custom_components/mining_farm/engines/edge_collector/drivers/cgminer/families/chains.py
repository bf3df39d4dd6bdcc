"""Miners with one `stats` entry per chain: Innosilicon (T and A series) and MinerVa."""

from ....models import Algorithm, BoardStatus
from ....units import MHS, SOLS
from ....values import count, hottest, positive, rate, sum_of
from ..family import Family, Reading, fans
from ..replies import Replies, Row
from .generic import total_rate


def matches(replies: Replies) -> bool:
    """Return whether the first entry of `stats` is a chain."""
    return "Chain ID" in replies.row("stats")


def read(replies: Replies) -> Reading:
    """Read every entry that has a Chain ID, and `summary`."""
    chains = [row for row in replies.rows("stats") if "Chain ID" in row]
    first = chains[0] if chains else {}
    summary = replies.row("summary")
    equihash = replies.description.lower().startswith("innominer a9")
    boards = [_board(row, place, equihash=equihash) for place, row in enumerate(chains)]
    return Reading(
        boards=boards,
        # An A9 gives its solutions per second as "MHS".
        hashrate_ghs=rate(summary.get("MHS 5s"), SOLS)
        if equihash
        else total_rate(summary),
        algorithm=Algorithm.EQUIHASH if equihash else None,
        model=replies.model or _model(replies),
        firmware=replies.description or None,
        fans=fans({str(n): first.get(f"Fan{n} Speed") for n in range(4)}),
        uptime_s=count(first.get("Elapsed")),
        hw_errors=sum_of(board.hw_errors for board in boards),
    )


def _board(row: Row, place: int, *, equihash: bool) -> BoardStatus:
    """Read one chain."""
    slot = count(row.get("Chain ID"))
    now = total_rate(row)
    if now is None and not equihash:
        now = rate(row.get("MHS av"), MHS)
    return BoardStatus(
        id=place if slot is None else slot,
        # The "MHS av" of an A9's chain is no rate of solutions.
        hashrate_ghs=None if equihash else now,
        temp_chip=hottest(row.get("Temp max"), row.get("Temp Avg")),
        chips_ok=count(row.get("Num active chips")),
        chips_total=count(row.get("Num chips")) or count(row.get("Chip Count")),
        frequency_mhz=positive(row.get("Device Freq")),
        hw_errors=count(row.get("Hardware Errors")),
    )


def _model(replies: Replies) -> str | None:
    """Return "Innosilicon A9" for "innominer a9-1.1.0"."""
    name, _, build = replies.description.partition(" ")
    series = build.partition("-")[0]
    return f"Innosilicon {series.upper()}" if name == "innominer" and series else None


FAMILY = Family(
    name="chains",
    matches=matches,
    read=read,
)
