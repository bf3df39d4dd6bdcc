"""Which supply temperatures may be asked for: the plant itself takes any number."""

import math

from .errors import OutOfBoundsError
from .models import PlantReading
from .rows import SetPointBounds


def check_set_point(celsius: object, bounds: SetPointBounds) -> float:
    """Return a set point in °C that may be sent; OutOfBoundsError for any other."""
    if isinstance(celsius, bool) or not isinstance(celsius, int | float):
        raise OutOfBoundsError("a set point has to be a number")
    if not bounds.low <= celsius <= bounds.high:
        raise OutOfBoundsError(
            f"a set point has to be from {bounds.low:g} to {bounds.high:g} °C"
        )
    steps = celsius / bounds.step
    if not math.isclose(steps, round(steps), abs_tol=1e-6):
        raise OutOfBoundsError(f"a set point has to be a multiple of {bounds.step:g}")
    return float(f"{celsius:.6g}")


def manual_set_point(
    remembered: float | None, reading: PlantReading | None, bounds: SetPointBounds
) -> float:
    """Return the set point that ends PID mode; OutOfBoundsError where none is known.

    There is no "PID off": a number ends it, the last manual one or else the target in
    force.
    """
    for celsius in (remembered, reading.set_point if reading is not None else None):
        try:
            return check_set_point(celsius, bounds)
        except OutOfBoundsError:
            continue
    raise OutOfBoundsError("no manual set point is known that could end PID mode")
