"""Makes readings of answers' params: pure, and no value in them can break it."""

from collections.abc import Iterable, Mapping

from .detect import detect, fits
from .errors import NotAntspaceError
from .models import Model, PlantReading, PressureUnit
from .rows import AlarmKind, Field, Flag, Quantity
from .tables import TABLES
from .values import flag, number

COLD_LIMIT = 20.0
"""HK3 coolant colder than this, °C, lets water condense on it (MiningOS)."""
_BAR: Mapping[PressureUnit, float] = {
    PressureUnit.MPA: 10,
    PressureUnit.BAR: 1,
    PressureUnit.KPA: 0.01,
    PressureUnit.MPA_HUNDREDTHS: 0.1,
}
_WATER = 1.163
"""Heat in kWh that a cubic metre of water takes per kelvin."""


def parse_plant(
    params: object,
    model: Model | None = None,
    pressure_unit: PressureUnit = PressureUnit.MPA,
) -> PlantReading:
    """Return what a `coolerState` says; NotAntspaceError where it is of no such plant.

    A model that is known stays; else the answer tells it.
    """
    model = model or detect(params)
    if not isinstance(params, Mapping) or model is None or not fits(model, params):
        raise NotAntspaceError("the answer is no state of this kind of container")
    table = TABLES[model]
    disconnected = flag(params.get("disconnect")) is True
    # Without its PLC the controller can only repeat what it last heard.
    told = {"disconnect": True} if disconnected else params
    values = {row.key: _value(row, told, pressure_unit) for row in table.fields}
    implausible = frozenset(
        row.key for row in table.fields if _is_above(row, values[row.key])
    )
    values |= dict.fromkeys(implausible)
    values |= _derived(model, values)
    flags = {row.key: _flag(row, told) for row in table.flags}
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


def _told(row: Field | Flag | AlarmKind, params: Mapping[str, object]) -> object:
    """Return what an answer holds under a row's wire key or else an alias of it."""
    aliases = () if isinstance(row, Flag) else row.aliases
    for key in (row.wire, *aliases):
        if key is not None and key in params:
            return params[key]
    return None


def _value(
    row: Field, params: Mapping[str, object], pressure_unit: PressureUnit
) -> float | None:
    raw = number(_told(row, params))
    if raw is None:
        return None
    is_pressure = row.quantity is Quantity.PRESSURE
    factor = _BAR[pressure_unit] if is_pressure else row.factor
    # Ten digits are more than any sensor has, and hide what 0.35 * 10 adds.
    return float(f"{raw * factor:.10g}")


def _is_above(row: Field, value: float | None) -> bool:
    return row.ceiling is not None and value is not None and value > row.ceiling


def _flag(row: Flag, params: Mapping[str, object]) -> bool | None:
    on = flag(_told(row, params))
    return on if on is None or not row.inverted else not on


def _alarm(
    kind: AlarmKind,
    params: Mapping[str, object],
    values: Mapping[str, float | None],
) -> bool | None:
    if kind.wire is not None:
        return flag(_told(kind, params))
    supply = values["supply_liquid_temp"]
    return None if supply is None else supply < COLD_LIMIT


def _derived(
    model: Model, values: Mapping[str, float | None]
) -> dict[str, float | None]:
    """Return the numbers that no key holds; None where any part of one is missing."""
    if model is not Model.HK3:
        return {}
    delta = _sum(values["return_liquid_temp"], values["supply_liquid_temp"], sign=-1)
    flow = values["supply_liquid_flow"]
    heat = None if flow is None or delta is None else flow * _WATER * delta
    return {
        "total_power": _sum(
            values["distribution_box1_power"], values["distribution_box2_power"]
        ),
        "liquid_delta_t": delta,
        "thermal_power": None if heat is None else round(heat, 3),
    }


def _sum(left: float | None, right: float | None, sign: int = 1) -> float | None:
    return None if left is None or right is None else round(left + sign * right, 6)


def _any(flags: Iterable[bool | None]) -> bool | None:
    """Return True for one that is on, False where all are off, and else None."""
    told = list(flags)
    if True in told:
        return True
    return None if None in told else False
