"""The rows that a model's plant is told with: fields, flags and alarms as data."""

from dataclasses import dataclass
from enum import StrEnum

from .models import Model, Nature, Severity


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


class Confidence(StrEnum):
    """How sure the meaning of a key is; none was seen on hardware by us."""

    HIGH = "high"
    MEDIUM_HIGH = "medium-high"
    MEDIUM = "medium"
    MEDIUM_LOW = "medium-low"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A number of `coolerState`; `wire` is None where it is derived from others."""

    key: str
    wire: str | None
    aliases: tuple[str, ...] = ()
    factor: float = 1
    """Raw times this is the value in `unit`; pressures go by their unit option."""
    unit: str | None
    quantity: Quantity
    confidence: Confidence
    ceiling: float | None = None
    """In `unit`; more than this cannot be true and is told as unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A yes or no of `coolerState`."""

    key: str
    wire: str
    inverted: bool = False
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmKind:
    """An alarm that a model can raise; `wire` is None where it is computed here."""

    key: str
    """Unique within its model, one per bit: numbered fans and pumps are told apart."""
    wire: str | None
    aliases: tuple[str, ...] = ()
    name: str
    """The documented alert name, which numbered parts share."""
    severity: Severity
    nature: Nature = Nature.PROBLEM
    number: int | None = None
    """Which fan or pump."""
    is_fault: bool = True
    """Whether it turns the status to error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPointBounds:
    """The supply temperatures in °C that may be asked for; the plant has no limits."""

    low: float
    high: float
    step: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantTable:
    """All that is known of one model, as data."""

    model: Model
    fields: tuple[Field, ...]
    flags: tuple[Flag, ...]
    alarms: tuple[AlarmKind, ...]
    running_flags: tuple[str, ...]
    """Any of these on means that the plant runs."""
    bounds: SetPointBounds
    """The default set-point bounds."""

    def alarm(self, key: str) -> AlarmKind:
        """Return an alarm by its key; KeyError where the model has none."""
        for kind in self.alarms:
            if kind.key == key:
                return kind
        raise KeyError(key)
