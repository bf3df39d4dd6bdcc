"""What both plants tell in the same words: rows that both tables hold."""

from .models import Nature, Severity
from .rows import AlarmKind, Confidence, Field, Flag, Quantity

SET_POINT = Field(
    key="supply_liquid_set_temp",
    wire="supply_liquid_set_temp",
    unit="°C",
    quantity=Quantity.TEMPERATURE,
    confidence=Confidence.HIGH,
)
COORDINATES = (
    Field(
        key="longitude",
        wire="longitude",
        unit=None,
        quantity=Quantity.OTHER,
        confidence=Confidence.LOW,
    ),
    Field(
        key="longitude_direction",
        wire="longitude_direction",
        unit=None,
        quantity=Quantity.OTHER,
        confidence=Confidence.LOW,
    ),
    Field(
        key="latitude",
        wire="latitude",
        unit=None,
        quantity=Quantity.OTHER,
        confidence=Confidence.LOW,
    ),
    Field(
        key="latitude_direction",
        wire="latitude_direction",
        unit=None,
        quantity=Quantity.OTHER,
        confidence=Confidence.LOW,
    ),
)
MODES = (
    Flag(key="pid_mode", wire="pid_mode", confidence=Confidence.HIGH),
    Flag(key="running_mode", wire="running_mode", confidence=Confidence.LOW),
    Flag(
        key="connected",
        wire="disconnect",
        inverted=True,
        confidence=Confidence.MEDIUM_HIGH,
    ),
)
LEAK = AlarmKind(
    key="leakage_fault",
    wire="leakage_fault",
    name="leakage_fault",
    severity=Severity.CRITICAL,
    nature=Nature.MOISTURE,
)
SUPPLY_HIGH = AlarmKind(
    key="supply_liquid_temp_high",
    wire="supply_liquid_temp_high",
    name="supply_liquid_temp_high",
    severity=Severity.HIGH,
    nature=Nature.HEAT,
)
SUPPLY_TOO_HIGH = AlarmKind(
    key="supply_liquid_temp_too_high",
    wire="supply_liquid_temp_too_high",
    name="supply_liquid_temp_too_high",
    severity=Severity.CRITICAL,
    nature=Nature.HEAT,
)
DISCONNECTED = AlarmKind(
    key="disconnect",
    wire="disconnect",
    name="disconnect",
    severity=Severity.CRITICAL,
)
