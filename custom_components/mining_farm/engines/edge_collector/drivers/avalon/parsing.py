"""What an Avalon says of its set points, and what its `help` says that it can.

Fields and replies as in Canaan's own cgminer driver, and in captures.
"""

from collections.abc import Mapping
import re
from typing import Any, NamedTuple

from ...capabilities import Bounds, Capabilities, Command, FanMode, Value
from ...models import MinerSnapshot, MinerState
from ...values import count, number, positive, text

type Module = Mapping[str, str]

FAN_SPEED = Bounds(minimum=15, maximum=100, step=1, source="family")
_FIELD = re.compile(r"(\w++)\[([^\[\]]*+)\]")
_MODULE = re.compile(r"MM ID[0-9]{1,3}(?::Summary)?")
_NAME = re.compile(r"[a-z0-9]+", re.IGNORECASE)


class Levels(NamedTuple):
    """The levels of a model, in the words of its maker, by number."""

    option: str
    """Of `ascset`."""
    field: str
    words: tuple[str, ...]


_LEVELS: Mapping[str, Levels] = {
    "q": Levels("workmode", "WORKMODE", ("eco", "standard", "super")),
    "nano3s": Levels("workmode", "WORKMODE", ("low", "medium", "high")),
    "mini3": Levels("workmode", "WORKMODE", ("heating", "mining", "night")),
    # The first Nano 3 has levels and no modes.
    "nano3": Levels("worklevel", "WORKLEVEL", ("low", "medium", "high")),
}
"""By model; those of the A series take effect after a restart, which nothing shows."""


def find_module(reply: Mapping[str, Any]) -> Module | None:
    """Return the fields of a lone module; None where there is none, or several.

    A controller with several modules takes orders for each of them, which we do not.
    """
    rows = reply.get("STATS")
    modules = [
        value
        for row in (rows[:64] if isinstance(rows, list) else [])
        if isinstance(row, Mapping)
        for key, value in row.items()
        if _MODULE.fullmatch(key) and isinstance(value, str) and "Elapsed[" in value
    ]
    return dict(_FIELD.findall(modules[0])) if len(modules) == 1 else None


def when_of(reply: Mapping[str, Any]) -> int | None:
    """Return the time of the device, in seconds since 1970."""
    rows = reply.get("STATUS")
    row = rows[0] if isinstance(rows, list) and rows else None
    return count(row.get("When")) if isinstance(row, Mapping) else None


def options_of(message: str) -> frozenset[str]:
    """Return what the reply to `help` lists: "…info: help|fan-spd|lcd|…"."""
    _, _, listed = message.partition("info: ")
    return frozenset(filter(None, listed.split("|")))


def levels_of(module: Module) -> Levels | None:
    """Return the levels of a model; None for one that has none, or none that is known."""
    name = _NAME.match(module.get("Ver", ""))
    return None if name is None else _LEVELS.get(name[0].lower())


def is_first_nano(module: Module) -> bool:
    """Return whether it is the first Nano 3, which restarts by another word."""
    name = _NAME.match(module.get("Ver", ""))
    return name is not None and name[0].lower() == "nano3"


def parse_module(module: Module, options: frozenset[str]) -> MinerSnapshot:
    """Return what a module says of itself, and what it can be ordered."""
    return MinerSnapshot(
        firmware=text(module.get("LVer")) or text(module.get("Ver")),
        reported_state=_state(module),
        capabilities=capabilities_of(module, options),
        settings=_settings(module),
        uptime_s=count(module.get("Elapsed")),
    )


def _state(module: Module) -> MinerState | None:
    """Return whether it was put to sleep, or calibrates and takes no other mode."""
    idle = "In Idle" in module.get("SYSTEMSTATU", "")
    if idle and positive(module.get("SoftOFF")) is not None:
        return MinerState.PAUSED
    return MinerState.TUNING if number(module.get("ADJ")) == 0 else None


def capabilities_of(module: Module, options: frozenset[str]) -> Capabilities:
    """Return what the device lists, as far as its effect can be read back."""
    commands: list[Command] = []
    choices: dict[Command, tuple[str, ...]] = {}
    if {"softoff", "softon"} <= options:
        commands += [Command.PAUSE, Command.RESUME]
    if "reboot" in options:
        commands.append(Command.REBOOT)
    if "led" in options and "Led" in module:
        commands.append(Command.LOCATE)
    if "lcd" in options and "LcdOnoff" in module:
        commands.append(Command.DISPLAY)
    levels = levels_of(module)
    if levels is not None and levels.option in options and levels.field in module:
        choices[Command.LEVEL] = levels.words
    numbers = {}
    if "fan-spd" in options and "FanR" in module:
        numbers[Command.FAN_SPEED] = FAN_SPEED
        choices[Command.FAN_MODE] = (FanMode.AUTOMATIC,)
    return Capabilities(commands=tuple(commands), numbers=numbers, choices=choices)


def _settings(module: Module) -> dict[Command, Value]:
    found: dict[Command, Value] = {}
    levels = levels_of(module)
    place = None if levels is None else count(module.get(levels.field))
    if levels is not None and place is not None and place < len(levels.words):
        found[Command.LEVEL] = levels.words[place]
    speed = number(module.get("FanR", "").rstrip("%"))
    if speed is not None:
        found[Command.FAN_SPEED] = speed
    if "LcdOnoff" in module:
        found[Command.DISPLAY] = positive(module["LcdOnoff"]) is not None
    if "Led" in module:
        found[Command.LOCATE] = positive(module["Led"]) is not None
    return found
