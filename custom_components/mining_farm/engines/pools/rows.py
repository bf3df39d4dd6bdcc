"""Reads the rows of a list of workers; one that cannot be read leaves the others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .models import WorkerReport
from .values import UnexpectedReplyError, listing, mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRow:
    """A row that makes no sense: its worker is listed, and nothing is known of it."""

    name: str | None = field(default=None, repr=False)
    """None where the row does not say whose it is."""


type Row = WorkerReport | OddRow


def read_row[Raw](
    read: Callable[[Raw], WorkerReport], raw: Raw, name: str | None = None
) -> Row:
    """Return a worker, or an odd row where it is empty or of another shape."""
    try:
        return read(raw) if raw else OddRow(name=name)
    except UnexpectedReplyError:
        return OddRow(name=name)


def read_list(
    value: object, read: Callable[[dict[str, Any]], WorkerReport]
) -> list[Row]:
    """Return the rows of an array of objects; UnexpectedReplyError for what is none."""
    return [read_row(lambda row: read(mapping(row)), row) for row in listing(value)]


def read_named(
    value: object, read: Callable[[str, dict[str, Any]], WorkerReport]
) -> list[Row]:
    """Return the rows of an object by worker's name; UnexpectedReplyError as above."""
    return [
        read_row(partial(_read_named, read, name), row, name)
        for name, row in mapping(value).items()
    ]


def _read_named(
    read: Callable[[str, dict[str, Any]], WorkerReport], name: str, row: object
) -> WorkerReport:
    return read(name, mapping(row))


def sort_rows(rows: Iterable[Row]) -> tuple[list[WorkerReport], list[OddRow]]:
    """Return workers, those with an odd row of their name among them, and odd rows.

    Where nothing at all can be read the answer is another pool's: UnexpectedReplyError.
    """
    listed = list(rows)
    workers = [row for row in listed if isinstance(row, WorkerReport)]
    odd = [row for row in listed if isinstance(row, OddRow)]
    if odd and not workers:
        raise UnexpectedReplyError
    known = {worker.name for worker in workers}
    # A worker whose row cannot be read is listed all the same: it must not seem absent.
    names = {row.name for row in odd if row.name is not None} - known
    return [*workers, *(WorkerReport(name=name) for name in sorted(names))], odd
