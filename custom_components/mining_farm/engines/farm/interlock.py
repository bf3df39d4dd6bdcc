"""From hazards to stopped machines: pure, latched, and the only place that decides.

One witness puts machines to sleep; power is cut only by two, by a leak, by hand, or by
whoever carries the order out where sleep is not confirmed.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from .causes import CERTAIN, Cause, Reaction, Rule
from .group import Event, Group, Phase, Settings, Step
from .hazards import Hazard, Scene, hazards
from .judging import (
    is_called_off,
    is_due,
    is_unsure,
    rule_of,
    standing,
    tripping_of,
    with_blindness,
    with_waits,
    witnesses,
)
from .models import HoldKind
from .returning import move_on


def look(settings: Settings, group: Group, scene: Scene, wall: float) -> Step:
    """Return what follows from a scene; `wall` is the time in seconds since 1970.

    The group's `kind` is what its machines are to be held with; None lets them go. The
    memory is to be on disk before that is done.
    """
    found = list(hazards(scene, settings.guards))
    group = with_waits(with_blindness(group, scene), scene, found)
    due = [each for each in found if is_due(settings, group, scene, each)]
    events = _news(group, due)
    group = replace(group, told=frozenset(each.key for each in due))
    tripping = tripping_of(settings, group, scene, due)
    if tripping and scene.armed:
        group, tripped = _trip(settings, group, scene, tripping)
        events = (*events, *tripped)
    elif tripping and not group.holds:
        events = _rehearsed(events, tripping)
    group, moved, stop_cooling = move_on(settings, group, scene, due, wall)
    return Step(
        group=group,
        events=(*events, *moved),
        look_again=is_unsure(settings, group, found),
        stop_cooling=stop_cooling,
        hazards=tuple(due),
    )


def stop_by_hand(group: Group, kind: HoldKind) -> Group:
    """Return a group that a human stops; one that is stopped already is joined."""
    by_hand = Hazard(cause=Cause.HAND, key="hand", numeric=True)
    rules = {Cause.HAND: Rule(reaction=Reaction(_BY_KIND[kind]), latched=True)}
    nothing = Scene(now=0.0, containers={})
    return _trip(Settings(rules=rules), group, nothing, [by_hand])[0]


_BY_KIND: Final = {HoldKind.ASLEEP: Reaction.SLEEP, HoldKind.CUT: Reaction.CUT}


def release(
    settings: Settings, group: Group, scene: Scene, due: Iterable[Hazard]
) -> tuple[Group, str]:
    """Return a group that a human lets go, or why that is refused; empty where it is not.

    The machines start once cooling has been proved.
    """
    if not group.holds:
        return group, NOT_STOPPED
    if left := standing(settings, scene, due):
        return group, str(left[0].cause)
    unseen = any(not each.seen for each in scene.containers.values())
    if unseen or not is_called_off(group, scene):
        return group, str(Cause.BLIND)
    return (
        replace(group, released=True, phase=Phase.RETURNING, clear_since=scene.now),
        "",
    )


NOT_STOPPED: Final = "not_stopped"


def _trip(
    settings: Settings, group: Group, scene: Scene, tripping: list[Hazard]
) -> tuple[Group, tuple[Event, ...]]:
    """Return the group stopped, or joined by one more cause."""
    keys = tuple(f"{each.cause}:{each.key}" for each in tripping)
    new = tuple(key for key in keys if key not in group.causes)
    kind = _kind(settings, scene, tripping)
    if group.kind is not None and group.kind.rank > kind.rank:
        kind = group.kind
    joined = group.holds and not group.released
    if joined and not new and kind is group.kind:
        return group, ()
    latched = any(rule_of(settings, each.cause).latched for each in tripping)
    stopping = group.phase if joined and kind is group.kind else Phase.STOPPING
    return (
        replace(
            group,
            phase=stopping,
            causes=(*group.causes, *new) if joined else keys,
            kind=kind,
            latched=latched or (joined and group.latched),
            released=False,
            clear_since=None,
            cooled=False,
        ),
        (Event(name="joined" if joined else "trip", causes=new or keys),),
    )


def _kind(settings: Settings, scene: Scene, tripping: list[Hazard]) -> HoldKind:
    """Return how machines are stopped: without power only where two witnesses say so."""
    cuts = [
        each
        for each in tripping
        if rule_of(settings, each.cause).reaction is Reaction.CUT
    ]
    certain = any(each.cause in CERTAIN for each in cuts)
    if cuts and (certain or witnesses(scene, tripping) > 1):
        return HoldKind.CUT
    return HoldKind.ASLEEP


def _news(group: Group, due: list[Hazard]) -> tuple[Event, ...]:
    new = tuple(
        f"{each.cause}:{each.key}" for each in due if each.key not in group.told
    )
    return (Event(name="warned", causes=new),) if new else ()


def _rehearsed(events: tuple[Event, ...], tripping: list[Hazard]) -> tuple[Event, ...]:
    """Return what would have been done, once for each cause that comes."""
    if not events:
        return ()
    keys = tuple(f"{each.cause}:{each.key}" for each in tripping)
    return (*events, Event(name="would_have", causes=keys))
