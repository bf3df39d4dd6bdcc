"""What a cooling group does next, and when; what would follow from each cause: pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .causes import CAUSES, Cause, Reaction
from .group import Group, Phase, Settings
from .hazards import ACT_AFTER, Hazard, Scene, hazards
from .judging import is_due, reaction_of, rule_of, standing
from .returning import COOLED_AFTER, PROVEN_AFTER, awaits_a_human

READ_EVERY: Final = 10.0
"""Seconds between two readings of a container."""
READ_AGAIN: Final = 2.0
"""Seconds until a bit that has appeared is read again."""
LEVER_WITHIN: Final = 60.0
"""Seconds for which the effect of one lever is waited for."""


class Next(StrEnum):
    """What a group does next."""

    NOTHING = "nothing"
    STOP = "stop"
    """Machines are stopped, unless what is wrong ends."""
    CONFIRM = "confirm"
    """Machines are on their way down."""
    COOL = "cool"
    """Cooling has done its work."""
    CAUSE_ENDS = "cause_ends"
    """A cause has to end before anything is started."""
    RELEASE = "release"
    """A human has to let the machines go."""
    START = "start"
    """Cooling is proved, and machines start."""
    ALL_STARTED = "all_started"
    BYPASS_ENDS = "bypass_ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What comes next, at a time on the clock of the scene; None where nobody knows when."""

    step: Next
    at: float | None = None


def outlook(
    settings: Settings,
    group: Group,
    scene: Scene,
    due: tuple[Hazard, ...],
    wall: float,
) -> Outlook:
    """Return what a group does next; `due` are the hazards of the last look."""
    match group.phase:
        case Phase.STOPPING:
            return Outlook(step=Next.CONFIRM)
        case Phase.COOLING_DOWN:
            since = scene.now if group.stopped_at is None else group.stopped_at
            return Outlook(step=Next.COOL, at=since + COOLED_AFTER)
    if group.holds:
        return _return(settings, group, scene, due, wall)
    if group.phase is Phase.RETURNING:
        return Outlook(step=Next.ALL_STARTED)
    if scene.bypassed or not scene.armed:
        return Outlook(step=Next.NOTHING)
    stop = min(_stops(settings, group, scene), default=None)
    return Outlook(step=Next.NOTHING if stop is None else Next.STOP, at=stop)


def _return(
    settings: Settings,
    group: Group,
    scene: Scene,
    due: tuple[Hazard, ...],
    wall: float,
) -> Outlook:
    if group.clear_since is None or standing(settings, scene, due):
        return Outlook(step=Next.CAUSE_ENDS)
    if awaits_a_human(settings, group, wall):
        return Outlook(step=Next.RELEASE)
    return Outlook(step=Next.START, at=group.clear_since + PROVEN_AFTER)


def _stops(settings: Settings, group: Group, scene: Scene) -> Iterator[float]:
    """Yield when machines are stopped, should what is there now stay."""
    blind = rule_of(settings, Cause.BLIND).reaction.stops
    pumps = scene.pump is not None and scene.pump.runs
    called_off = scene.cut_off or scene.calm or pumps
    if group.blind_since is not None and blind and not called_off:
        yield group.blind_since + ACT_AFTER
    for hazard in hazards(scene, settings.guards):
        waited = group.pending.get(hazard.key)
        if (
            waited is not None
            and hazard.cause is not Cause.BLIND
            and reaction_of(settings, scene, hazard).stops
            and not is_due(settings, group, scene, hazard)
        ):
            delay = rule_of(settings, hazard.cause).delay + hazard.delay
            yield max(scene.now, waited.since + delay)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What follows from a cause, and how long that takes from its first sign."""

    cause: Cause
    reaction: Reaction
    latched: bool
    alarms: tuple[str, ...]
    """Alarms of the group's containers that mean it."""
    ordered_within: float | None
    """Seconds; None where nothing is ordered."""


def answers(settings: Settings, models: frozenset[str]) -> tuple[Answer, ...]:
    """Return what follows from each cause in containers of these models."""
    return tuple(_answer(settings, models, cause) for cause in Cause)


def _answer(settings: Settings, models: frozenset[str], cause: Cause) -> Answer:
    rule = rule_of(settings, cause)
    within = READ_EVERY + READ_AGAIN + rule.delay
    match cause:
        case Cause.HAND:
            within = 0.0
        case Cause.BLIND:
            within = ACT_AFTER
    return Answer(
        cause=cause,
        reaction=rule.reaction,
        latched=rule.latched,
        alarms=tuple(
            sorted(
                key
                for model in models
                for key, meant in CAUSES.get(model, {}).items()
                if meant is cause
            )
        ),
        ordered_within=within if rule.reaction.stops else None,
    )


def confirmed_within(levers: int, reaction: Reaction) -> float:
    """Return the seconds in which a machine with so many levers is seen to have stopped.

    A cut uses them together, sleep one after the other.
    """
    if not levers:
        return 0.0
    return LEVER_WITHIN if reaction is Reaction.CUT else LEVER_WITHIN * levers
