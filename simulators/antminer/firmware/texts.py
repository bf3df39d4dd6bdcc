"""How firmwares print single values."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from simulators.antminer.report import Value

type Printer = Callable[[float, int], Value]
"""How a firmware prints a float: the number, and the digits where it fixes them."""

_LETTERS = bytes((ord("x"), ord("o"))) + bytes(range(2, 256))


def as_float(value: float, _digits: int) -> Value:
    """Print as a JSON library does."""
    return round(float(value), 2)


@lru_cache(maxsize=4096)
def chip_text(chips: bytes, group: int) -> str:
    """Return one letter per chip in groups with a space before each: " oox ooo"."""
    letters = chips.translate(_LETTERS).decode()
    return "".join(
        [f" {letters[n : n + group]}" for n in range(0, len(letters), group)]
    )


def mhs(ghs: float) -> float:
    """Return a rate in MH/s."""
    return round(ghs * 1000, 2)


def dashed(temps: Iterable[float]) -> str:
    """Return sensors as Bitmain joins them: "60-58-73-74", "2--1-20-22"."""
    return "-".join([f"{temp:.0f}" for temp in temps])


def suffixed(value: float) -> str:
    """Return three significant digits with a suffix: 65.5K, 262K, 1.05M."""
    power = 0
    while value >= 1000:
        value /= 1000
        power += 1
    return f"{value:.3g}{' KMGTPE'[power].strip()}"


def age(moment: int, now: int) -> str:
    """Return how long ago a share was found: "0:00:12", or "0" for never."""
    if not moment:
        return "0"
    minutes, seconds = divmod(max(now - moment, 0), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def host(url: str) -> str:
    """Return a pool's host name."""
    return url.rpartition("//")[2].partition(":")[0]
