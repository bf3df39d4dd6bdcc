"""What is known of a site at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...common.members import ContainerFacts
from ...engines.farm import Phase, Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainersData:
    """The containers of a site as a whole."""

    all: int = 0
    running: int = 0
    unknown: int = 0
    """Of how many it is unknown whether they run."""
    power: float | None = None
    """W of those that report it; None where none does."""
    power_unknown: int = 0
    worst_alarm: str | None = None
    worst_severity: str | None = None
    worst_at: str | None = None
    """Name of the container that has it."""
    alarms: Mapping[str, int] = field(default_factory=dict)
    """How many by severity."""
    alarms_unknown: int = 0
    """Of how many it is unknown whether any alarm is on."""
    silent: int = 0
    """How many answered once, and do not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopData:
    """How far an emergency stop has come."""

    since: datetime
    by: str | None
    machines: int
    confirmed: int
    unconfirmed: tuple[str, ...]
    """Names of those that were not seen to stop, each with its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldData:
    """Why one machine is kept down."""

    machine: str
    """Its name, with its place."""
    owner: str
    reason: str
    since: datetime
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurtailmentData:
    """How far a curtailment has come."""

    name: str
    since: datetime
    until: datetime | None
    signal: str | None
    by: str | None
    machines: int
    confirmed: int
    lowered: int
    """How many of the confirmed ones run on, with less."""
    need: float | None
    """W to free; None for all."""
    freed: float
    """W that machines seen to have followed drew more before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalData:
    """What the entity says that tells how much may be drawn."""

    entity_id: str
    allowed: float | None
    """W; None where that is unknown."""
    unknown_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupData:
    """How far a cooling group has come."""

    name: str
    phase: Phase
    cause: str | None
    bypassed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FarmData:
    """The sums of a site, who holds its machines, and its stop."""

    totals: Totals = field(default_factory=Totals)
    containers: ContainersData = field(default_factory=ContainersData)
    promised: float | None = None
    """H/s that the site's wallets have sold."""
    wallets: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    """How many machines are held, by the owner that rules each."""
    held_machines: tuple[HeldData, ...] = ()
    """The first of these machines."""
    not_started: int = 0
    """How many did not start when their last hold went."""
    not_set_back: int = 0
    """How many still draw less although nothing asks for it."""
    stop: StopData | None = None
    """None while there is no emergency stop."""
    curtailments: tuple[CurtailmentData, ...] = ()
    signal: SignalData | None = None
    """None where no entity tells how much may be drawn."""
    groups: tuple[GroupData, ...] = ()
    armed: bool = False
    watched_at: datetime | None = None


WORST_FIRST = ("critical", "high", "medium")


NOT_LOADED = ContainerFacts(fresh=False, miner_hosts=frozenset())


def containers_data(
    named: Sequence[tuple[str, ContainerFacts]], *, not_loaded: int
) -> ContainersData:
    """Return containers with their names, and those that are not loaded, as a whole."""
    # What a controller shows without its plant is what was.
    known = [
        facts
        if facts.connected is not False
        else replace(facts, running=None, power=None)
        for _, facts in named
    ]
    known += [NOT_LOADED] * not_loaded
    alarms = [
        (WORST_FIRST.index(alarm.severity), alarm.name, name)
        for name, facts in named
        for alarm in facts.alarms or ()
        if alarm.severity in WORST_FIRST
    ]
    worst = min(alarms, default=None)
    powers = [facts.power for facts in known if facts.power is not None]
    return ContainersData(
        all=len(known),
        running=sum(facts.running is True for facts in known),
        unknown=sum(facts.running is None for facts in known),
        power=sum(powers) if powers else None,
        power_unknown=len(known) - len(powers),
        worst_alarm=None if worst is None else worst[1],
        worst_severity=None if worst is None else WORST_FIRST[worst[0]],
        worst_at=None if worst is None else worst[2],
        alarms={
            severity: sum(rank == place for place, _, _ in alarms)
            for rank, severity in enumerate(WORST_FIRST)
        },
        alarms_unknown=sum(facts.alarms is None for facts in known),
        silent=sum(not facts.fresh and facts.read_at is not None for facts in known),
    )
