"""The pools of a miner, which of them it works for, and the shares."""

from collections.abc import Sequence
import re

from ...models import Pool
from ...values import count, number, sum_of, text
from .replies import Replies, Row

_AGE = re.compile(r"([0-9]{1,6}):([0-9]{2}):([0-9]{2})")
_ADDRESS = re.compile(r"[^\s*]+[.:][^\s*]+")
# Pools choose a difficulty at which a share comes every few seconds, a minute at most.
_IDLE_S = 600
"""A pool whose last share is this much older than another's is not worked for."""


def read_pools(replies: Replies) -> tuple[Pool, ...]:
    """Return the configured pools; empty rows are left out."""
    rows = [row for row in replies.rows("pools") if text(row.get("URL"))]
    active = _active(rows)
    return tuple(
        _pool(row, place, active=row is active) for place, row in enumerate(rows)
    )


def read_shares(replies: Replies) -> tuple[int | None, int | None]:
    """Return the accepted and rejected shares since the start.

    X3, Hammer and Blackminer print one and the same difficulty for both in `summary`:
    then, and without `summary`, the user's pools are added up, else the devices.
    """
    summary = replies.row("summary")
    stated = summary.get("Accepted"), summary.get("Rejected")
    if count(stated[0]) is not None and (
        stated[0] != stated[1] or not number(stated[0])
    ):
        return count(stated[0]), count(stated[1])
    rows = [row for row in replies.rows("pools") if _is_own(row)]
    rows = rows or replies.rows("devs", "edevs")
    return _sum(rows, "Accepted"), _sum(rows, "Rejected")


def _pool(row: Row, place: int, *, active: bool) -> Pool:
    """Read one row."""
    stated = count(row.get("POOL"))
    status = text(row.get("Status"))
    return Pool(
        id=place if stated is None else stated,
        url=text(row.get("URL")),
        worker=text(row.get("User")),
        # The S19 rewrite writes "Deed" for dead.
        alive=None if status is None else status.lower() == "alive",
        active=active,
        accepted=count(row.get("Accepted")),
        rejected=count(row.get("Rejected")),
    )


def _active(rows: Sequence[Row]) -> Row | None:
    """Return the row worked for: alive, connected, with fresh shares, by priority.

    Several rows may be connected at once; a spare one has had no share for long.
    """
    candidates = [
        row
        for row in rows
        if (text(row.get("Status")) or "alive").lower() == "alive"
        and row.get("Stratum Active") not in (False, "false")
        and _is_own(row)
    ]
    times = [time for row in candidates if (time := _last_share(row)) is not None]
    newest = max(times, default=None)
    fresh = [
        row
        for row in candidates
        if newest is None
        or ((time := _last_share(row)) is not None and newest - time < _IDLE_S)
    ]
    return min(fresh, key=_priority, default=None)


def _is_own(row: Row) -> bool:
    """Return whether a row is the user's; forks mine for their maker at "DevFee" or "*"."""
    return bool(_ADDRESS.search(text(row.get("URL")) or ""))


def _priority(row: Row) -> float:
    """Return the rank among the pools, 0 first; unranked ones last."""
    stated = number(row.get("Priority"))
    if stated is None:
        stated = number(row.get("POOL"))
    return 1e9 if stated is None else stated


def _last_share(row: Row) -> float | None:
    """Return when the last share was found, in s on a scale of this reply's own.

    Stated as an age ("0:00:23") or a time; 0 is never, and other texts say nothing.
    """
    stated = row.get("Last Share Time")
    if isinstance(stated, str) and (age := _AGE.fullmatch(stated.strip())):
        hours, minutes, seconds = map(int, age.groups())
        return -float(hours * 3600 + minutes * 60 + seconds)
    return number(stated) or None


def _sum(rows: Sequence[Row], key: str) -> int | None:
    """Return the sum of a counter over rows; None when one does not state it."""
    return sum_of(count(row.get(key)) for row in rows)
