"""Which hazards count by now, and which of them stop machines: pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from .causes import RULES, Cause, Reaction, Rule
from .group import Group, Pending, Settings
from .hazards import ACT_AFTER, Hazard, Scene

FAST_RISE: Final = 1.0
"""K/min of the coolant that no working loop shows."""
READINGS: Final = 2
"""A bit has to be read so often before machines are stopped for it."""


def with_blindness(group: Group, scene: Scene) -> Group:
    """Return the group with the time since when a container is not seen."""
    since: float | None = None
    for seen in scene.containers.values():
        # One that was never read since the start says nothing yet.
        if seen.seen or seen.age is None:
            continue
        lost = scene.now if seen.fresh else scene.now - seen.age
        if seen.fresh and group.blind_since is not None:
            lost = group.blind_since
        since = lost if since is None else min(since, lost)
    return replace(group, blind_since=since)


def with_waits(group: Group, scene: Scene, found: list[Hazard]) -> Group:
    """Return since when each hazard is there, and by how many readings."""
    pending: dict[str, Pending] = {}
    for each in found:
        known = group.pending.get(each.key)
        if known is None:
            pending[each.key] = Pending(since=scene.now, reading=each.reading)
        elif each.reading != known.reading:
            pending[each.key] = replace(
                known, readings=known.readings + 1, reading=each.reading
            )
        else:
            pending[each.key] = known
    for key, known in group.pending.items():
        # Not seen is not called off.
        if key not in pending and not _can_be_read(scene, key):
            pending[key] = known
    return replace(group, pending=pending)


def _can_be_read(scene: Scene, key: str) -> bool:
    container = scene.containers.get(key.partition(":")[0])
    if container is None:
        return scene.sensors.get(key, (None, False))[1] is not None
    return container.seen


def is_called_off(group: Group, scene: Scene) -> bool:
    """Return whether no sensor of the user's that stopped the group is lost since."""
    tripped = {cause.partition(":")[2] for cause in group.causes}
    return not any(
        on is None and (key in tripped or key in group.pending)
        for key, (_, on) in scene.sensors.items()
    )


def is_due(settings: Settings, group: Group, scene: Scene, hazard: Hazard) -> bool:
    """Return whether a hazard has been there for long enough to count."""
    if _is_unseen(hazard):
        return True
    waited = group.pending[hazard.key]
    rule = rule_of(settings, hazard.cause)
    if waited.readings < READINGS and not hazard.numeric:
        return False
    return scene.now - waited.since >= rule.delay + hazard.delay


def rule_of(settings: Settings, cause: Cause) -> Rule:
    """Return what the user wants of a cause, else its default."""
    return settings.rules.get(cause, RULES[cause])


def reaction_of(settings: Settings, scene: Scene, hazard: Hazard) -> Reaction:
    """Return what follows from a hazard in a scene."""
    reaction = rule_of(settings, hazard.cause).reaction
    if hazard.only_told and reaction.stops:
        return Reaction.TELL
    if hazard.cause is Cause.POWER and reaction is Reaction.TELL:
        flows = [seen.running for seen in scene.containers.values()]
        if None in flows:
            return Reaction.SLEEP
    return reaction


def tripping_of(
    settings: Settings, group: Group, scene: Scene, due: list[Hazard]
) -> list[Hazard]:
    """Return the hazards for which machines are to be stopped."""
    if scene.bypassed:
        return []
    return [
        each
        for each in standing(settings, scene, due)
        if (scene.hashing or scene.pumped or group.holds or not each.while_hashing)
        and (each.cause is not Cause.BLIND or _acts_blind(group, scene, each))
    ]


def _is_unseen(hazard: Hazard) -> bool:
    """Return whether a hazard is that a container or its plant is not seen."""
    return hazard.cause is Cause.BLIND and hazard.key.endswith(
        (":silent", ":disconnect")
    )


def _acts_blind(group: Group, scene: Scene, hazard: Hazard) -> bool:
    """Return whether machines are stopped because their cooling is not seen.

    Not while the machines themselves show that it works, and not where everything is
    silent at once: that is our own network.
    """
    if not _is_unseen(hazard):
        # A broken sensor: the others still see.
        return scene.calm is False
    since = group.blind_since
    if since is None or scene.now - since < ACT_AFTER:
        return False
    pumps = scene.pump is not None and scene.pump.runs
    return not scene.cut_off and scene.calm is not True and not pumps


def witnesses(scene: Scene, tripping: Iterable[Hazard]) -> int:
    """Return how many witnesses say that machines are in danger.

    Silence is none. A number is one besides the alarm that speaks of the same.
    """
    # One key may name several alarms that are on together.
    keys = {
        part
        for each in tripping
        if not _is_unseen(each)
        for part in each.key.split("+")
    }
    seen = [each for each in scene.containers.values() if each.seen]
    stands = any(each.stands for each in seen)
    rises = any(each.rise is not None and each.rise > FAST_RISE for each in seen)
    return len(keys) + stands + rises if keys else 0


def is_unsure(settings: Settings, group: Group, found: list[Hazard]) -> bool:
    """Return whether a second reading would decide about a stop."""
    return any(
        not each.numeric
        and rule_of(settings, each.cause).reaction.stops
        and group.pending[each.key].readings < READINGS
        for each in found
    )


def standing(settings: Settings, scene: Scene, due: Iterable[Hazard]) -> list[Hazard]:
    """Return the hazards under which nothing is started."""
    return [each for each in due if reaction_of(settings, scene, each).stops]
