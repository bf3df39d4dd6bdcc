"""What may be done to a simulated device from outside: chosen methods, by name."""

from collections.abc import Callable, Mapping
import inspect
from types import NoneType
from typing import Any, Protocol, get_args

_MARK = "_simulator_command"
_TRUTHS = {
    "1": True,
    "true": True,
    "yes": True,
    "0": False,
    "false": False,
    "no": False,
}


class Device(Protocol):
    """A simulated device that a farm can start and its control port can reach."""

    async def start(self) -> None:
        """Come to life."""

    async def stop(self) -> None:
        """Free everything."""

    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""


def command[F: Callable[..., None]](method: F) -> F:
    """Mark a method as a command; its parameters must be int, float, bool or str."""
    setattr(method, _MARK, True)
    return method


def commands_of(device: type[Device] | Device) -> dict[str, str]:
    """Return each command's name with its parameters and what it does."""
    kind = device if isinstance(device, type) else type(device)
    found = {}
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        if not hasattr(method, _MARK):
            continue
        parameters = [
            f"{parameter.name}={_shown(parameter)}"
            for parameter in _parameters(method).values()
        ]
        summary = (inspect.getdoc(method) or "").partition("\n")[0]
        found[f"{name}?{'&'.join(parameters)}" if parameters else name] = summary
    return found


def perform(device: Device, name: str, arguments: Mapping[str, str]) -> None:
    """Carry out a command with arguments in text.

    Raises:
        LookupError: The device has no such command.
        ValueError: An argument is missing, unknown or no such value; nothing happened.
    """
    method = getattr(type(device), name, perform)
    if not hasattr(method, _MARK):
        raise LookupError(f"no command {name!r}")
    parameters = _parameters(method)
    if unknown := arguments.keys() - parameters.keys():
        raise ValueError(f"{name} takes no {', '.join(sorted(unknown))}")
    missing = [
        parameter.name
        for parameter in parameters.values()
        if parameter.default is parameter.empty and parameter.name not in arguments
    ]
    if missing:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    values = {key: _value(parameters[key], text) for key, text in arguments.items()}
    getattr(device, name)(**values)


def _parameters(method: Callable[..., None]) -> dict[str, inspect.Parameter]:
    parameters = dict(inspect.signature(method).parameters)
    parameters.pop("self")
    return parameters


def _kind(parameter: inspect.Parameter) -> type:
    kinds = get_args(parameter.annotation) or (parameter.annotation,)
    kind: type = next(kind for kind in kinds if kind is not NoneType)
    return kind


def _shown(parameter: inspect.Parameter) -> str:
    if parameter.default in (parameter.empty, None):
        return f"<{_kind(parameter).__name__}>"
    default = parameter.default
    return str(int(default) if isinstance(default, bool) else default)


def _value(parameter: inspect.Parameter, text: str) -> int | float | bool | str:
    kind = _kind(parameter)
    try:
        return _TRUTHS[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError) as error:
        expected = {int: "a whole number", float: "a number", bool: "1 or 0"}[kind]
        raise ValueError(
            f"{parameter.name} must be {expected}, not {text!r}"
        ) from error
