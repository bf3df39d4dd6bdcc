"""Reads single JSON values: numbers, flags and words; what makes no sense is None."""

import re

_NO_DATA = -100_000
"""Controllers send this or less where they have no reading (miner-monitor's notes)."""
_BEYOND = 1e12
"""No plant measures so much; sums and other units of less stay numbers to show."""
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""A text that is one; Python's own reading takes 1_000 and digits of any script."""


def number(value: object) -> float | None:
    """Return a number from a number or its text; None for none, no data, or too much."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        return None
    try:
        found = float(value)
    except ValueError, OverflowError:
        return None
    return found if _NO_DATA < found < _BEYOND else None


def amount(value: object) -> float | None:
    """Return a number that cannot be negative: a hashrate, a time."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def count(value: object) -> int | None:
    """Return a whole number of things."""
    found = amount(value)
    return int(found) if found is not None and found.is_integer() else None


def flag(value: object) -> bool | None:
    """Return a yes or no where it is explicit: a truth, 0 or 1, or a word for either.

    Anything else, an empty text too, is neither: it raises no alarm and clears none.
    """
    match value:
        case bool():
            return value
        case int() | float() if value in (0, 1):
            return value == 1
        case str() if (said := value.strip().casefold()) in _YES | _NO:
            return said in _YES
        case _:
            return None


def word(value: object) -> str | None:
    """Return a text that says something."""
    return value.strip() or None if isinstance(value, str) else None
