"""What one firmware family is to the rest: how to recognise, ask, read and judge it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...capabilities import Command, Value
from ...models import (
    ORIGINAL_LIMITS,
    Algorithm,
    BoardStatus,
    Fan,
    MinerState,
    PowerSource,
    TemperatureLimits,
)
from ...values import rpm
from .replies import Replies


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
    state: MinerState | None = None
    """What the firmware says that it is doing."""
    model: str | None = None
    firmware: str | None = None
    hardware_id: str | None = None
    mac: str | None = None
    fans: list[Fan] = field(default_factory=list)
    temp_water_in: float | None = None
    temp_water_out: float | None = None
    temperature_overall: float | None = None
    power_w: float | None = None
    power_source: PowerSource | None = None
    hot: TemperatureLimits | None = None
    """As the device itself states them; they outrank those of the family."""
    uptime_s: int | None = None
    own_error_rate: bool = False
    """Whether `error_rate` counts, as the family's work is on a scale of its own."""
    error_rate: float | None = None
    """Hardware errors in percent, as the firmware states it."""
    hw_errors: int | None = None
    settings: dict[Command, Value] = field(default_factory=dict)
    fault: str | None = None


def fans(speeds: Mapping[str, object]) -> list[Fan]:
    """Return the fans whose speed is known, standing ones included."""
    return [
        Fan(id=name, rpm=speed)
        for name, value in speeds.items()
        if (speed := rpm(value)) is not None
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family; all that the product knows of it by name stands in its own file."""

    name: str
    matches: Callable[[Replies], bool]
    read: Callable[[Replies], Reading]
    """Reads replies that once matched; what they no longer hold is unknown."""
    commands: tuple[str, ...] = ()
    """What is worth asking beyond the commands of every miner."""
    apart: tuple[str, ...] = ()
    """Commands that cannot be joined; the first answers also while the miner sleeps."""
    hot: TemperatureLimits = ORIGINAL_LIMITS
    """Chip temperatures from which a board is judged by its heat."""
    has_water_apart: Callable[[str | None], bool] = lambda _model: False
    """Whether the water of a model stands in `stats` with `new_api` only."""
    kept: bool = True
    """Whether a match holds until the firmware changes; not for what fits everything."""
