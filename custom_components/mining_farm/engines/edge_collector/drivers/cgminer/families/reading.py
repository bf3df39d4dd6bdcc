"""What a firmware family hands over."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ....models import Algorithm, BoardStatus, Fan
from ....values import rpm


@dataclass(slots=True, kw_only=True)
class Reading:
    """What a family reads by rules of its own; units and None as in MinerSnapshot."""

    boards: list[BoardStatus] = field(default_factory=list)
    """Not judged yet."""
    hashrate_ghs: float | None = None
    average_ghs: float | None = None
    """Rate since the start, where it says how much work was done."""
    ideal_hashrate_ghs: float | None = None
    algorithm: Algorithm | None = None
    sleeping: bool = False
    model: str | None = None
    firmware: str | None = None
    hardware_id: str | None = None
    mac: str | None = None
    fans: list[Fan] = field(default_factory=list)
    temp_water_in: float | None = None
    temp_water_out: float | None = None
    temperature_overall: float | None = None
    power_w: float | None = None
    uptime_s: int | None = None
    own_error_rate: bool = False
    """Whether `error_rate` counts, as the family's work is on a scale of its own."""
    error_rate: float | None = None
    """Hardware errors in percent, as the firmware states it."""
    hw_errors: int | None = None


def fans(speeds: Mapping[str, object]) -> list[Fan]:
    """Return the fans whose speed is told, standing ones included."""
    return [
        Fan(id=name, rpm=speed)
        for name, value in speeds.items()
        if (speed := rpm(value)) is not None
    ]
