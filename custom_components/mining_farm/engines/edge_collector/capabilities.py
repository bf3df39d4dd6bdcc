"""What a miner may be ordered to do, and within which bounds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Literal, Self


class Command(StrEnum):
    """What some miner can be ordered to do; no miner can do all of it."""

    PAUSE = "pause"
    RESUME = "resume"
    RESTART_MINING = "restart_mining"
    """Restart the mining process, not the device."""
    REBOOT = "reboot"
    IDENTIFY = "identify"
    """Show itself on its display or by its LED for a while."""
    LOCATE = "locate"
    """Blink until it is told to end: on or off."""
    DISPLAY = "display"
    """Its screen: on or off."""
    POWER_TARGET = "power_target"
    """W, which the miner tunes itself to."""
    POWER_PERCENT = "power_percent"
    """% of what it draws at its level; lost in a restart on some."""
    HASHRATE_TARGET = "hashrate_target"
    """TH/s, which the miner tunes itself to."""
    LEVEL = "level"
    """A preset, profile or work mode, one of those that the device has."""
    FREQUENCY = "frequency"
    """MHz, one of those that the device lists."""
    FAN_MODE = "fan_mode"
    FAN_SPEED = "fan_speed"
    """%, which ends the automatic mode."""
    TARGET_TEMPERATURE = "target_temperature"
    """°C of the chip that an automatic fan holds."""
    BOARD = "board"
    """One hashboard, on or off."""
    POOLS = "pools"
    """All pools, in order."""


class FanMode(StrEnum):
    """Values of `Command.FAN_MODE`."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class Wear(StrEnum):
    """What a change of a set point does to a miner, and so how often it may be made."""

    NONE = "none"
    LIVE = "live"
    """Takes effect at once, but each is stored, or lets the chips settle anew."""
    RETUNES = "retunes"
    """The miner tunes itself again, minutes to hours."""
    RESTARTS = "restarts"
    """Mining stops for minutes."""


type Value = float | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Values that may be ordered, the limits included, and who set these limits."""

    minimum: float
    maximum: float
    step: float
    source: Literal["device", "user", "family"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a miner can be ordered to do, as it reports or as its family can."""

    commands: tuple[Command, ...] = ()
    """Those that take no value, `POOLS`, and those that are on or off."""
    numbers: Mapping[Command, Bounds] = field(default_factory=dict)
    unbounded: Mapping[Command, float] = field(default_factory=dict)
    """Steps of numbers whose limits the device does not report: the user has to."""
    choices: Mapping[Command, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    """The device's own words for levels; one that has none is a word of its own."""
    level_watts: Mapping[str, float] = field(default_factory=dict)
    """W of levels, where the device states them: what it tunes them to, not a reading."""
    boards: tuple[str, ...] = ()
    """Hashboards that can be switched."""
    wear: Mapping[Command, Wear] = field(default_factory=dict)
    """Of set points; none where it is not named."""
    writable: bool | None = None
    """Whether the device takes orders at all; None where it does not report that."""

    @property
    def pause(self) -> bool:
        """Whether it can be paused and resumed."""
        return Command.PAUSE in self.commands

    def takes(self, command: Command) -> bool:
        """Return whether it is given a value by a command."""
        return command in self.numbers or command in self.choices

    def bounded(self, command: Command, minimum: float, maximum: float) -> Self:
        """Return them with the limits that the user set where the device has none."""
        step = self.unbounded.get(command)
        if step is None:
            return self
        bounds = Bounds(minimum=minimum, maximum=maximum, step=step, source="user")
        left = {c: s for c, s in self.unbounded.items() if c is not command}
        return replace(self, numbers={**self.numbers, command: bounds}, unbounded=left)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild stored capabilities; what was not known when they were stored is none."""
        rebuild: dict[str, Callable[[Any], Any]] = {
            "commands": lambda value: tuple(map(Command, value)),
            "numbers": lambda value: {
                Command(c): Bounds(**b) for c, b in value.items()
            },
            "unbounded": _by_command,
            "choices": lambda value: {Command(c): tuple(v) for c, v in value.items()},
            "boards": tuple,
            "wear": lambda value: {Command(c): Wear(w) for c, w in value.items()},
        }
        return cls(
            **{
                each.name: rebuild.get(each.name, lambda value: value)(
                    stored[each.name]
                )
                for each in fields(cls)
                if each.name in stored
            }
        )


def _by_command(stored: Mapping[str, Any]) -> dict[Command, Any]:
    return {Command(command): value for command, value in stored.items()}
