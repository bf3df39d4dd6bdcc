"""Decimals as integers of 10^-18 ("fp18"), exactly as the network's nodes read them."""

from ..errors import NumberError
from ..models import FP

_PLACES = 18


def parse_fp18(text: str) -> int:
    """Return a decimal text in fp18; NumberError unless it has at most 18 places.

    Signs, spaces around, a bare dot and the decimal digits of any script count, as
    they do in the reference. There is no upper bound.
    """
    digits = text.strip()
    if not digits:
        raise NumberError("empty number")
    negative = digits[0] == "-"
    if digits[0] in "+-":
        digits = digits[1:]
        if not digits:
            raise NumberError(f"a sign without digits: {text!r}")
    whole, _, places = digits.partition(".")
    whole = whole or "0"
    if not whole.isdigit() or (places and not places.isdigit()):
        raise NumberError(f"not a decimal: {_shortened(text)}")
    places = places.rstrip("0")
    if len(places) > _PLACES:
        raise NumberError(f"more than 18 decimal places: {_shortened(text)}")
    try:
        value = int(whole) * FP + int(places.ljust(_PLACES, "0"))
    except ValueError as err:
        # Superscripts are digits, not decimals; and int() reads 4,300 digits at most.
        raise NumberError(f"not a decimal: {_shortened(text)}") from err
    return -value if negative else value


def format_fp18(value: int) -> str:
    """Return the shortest decimal text of a number in fp18."""
    whole, places = divmod(abs(value), FP)
    sign = "-" if value < 0 else ""
    if not places:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{places:018d}".rstrip("0")


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
