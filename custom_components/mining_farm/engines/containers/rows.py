"""A plant as data: its numbers, flags, alarms and limits, and how each is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from .models import Nature, Severity


class Quantity(StrEnum):
    """What a number measures."""

    TEMPERATURE = "temperature"
    TEMPERATURE_DELTA = "temperature_delta"
    HUMIDITY = "humidity"
    PRESSURE = "pressure"
    FLOW = "flow"
    POWER = "power"
    LEVEL = "level"
    FREQUENCY = "frequency"
    VOLTAGE = "voltage"
    CURRENT = "current"
    OTHER = "other"


class Shape(StrEnum):
    """What a flag says when it is on."""

    RUNNING = "running"
    MOVING = "moving"
    CONNECTED = "connected"
    """The controller has its plant; off is known even without an answer."""
    MODE = "mode"
    """A mode or a permission; nothing moves by it alone."""


class Write(StrEnum):
    """What a plant can be asked to do."""

    START = "start"
    STOP = "stop"
    RESET = "reset"
    SET_TEMPERATURE = "set_temperature"
    PID = "pid"
    """Let the controller pick its target."""


class Confidence(StrEnum):
    """How sure the meaning of a key is; none was confirmed on hardware by us."""

    HIGH = "high"
    MEDIUM_HIGH = "medium-high"
    MEDIUM = "medium"
    MEDIUM_LOW = "medium-low"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What a number can be; anything outside is a broken sensor or a wrong scale."""

    low: float
    high: float
    zero_from: float = 0
    """Down to this a value counts as the low end: an offset of the sensor."""


AIR = Range(low=-60, high=100)
"""°C of air, for the fields that are no coolant."""
# A broken wire reads -3276.8 or 6553.5, which is 0x8000 or 0xFFFF in tenths. Plants are
# leak-tested at 7 bar (vendor document): more than 16 is another unit.
PLAUSIBLE: Mapping[Quantity, Range] = {
    Quantity.TEMPERATURE: Range(low=-40, high=120),
    Quantity.HUMIDITY: Range(low=0, high=100),
    Quantity.PRESSURE: Range(low=0, high=16, zero_from=-0.1),
    Quantity.FLOW: Range(low=0, high=1000),
    Quantity.POWER: Range(low=0, high=10_000_000),
    Quantity.LEVEL: Range(low=0, high=1000),
    Quantity.FREQUENCY: Range(low=0, high=100),
    Quantity.VOLTAGE: Range(low=0, high=1000),
    Quantity.CURRENT: Range(low=0, high=20_000),
}
"""The range of each quantity in °C, %, bar, m³/h, W, cm, Hz, V and A: wide on purpose."""

type Values = Mapping[str, float | None]
"""A plant's numbers by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A number of a plant."""

    key: str
    wire: str | None
    """Its name in the controller's answer; None where it is derived from others."""
    aliases: tuple[str, ...] = ()
    factor: float = 1
    """Raw times this is the value in `unit`; pressures go by their unit option."""
    derive: Callable[[Values], float | None] | None = None
    """Computes it from the numbers of the rows above; None where a part is unknown."""
    unit: str | None
    quantity: Quantity
    confidence: Confidence
    range: Range | None = None
    """In `unit`, where it is not the quantity's own."""
    measured: bool = True
    """False for what is no measurement: a position, a version."""
    diagnostic: bool = False
    enabled: bool = True
    """Whether its entity is enabled when it is added."""

    @property
    def plausible(self) -> Range | None:
        """Return the range outside which it is unknown; None where any number may be."""
        return self.range or PLAUSIBLE.get(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A yes or no of a plant."""

    key: str
    wire: str
    inverted: bool = False
    confidence: Confidence
    shape: Shape = Shape.RUNNING
    diagnostic: bool = False
    enabled: bool = True
    """Whether its entity is enabled when it is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """A number that is an alarm when it falls below a limit, in its own unit."""

    field: str
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmKind:
    """An alarm that a plant can raise, by a bit or by a limit of ours."""

    key: str
    """Unique within its plant, one per bit: it distinguishes numbered fans and pumps."""
    wire: str | None
    """Its name in the controller's answer; None where a limit decides."""
    aliases: tuple[str, ...] = ()
    below: Below | None = None
    name: str
    """The documented alert name, which numbered parts share."""
    severity: Severity
    nature: Nature = Nature.PROBLEM
    number: int | None = None
    """Which fan or pump."""
    is_fault: bool = True
    """Whether it turns the status to error."""
    own: bool = False
    """Whether it is a limit of the user's own, and its name the user's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPointBounds:
    """Supply temperatures in °C that may be asked for; the plants have no limits."""

    low: float
    high: float
    step: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantTable:
    """All that is known of one model, as data."""

    model: str
    """Stored in entries; unique over all makers."""
    name: str
    """As people call it: maker and model."""
    manufacturer: str
    fields: tuple[Field, ...]
    flags: tuple[Flag, ...]
    alarms: tuple[AlarmKind, ...]
    running_flags: tuple[str, ...]
    """Any of these on means that the plant runs."""
    supply_temperatures: tuple[str, ...]
    """Fields of the coolant on its way to the miners; the warmest counts."""
    bounds: SetPointBounds
    """The default set-point bounds."""
    writes: frozenset[Write]
    stop_is_shown: bool
    """Whether the running flags go off after a stop.

    Where pumps may run on, an accepted stop and a fresh reading are all the proof.
    """

    @property
    def has_pressures(self) -> bool:
        """Return whether the unit of its raw pressures matters."""
        return any(field.quantity is Quantity.PRESSURE for field in self.fields)

    def with_severities(self, severities: Mapping[str, Severity]) -> PlantTable:
        """Return this table with other severities of some alarms, by their keys."""
        return replace(
            self,
            alarms=tuple(
                replace(kind, severity=severities.get(kind.key, kind.severity))
                for kind in self.alarms
            ),
        )

    def alarm(self, key: str) -> AlarmKind:
        """Return an alarm by its key; KeyError where the plant has none."""
        for kind in self.alarms:
            if kind.key == key:
                return kind
        raise KeyError(key)
