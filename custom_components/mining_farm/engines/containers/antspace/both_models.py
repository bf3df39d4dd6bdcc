"""Rows that both plants have, by the same names."""

from ..models import Nature, Severity
from ..rows import AlarmKind, Confidence, Field, Flag, Quantity, Shape

MANUFACTURER = "Bitmain"

SET_POINT = Field(
    key="supply_liquid_set_temp",
    wire="supply_liquid_set_temp",
    unit="°C",
    quantity=Quantity.TEMPERATURE,
    confidence=Confidence.HIGH,
)
# Their format is documented nowhere and 0 means not set: none is shown as a location.
COORDINATES = (
    Field(
        key="longitude",
        wire="longitude",
        unit=None,
        quantity=Quantity.OTHER,
        confidence=Confidence.LOW,
        measured=False,
        diagnostic=True,
        enabled=False,
    ),
    Field(
        key="longitude_direction",
        wire="longitude_direction",
        unit=None,
        quantity=Quantity.OTHER,
        confidence=Confidence.LOW,
        measured=False,
        diagnostic=True,
        enabled=False,
    ),
    Field(
        key="latitude",
        wire="latitude",
        unit=None,
        quantity=Quantity.OTHER,
        confidence=Confidence.LOW,
        measured=False,
        diagnostic=True,
        enabled=False,
    ),
    Field(
        key="latitude_direction",
        wire="latitude_direction",
        unit=None,
        quantity=Quantity.OTHER,
        confidence=Confidence.LOW,
        measured=False,
        diagnostic=True,
        enabled=False,
    ),
)
MODES = (
    Flag(
        key="pid_mode",
        wire="pid_mode",
        confidence=Confidence.HIGH,
        shape=Shape.MODE,
    ),
    Flag(
        key="running_mode",
        wire="running_mode",
        confidence=Confidence.LOW,
        shape=Shape.MODE,
        diagnostic=True,
        enabled=False,
    ),
    Flag(
        key="connected",
        wire="disconnect",
        inverted=True,
        confidence=Confidence.MEDIUM_HIGH,
        shape=Shape.CONNECTED,
        diagnostic=True,
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
# MiningOS shows a lost PLC without an alert, and its status stays running; the severity
# is miner-monitor's.
DISCONNECTED = AlarmKind(
    key="disconnect",
    wire="disconnect",
    name="disconnect",
    severity=Severity.CRITICAL,
)
