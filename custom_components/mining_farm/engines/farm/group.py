"""What a cooling group is: what the user wants of it, and what is remembered: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from .causes import RULES, Cause, Rule
from .hazards import Guard, Hazard
from .models import HoldKind


class Phase(StrEnum):
    """How far a group has come."""

    WATCHING = "watching"
    WARNED = "warned"
    BLIND = "blind"
    STOPPING = "stopping"
    COOLING_DOWN = "cooling_down"
    """Stopped; cooling runs on until the chips are cool."""
    STOPPED = "stopped"
    RETURNING = "returning"

    @property
    def holds(self) -> bool:
        """Return whether machines are kept down."""
        return self in (Phase.STOPPING, Phase.COOLING_DOWN, Phase.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user wants of a group."""

    rules: Mapping[Cause, Rule] = field(default_factory=lambda: RULES)
    guards: tuple[Guard, ...] = ()
    stop_cooling: bool = False
    """After a leak, once the chips are cool."""
    by_hand: bool = True
    """Whether a latched group returns by hand alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A hazard that has not been there for long enough."""

    since: float
    readings: int = 1
    reading: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is remembered of a group; what moves by the monotonic clock is not kept."""

    phase: Phase = Phase.WATCHING
    causes: tuple[str, ...] = ()
    """Keys of what tripped it, the first one first, each with its cause in front."""
    kind: HoldKind | None = None
    latched: bool = False
    released: bool = False
    """A human let it go, and cooling is being proved."""
    returns: tuple[float, ...] = ()
    """When it returned by itself, in seconds on the wall clock."""
    cooled: bool = False
    """Cooling was asked to end once after this trip."""

    pending: Mapping[str, Pending] = field(default_factory=dict)
    blind_since: float | None = None
    clear_since: float | None = None
    stopped_at: float | None = None
    told: frozenset[str] = frozenset()
    """What was published and is still there."""

    @property
    def holds(self) -> bool:
        """Return whether the machines are kept down, proving included."""
        return self.kind is not None

    def as_dict(self) -> dict[str, Any]:
        """Return what outlives a restart as JSON can hold it."""
        return {
            "phase": self.phase,
            "causes": list(self.causes),
            "kind": self.kind,
            "latched": self.latched,
            "released": self.released,
            "returns": list(self.returns),
            "cooled": self.cooled,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild a stored group; ValueError for one that is damaged."""
        try:
            kind = stored["kind"]
            return cls(
                phase=Phase(stored["phase"]),
                causes=tuple(map(str, stored["causes"])),
                kind=None if kind is None else HoldKind(kind),
                latched=bool(stored["latched"]),
                released=bool(stored["released"]),
                returns=tuple(map(float, stored["returns"])),
                cooled=bool(stored["cooled"]),
            )
        except (AttributeError, KeyError, TypeError) as err:
            raise ValueError(f"damaged group: {err!r}") from err


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is worth telling."""

    name: str
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a group is after one look, and what is to be told and done."""

    group: Group
    events: tuple[Event, ...] = ()
    look_again: bool = False
    """A bit has appeared: the container is to be read again at once."""
    stop_cooling: bool = False
    hazards: tuple[Hazard, ...] = ()
