"""One value of a reply, whatever its type, as a number or text; None when it says nothing."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
import math
import re
from typing import Any

from .models import RateUnit
from .units import parse_unit

MAX_RATE_GHS = 1e9
"""1 EH/s: no single miner comes near it."""
MAX_RPM = 30_000
_MAX_TEXT = 255
"""Characters of the longest text that is kept or searched for numbers."""

# "60-58-70-68", and with frost "2--1-20-22", which is 2, -1, 20, 22.
_DASH_JOINED = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(?:-|$)")
_WHOLE_DEGREES = re.compile(r"[0-9]{1,3}(?:-[0-9]{1,3})*+")
_WITH_UNIT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+/s)", re.ASCII)
_LISTED = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def number(value: object) -> float | None:
    """Return a finite number, also from text; None for anything else, bool included."""
    # By the type itself, not its ancestors: this is most of the work of a poll.
    kind = type(value)
    if kind is float:
        result: float = value  # type: ignore[assignment]
    elif kind is int or kind is str:
        try:
            result = float(value)  # type: ignore[arg-type]
        except ValueError, OverflowError:
            return None
    else:
        return None
    return result if math.isfinite(result) else None


def positive(value: object) -> float | None:
    """Return a number above zero: firmware prints 0 where it knows nothing."""
    kind = type(value)
    if kind is float:
        return value if 0 < value < math.inf else None  # type: ignore[operator,return-value]
    if kind is int and 0 <= value < 2**63:  # type: ignore[operator]
        return float(value) if value else None  # type: ignore[arg-type]
    if value is None:
        return None
    result = number(value)
    return result if result is not None and result > 0 else None


def count(value: object) -> int | None:
    """Return a counter; None for a negative one and for the 2⁶⁴-1 of an unset one."""
    if type(value) is int:
        return value if 0 <= value < 2**63 else None
    result = number(value)
    if result is None or not 0 <= result < 2**63:
        return None
    return int(result)


def rpm(value: object) -> int | None:
    """Return a fan speed in RPM; 0 is a fan that stands still."""
    result = count(value)
    return result if result is not None and result <= MAX_RPM else None


def rate(value: object, unit: RateUnit | None) -> float | None:
    """Return a rate given in a unit, in GH/s; 0 is a measured zero.

    A unit behind the number outranks the given one. Without a unit, and with one that
    is not known, a rate is unknown.
    """
    if value is None:
        return None
    if (
        isinstance(value, str)
        and "/" in value
        and (stated := _WITH_UNIT.fullmatch(value.strip()))
    ):
        value, unit = stated[1], parse_unit(stated[2])
    result = value if type(value) is float else number(value)
    if result is None or unit is None:
        return None
    rate_ghs = result * unit.ghs
    return round_rate(rate_ghs) if 0 <= rate_ghs <= MAX_RATE_GHS else None


def round_rate(rate_ghs: float) -> float:
    """Return a rate in GH/s without the noise of binary fractions."""
    # A kSol/s is 1e-6 GH/s, so small rates need more digits.
    return round(rate_ghs, 6 if rate_ghs >= 1 else 12)


def total(rates_ghs: Iterable[float | None]) -> float | None:
    """Return the sum of rates in GH/s; None of none, and where one is not known."""
    rates = list(rates_ghs)
    known = [each for each in rates if each is not None]
    if not known or len(known) < len(rates):
        return None
    return round_rate(math.fsum(known))


def sum_of(counts: Iterable[int | None]) -> int | None:
    """Return the sum of counters; None of none, and where one is not known."""
    listed = list(counts)
    known = [each for each in listed if each is not None]
    return sum(known) if known and len(known) == len(listed) else None


def temperatures(value: object) -> Sequence[float]:
    """Return the plausible temperatures in °C of one field.

    A field is a number, a list, "60-58-70-68" or "[67.30, 0.00]". 0 is a missing sensor
    everywhere, -83 a broken one (S9), -7.3e31 memory never written (Blackminer).
    """
    if isinstance(value, str):
        if len(value) <= _MAX_TEXT:
            return _printed_temperatures(value)
        return _whole_degrees(value) or ()
    if type(value) is int or type(value) is float:
        return (float(value),) if _is_plausible(value) else ()
    return _plausible(value if isinstance(value, list | tuple) else [value])


def _printed_temperatures(value: str) -> Sequence[float]:
    if (degrees := _whole_degrees(value)) is not None:
        return degrees
    if value.startswith("["):
        return _plausible(_LISTED.findall(value))
    return _plausible(_DASH_JOINED.findall(value) if "-" in value else [value])


def _whole_degrees(value: str) -> Sequence[float] | None:
    """Return the temperatures as nearly all print them; None for another text."""
    if not _WHOLE_DEGREES.fullmatch(value):
        return None
    return tuple([t for t in map(float, value.split("-")) if 0 < t < 150])


def _plausible(found: Sequence[Any]) -> Sequence[float]:
    return tuple([t for t in map(number, found) if t is not None and _is_plausible(t)])


def _is_plausible(value: float) -> bool:
    return -40 < value < 150 and value != 0


def hottest(*fields: object) -> float | None:
    """Return the highest plausible temperature in °C of several fields."""
    highest: float | None = None
    for field in fields:
        if field is None:
            continue
        kind = type(field)
        if kind is int or kind is float:
            t = float(field) if _is_plausible(field) else None  # type: ignore[arg-type]
        elif kind is str and len(field) <= _MAX_TEXT:  # type: ignore[arg-type]
            t = _printed_hottest(field)
        else:
            t = max(temperatures(field), default=None)
        if t is not None and (highest is None or t > highest):
            highest = t
    return highest


# Whole degrees, half a dozen texts at each poll of each miner: nearly all came before.
@lru_cache(maxsize=1024)
def _printed_hottest(value: str) -> float | None:
    return max(_printed_temperatures(value), default=None)


def text(value: object) -> str | None:
    """Return a text without its margins, of bounded length; None for an empty one.

    Pool and worker names pass through firmware as they come: what cannot be shown or
    stored (control characters, halves of a surrogate pair) becomes a question mark.
    """
    if not isinstance(value, str):
        return None
    shown = value.strip()[:_MAX_TEXT]
    if not shown.isprintable():
        shown = "".join(each if each.isprintable() else "?" for each in shown)
    return shown or None
