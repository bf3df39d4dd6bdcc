"""Makes readings of answers' params: pure, and no value in them can break it."""

from collections.abc import Iterable, Mapping

from ..errors import UnknownDeviceError
from ..models import Implausible, PlantReading, PressureUnit
from ..rows import AlarmKind, Field, Flag, PlantTable, Quantity, Values
from .detect import detect, fits
from .models import Model
from .tables import TABLES
from .values import flag, number

_BAR: Mapping[PressureUnit, float] = {
    PressureUnit.MPA: 10,
    PressureUnit.BAR: 1,
    PressureUnit.KPA: 0.01,
    # MiningOS's mock sends 35 where 3.5 bar would be usual; no plant is known to.
    PressureUnit.MPA_HUNDREDTHS: 0.1,
}


def parse_plant(
    params: object,
    model: Model | None = None,
    pressure_unit: PressureUnit = PressureUnit.MPA,
) -> PlantReading:
    """Return what a `coolerState` says; UnknownDeviceError where it is of no such plant.

    A model that is known stays; else it follows from the answer.
    """
    model = model or detect(params)
    if not isinstance(params, Mapping) or model is None or not fits(model, params):
        raise UnknownDeviceError("the answer is no state of this kind of container")
    table = TABLES[model]
    disconnected = flag(params.get("disconnect")) is True
    # Without its PLC the controller can only repeat what it last read.
    current = {"disconnect": True} if disconnected else params
    measured, implausible = _measured(table, current, pressure_unit)
    values = _with_derived(table, measured)
    flags = {row.key: _flag(row, current) for row in table.flags}
    alarms = {kind.key: _alarm(kind, params, values) for kind in table.alarms}
    if disconnected:
        alarms = {key: on or None for key, on in alarms.items()}
    return PlantReading(
        model=model,
        values=values,
        flags=flags,
        alarm_states=alarms,
        running=_any(flags[key] for key in table.running_flags),
        implausible=implausible,
    )


def _measured(
    table: PlantTable, params: Mapping[str, object], pressure_unit: PressureUnit
) -> tuple[dict[str, float | None], dict[str, Implausible]]:
    """Return the numbers that came, and what cannot be true of them."""
    values: dict[str, float | None] = {}
    implausible: dict[str, Implausible] = {}
    for row in table.fields:
        value = _value(row, params, pressure_unit)
        if value is not None and (limits := row.plausible) is not None:
            if value > limits.high:
                implausible[row.key] = Implausible.TOO_HIGH
            elif value < min(limits.low, limits.zero_from):
                implausible[row.key] = Implausible.TOO_LOW
            else:
                value = max(value, limits.low)
        values[row.key] = None if row.key in implausible else value
    return values, implausible


def _with_derived(
    table: PlantTable, measured: Mapping[str, float | None]
) -> dict[str, float | None]:
    values = dict(measured)
    for row in table.fields:
        if row.derive is not None:
            values[row.key] = row.derive(values)
    return values


def _raw(row: Field | Flag | AlarmKind, params: Mapping[str, object]) -> object:
    """Return what an answer holds under a row's wire key or else an alias of it."""
    aliases = () if isinstance(row, Flag) else row.aliases
    for key in (row.wire, *aliases):
        if key is not None and key in params:
            return params[key]
    return None


def _value(
    row: Field, params: Mapping[str, object], pressure_unit: PressureUnit
) -> float | None:
    raw = number(_raw(row, params))
    if raw is None:
        return None
    is_pressure = row.quantity is Quantity.PRESSURE
    factor = _BAR[pressure_unit] if is_pressure else row.factor
    # Ten digits are more than any sensor has, and hide what 0.35 * 10 adds.
    return float(f"{raw * factor:.10g}")


def _flag(row: Flag, params: Mapping[str, object]) -> bool | None:
    on = flag(_raw(row, params))
    return on if on is None or not row.inverted else not on


def _alarm(
    kind: AlarmKind, params: Mapping[str, object], values: Values
) -> bool | None:
    if kind.below is None:
        return flag(_raw(kind, params))
    value = values[kind.below.field]
    # 0 is a number like any other: MiningOS takes it for none and misses the frost.
    return None if value is None else value < kind.below.limit


def _any(flags: Iterable[bool | None]) -> bool | None:
    """Return True for one that is on, False where all are off, and else None."""
    states = list(flags)
    if True in states:
        return True
    return None if None in states else False
