"""A reply before it is bytes, and the two forms that cgminer gives it.

The shapes follow cgminer's api.c: a STATUS row, one section of rows, `id`; in text one
`|` ends each row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import Any, Literal

type Value = str | int | float
type Row = dict[str, Value]

_NAMED_ROWS = frozenset({"SUMMARY", "VERSION", "CONFIG"})
"""Sections whose text form begins with their name."""
_ESCAPED = frozenset({"URL", "User", "Stratum URL", "Msg"})
"""Fields in whose text form `,`, `|`, `=` and `\\` are escaped; others are as they come."""


class Number(str):
    """A number exactly as the firmware prints it."""

    __slots__ = ()


# By type and without a general encoder: replies have up to 250 values.
_TOKENS: dict[type, Callable[[Any], str]] = {
    Number: str.__str__,
    str: encode_basestring_ascii,
    int: int.__repr__,
    float: float.__repr__,
    bool: lambda value: "true" if value else "false",
}


def fixed(value: float, digits: int = 2) -> Number:
    """Return a number with that many digits after the point."""
    return Number(f"{value:.{digits}f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one firmware writes."""

    spaced: bool = False
    """A space after `,` and `:`."""
    glued: bool = False
    """No comma between the first two rows of stats."""
    stray_comma: bool = False
    """Text keeps the comma between two rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One reply: the STATUS row, and the rows of one section if it is no error."""

    letter: Literal["S", "E"] = "S"
    code: int
    message: str
    section: str = ""
    rows: tuple[Row, ...] = ()


def success(code: int, message: str, section: str, *rows: Row) -> Report:
    """Return a reply that holds rows."""
    return Report(code=code, message=message, section=section, rows=rows)


def as_json(report: Report, status: Row, style: Style) -> str:
    """Return the JSON form; not always valid JSON, as on the real machine."""
    comma, colon = (", ", ": ") if style.spaced else (",", ":")
    document = f'{{"STATUS"{colon}[{_object(status, comma, colon)}]{comma}'
    if report.section:
        rows = [_object(row, comma, colon) for row in report.rows]
        if style.glued and report.section == "STATS" and len(rows) > 1:
            rows[:2] = [rows[0] + rows[1]]
        document += f'"{report.section}"{colon}[{comma.join(rows)}]{comma}'
    return f'{document}"id"{colon}1}}'


def as_text(report: Report, status: Row, style: Style) -> str:
    """Return the plain-text form."""
    between = "," if style.stray_comma else ""
    name = f"{report.section}," if report.section in _NAMED_ROWS else ""
    rows = between.join(f"{name}{_pairs(row)}|" for row in report.rows)
    return f"{_pairs(status)}|{rows}"


def _object(row: Row, comma: str, colon: str) -> str:
    pairs = [f'"{key}"{colon}{_TOKENS[type(row[key])](row[key])}' for key in row]
    return f"{{{comma.join(pairs)}}}"


def _pairs(row: Row) -> str:
    return ",".join([f"{key}={_plain(key, row[key])}" for key in row])


def _plain(key: str, value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.2f}"
        case str() if key in _ESCAPED:
            for mark in "\\,|=":
                value = value.replace(mark, f"\\{mark}")
    return str(value)
