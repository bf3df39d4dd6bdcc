"""How a Braiins OS cools: what is set, within which bounds, and how that is changed.

Read in `temperature` of the miner's configuration, which has the objects that
`/cooling/mode` is given (the maker's OpenAPI 1.7 and its protocol definitions).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...capabilities import Bounds, Command, FanMode, Value
from ...controls import ControlError, ControlFailure, Order
from ...models import MinerState
from ...values import number
from ..web import Object, at

CONFIGURATION = "/configuration/miner"
COMMANDS = (Command.FAN_MODE, Command.FAN_SPEED, Command.TARGET_TEMPERATURE)
LOWEST_FAN = 15
"""% below which no fan is set by hand: that overrides the protection."""
_AUTO, _MANUAL = "auto", "manual"
_MODES = (_AUTO, _MANUAL, "immersion", "hydro")
_OF_BOTH = (
    "target_temperature",
    "hot_temperature",
    "dangerous_temperature",
    "minimum_required_fans",
    "pause_mode",
)
"""What stays when the fans change between automatic and manual."""


class Cooling(NamedTuple):
    """The mode, and what is set in it."""

    mode: str
    values: Object


def cooling_of(configuration: object) -> Cooling | None:
    """Return what is set; None where the configuration does not say it."""
    found = at(configuration, "temperature", "mode")
    for mode in _MODES:
        if isinstance(values := at(found, mode), Mapping):
            return Cooling(mode, _stated(values))
    return None


def _stated(values: Object) -> Object:
    """Return what has a value: a null that is written back may be an error."""
    return {key: value for key, value in values.items() if value is not None}


def settings_of(cooling: Cooling | None) -> Mapping[Command, Value]:
    """Return the set points; a fan in % of its speed."""
    if cooling is None:
        return {}
    found: dict[Command, Value | None] = {
        Command.TARGET_TEMPERATURE: _celsius(cooling, "target_temperature"),
    }
    if cooling.mode == _AUTO:
        found[Command.FAN_MODE] = FanMode.AUTOMATIC
    elif cooling.mode == _MANUAL:
        found[Command.FAN_MODE] = FanMode.MANUAL
        ratio = number(cooling.values.get("fan_speed_ratio"))
        found[Command.FAN_SPEED] = None if ratio is None else round(ratio * 100)
    return {command: value for command, value in found.items() if value is not None}


def _celsius(cooling: Cooling, name: str) -> float | None:
    return number(at(cooling.values, name, "degree_c"))


def bounds_of(constraints: object) -> dict[Command, Bounds]:
    """Return the bounds that the device states; a miner without fans has none of them."""
    cooling = at(constraints, "cooling_constraints")
    limits = at(cooling, "target_temperature")
    celsius = _bounds(at(limits, "min", "degree_c"), at(limits, "max", "degree_c"))
    ratio = at(cooling, "fan_speed_ratio")
    percent = _bounds(at(ratio, "min"), at(ratio, "max"), scale=100, least=LOWEST_FAN)
    found = {Command.TARGET_TEMPERATURE: celsius, Command.FAN_SPEED: percent}
    return {command: bounds for command, bounds in found.items() if bounds is not None}


def _bounds(
    low: object, high: object, *, scale: float = 1, least: float = 0
) -> Bounds | None:
    minimum, maximum = number(low), number(high)
    if minimum is None or maximum is None:
        return None
    minimum, maximum = max(round(minimum * scale), least), round(maximum * scale)
    if maximum <= minimum:
        return None
    return Bounds(minimum=minimum, maximum=maximum, step=1, source="device")


def choices_of(bounds: Mapping[Command, Bounds]) -> dict[Command, tuple[str, ...]]:
    """Return the modes of the fans, where there are fans."""
    if Command.FAN_SPEED not in bounds:
        return {}
    return {Command.FAN_MODE: (FanMode.AUTOMATIC, FanMode.MANUAL)}


def request_of(
    order: Order, cooling: Cooling | None, state: MinerState | None
) -> dict[str, Any]:
    """Return what is written: all that was read, and what is to change.

    ControlError while it hashes: mining then stood still for minutes (public client).
    """
    if state is not MinerState.PAUSED:
        raise ControlError(ControlFailure.BUSY, "it is not paused; pause it first")
    if cooling is None:
        raise ControlError(
            ControlFailure.UNSUPPORTED, "its configuration states no cooling"
        )
    match order.command, order.value:
        case Command.TARGET_TEMPERATURE, float() | int() as celsius:
            _require_below_hot(cooling, celsius)
            changed = {"target_temperature": {"degree_c": celsius}}
            return {cooling.mode: {**cooling.values, **changed}}
        case Command.FAN_SPEED, float() | int() as percent:
            return _manual(cooling, percent)
        case Command.FAN_MODE, FanMode.AUTOMATIC:
            return {_AUTO: _kept(cooling, _AUTO)}
    # Full speed: one that is set by hand overrides the protection.
    return _manual(cooling, 100)


def _require_below_hot(cooling: Cooling, celsius: float) -> None:
    """Refuse a target at which the fans would run at full speed all the time."""
    hot = _celsius(cooling, "hot_temperature")
    if hot is not None and celsius >= hot:
        raise ControlError(
            ControlFailure.OUT_OF_BOUNDS,
            f"{celsius:g} °C is not below its hot temperature, {hot:g} °C",
        )


def _manual(cooling: Cooling, percent: float) -> dict[str, Any]:
    return {_MANUAL: {**_kept(cooling, _MANUAL), "fan_speed_ratio": percent / 100}}


def _kept(cooling: Cooling, mode: str) -> Object:
    """Return what a mode takes over from the present one."""
    if cooling.mode == mode:
        return cooling.values
    return {key: cooling.values[key] for key in _OF_BOTH if key in cooling.values}
