"""Reads the values in pools' answers: numbers in text, epochs in s or ms, rates in words.

A value that makes no sense is None; a structure that makes none is UnexpectedReplyError.
"""

from datetime import UTC, datetime
import math
import re
from typing import Any

_FIRST_SHARE_EVER = datetime(2009, 1, 3, tzinfo=UTC).timestamp()
_MILLISECONDS = 1e11
"""Above this a time since 1970 cannot be in seconds: they would be in the year 5138."""
_RATE = re.compile(
    r"\s*([0-9.]+(?:e[+-]?[0-9]+)?)\s*([kmgtpez]?)(?:h|sol)?(?:/s)?\s*", re.IGNORECASE
)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6, "z": 7}


class UnexpectedReplyError(Exception):
    """A reply is valid JSON of another shape than the dialect's."""


def mapping(value: object) -> dict[str, Any]:
    """Return a JSON object; UnexpectedReplyError for anything else."""
    if not isinstance(value, dict):
        raise UnexpectedReplyError
    return value


def listing(value: object) -> list[Any]:
    """Return a JSON array; UnexpectedReplyError for anything else."""
    if not isinstance(value, list):
        raise UnexpectedReplyError
    return value


def text(value: object) -> str:
    """Return a name; UnexpectedReplyError for what is no text or number."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise UnexpectedReplyError


def message(value: object) -> str:
    """Return a pool's own text in lower case, to search in and never to show."""
    return value.casefold() if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """Return a finite number from a number or text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError, OverflowError:
        return None
    return found if math.isfinite(found) else None


def hashrate(value: object, unit: object = "") -> float | None:
    """Return H/s from a number or from text such as "1.42 KH/s", "1.19T".

    The unit counts where the value has none of its own.
    """
    scale = _RATE.fullmatch(f"1{unit}") if isinstance(unit, str) else None
    if scale is None:
        return None
    rate, prefix = number(value), scale[2]
    if rate is None and isinstance(value, str) and (found := _RATE.fullmatch(value)):
        rate, prefix = number(found[1]), found[2] or prefix
    if rate is None or rate < 0:
        return None
    return rate * 1000.0 ** _POWERS[prefix.lower()]


def epoch(value: object) -> datetime | None:
    """Return a time since 1970 in s or ms; None also for 0, which means never."""
    seconds = number(value)
    if seconds is None:
        return None
    if seconds > _MILLISECONDS:
        seconds /= 1000
    if seconds < _FIRST_SHARE_EVER:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except ValueError, OverflowError, OSError:
        return None


def iso_time(value: object) -> datetime | None:
    """Return a time in ISO 8601, UTC where it names no zone."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except ValueError, OverflowError:
        return None
    return found if found.timestamp() >= _FIRST_SHARE_EVER else None


def flag(value: object) -> bool | None:
    """Return a truth, if it is one."""
    return value if isinstance(value, bool) else None


def inverted(value: object) -> bool | None:
    """Return the opposite of a truth, for flags that say `offline`."""
    return not value if isinstance(value, bool) else None
