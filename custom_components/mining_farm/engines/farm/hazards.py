"""What threatens the machines that a group of containers cools, read from what is seen: pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from .causes import ALL_OF, FLOWS, NO_FLOW, ONLY_TOLD, Cause, cause_of

LATE_AFTER: Final = 20.0
"""Seconds without a reading after which a container is soon blind, and looked at often."""
BLIND_AFTER: Final = 30.0
"""Seconds for which the last facts of a container hold."""
ACT_AFTER: Final = 120.0
"""Seconds after which a container that is not seen is acted on."""


PUMP_SETTLED: Final = 60.0
"""Seconds after which a pump that starts has brought flow and pressure up."""


class Side(StrEnum):
    """On which side of a limit a number is a hazard."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A limit of the user's own on a number of a container, in the number's unit."""

    field: str
    side: Side
    limit: float
    seconds: float
    cause: Cause

    def beyond(self, value: float) -> bool:
        """Return whether a number is beyond the limit; the limit itself is not."""
        return value > self.limit if self.side is Side.ABOVE else value < self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One container, as it was read last."""

    model: str
    age: float | None = None
    """Seconds since its last good reading; None before the first since the start."""
    reading: float = 0.0
    """Stands for that reading: two readings differ."""
    connected: bool | None = None
    running: bool | None = None
    bits: Mapping[str, bool | None] = field(default_factory=dict)
    numbers: Mapping[str, float | None] = field(default_factory=dict)
    rise: float | None = None
    """K/min of the coolant on its way to the machines."""
    running_for: float | None = None
    """Seconds for which its pump is seen to run; None while it is not."""

    @property
    def stands(self) -> bool:
        """Return whether a number shows that no coolant flows."""
        flows = [self.numbers.get(each) for each in FLOWS.get(self.model, ())]
        return any(flow is not None and flow <= NO_FLOW for flow in flows)

    @property
    def late(self) -> bool:
        """Return whether a reading is missed, and it may soon be blind."""
        return self.age is not None and self.age > LATE_AFTER

    @property
    def fresh(self) -> bool:
        """Return whether its last facts hold."""
        return self.age is not None and self.age <= BLIND_AFTER

    @property
    def seen(self) -> bool:
        """Return whether its plant is seen, and not only its controller."""
        return self.fresh and self.connected is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pump:
    """The watts of a pump at an outlet of its own."""

    key: str
    """Entity id of the sensor."""
    runs: bool | None
    """None where the sensor says nothing now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a group's decision rests on."""

    now: float
    """Seconds on a clock that only runs forward."""
    containers: Mapping[str, Seen]
    sensors: Mapping[str, tuple[Cause, bool | None]] = field(default_factory=dict)
    """Binary sensors of Home Assistant, by entity id."""
    machines: int = 0
    hashing: int = 0
    down: int = 0
    """How many machines are seen to have stopped."""
    given_up: int = 0
    """How many no lever was seen to stop."""
    held_back: int = 0
    """How many are still to be started, once nothing holds them."""
    silent: int = 0
    """How many machines do not answer."""
    calm: bool | None = None
    """The machines' own fresh readings show that cooling works; None: too few answer."""
    hottest_chip: float | None = None
    pump: Pump | None = None
    bypassed: bool = False
    armed: bool = True

    @property
    def pumped(self) -> bool:
        """Return whether a pump has run for long enough to be judged by its flow."""
        return any(
            (seen.running_for or 0.0) >= PUMP_SETTLED
            for seen in self.containers.values()
        )

    @property
    def cut_off(self) -> bool:
        """Return whether containers and most machines fell silent together: our network."""
        silent = all(not each.fresh for each in self.containers.values())
        return silent and self.machines > 0 and self.silent * 2 > self.machines


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """One thing that is wrong."""

    cause: Cause
    key: str
    """Of the alarm, guard or sensor; with its container."""
    reading: float = 0.0
    numeric: bool = False
    """A measured number, and not a bit alone."""
    delay: float = 0.0
    """Seconds that the hazard itself needs, besides its cause's."""
    only_told: bool = False
    while_hashing: bool = False
    """It stops machines only while they hash: it may be on where nothing is to be cooled."""


def hazards(scene: Scene, guards: tuple[Guard, ...] = ()) -> Iterator[Hazard]:
    """Yield what is wrong now; what is unknown is not wrong, it may be blind."""
    for name, seen in scene.containers.items():
        if seen.seen:
            yield from _alarms(name, seen, scene)
            yield from _numbers(name, seen, guards)
        elif seen.age is not None:
            # Frozen values count as none, and nothing is called off.
            why = "disconnect" if seen.fresh else "silent"
            yield Hazard(cause=Cause.BLIND, key=f"{name}:{why}", numeric=True)
    if scene.pump is not None and scene.pump.runs is False:
        yield Hazard(
            cause=Cause.FLOW_LOST,
            key=scene.pump.key,
            reading=scene.now,
            numeric=True,
            while_hashing=True,
        )
    for entity_id, (cause, on) in scene.sensors.items():
        if on:
            # A binary sensor of Home Assistant has been debounced by who made it.
            yield Hazard(cause=cause, key=entity_id, reading=scene.now, numeric=True)


def _alarms(name: str, seen: Seen, scene: Scene) -> Iterator[Hazard]:
    on = {key for key, state in seen.bits.items() if state}
    told = ONLY_TOLD.get(seen.model, frozenset())
    for key in sorted(on):
        if (cause := cause_of(seen.model, key)) is not None:
            yield Hazard(
                cause=cause,
                key=f"{name}:{key}",
                reading=seen.reading,
                only_told=key in told,
                while_hashing=cause is Cause.FLOW_LOST,
            )
    for together, cause in ALL_OF.get(seen.model, {}).items():
        if together <= on:
            key = "+".join(sorted(together))
            yield Hazard(
                cause=cause,
                key=f"{name}:{key}",
                reading=seen.reading,
                while_hashing=cause is Cause.FLOW_LOST,
            )
    if seen.running is False and scene.hashing:
        yield Hazard(cause=Cause.FLOW_LOST, key=f"{name}:stopped", reading=seen.reading)


def _numbers(name: str, seen: Seen, guards: tuple[Guard, ...]) -> Iterator[Hazard]:
    for guard in guards:
        value = seen.numbers.get(guard.field)
        if value is not None and guard.beyond(value):
            yield Hazard(
                cause=guard.cause,
                key=f"{name}:{guard.field} {guard.side} {guard.limit:g}",
                reading=seen.reading,
                numeric=True,
                delay=guard.seconds,
                while_hashing=guard.cause is Cause.FLOW_LOST,
            )
