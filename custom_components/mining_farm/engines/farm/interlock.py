"""From hazards to stopped machines and back: pure, latched, and the only place that decides.

One witness puts machines to sleep; power is cut only by two, by a leak, by hand, or by
whoever carries the order out where sleep is not confirmed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from .causes import RULES, Cause, Reaction, Rule
from .hazards import ACT_AFTER, Guard, Hazard, Scene, hazards
from .models import HoldKind

PROVEN_AFTER: Final = 300.0
"""Seconds for which cooling has to work before machines are started."""
COOL_CHIP: Final = 50.0
"""°C of the hottest chip from which on cooling may end."""
COOLED_AFTER: Final = 600.0
"""Seconds after which it may end in any case."""
RETURNS_A_DAY: Final = 2
DAY: Final = 86400.0
READINGS: Final = 2
"""A bit has to be read so often before machines are stopped for it."""


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


def look(settings: Settings, group: Group, scene: Scene, wall: float) -> Step:
    """Return what follows from a scene; `wall` is the time in seconds since 1970.

    The group's `kind` is what its machines are to be held with; None lets them go. The
    memory is to be on disk before that is done.
    """
    found = list(hazards(scene, settings.guards))
    group = _wait(_blindness(group, scene), scene, found)
    due = [each for each in found if _is_due(settings, group, scene, each)]
    events = _news(group, due)
    group = replace(group, told=frozenset(each.key for each in due))
    tripping = _tripping(settings, group, scene, due)
    if tripping and scene.armed:
        group, tripped = _trip(settings, group, tripping)
        events = (*events, *tripped)
    elif tripping and not group.holds:
        events = _rehearsed(events, tripping)
    group, moved, stop_cooling = _move_on(settings, group, scene, due, wall)
    return Step(
        group=group,
        events=(*events, *moved),
        look_again=_unsure(settings, group, found),
        stop_cooling=stop_cooling,
        hazards=tuple(due),
    )


def stop_by_hand(group: Group, kind: HoldKind) -> Group:
    """Return a group that a human stops; one that is stopped already is joined."""
    by_hand = Hazard(cause=Cause.HAND, key="hand", numeric=True)
    rules = {Cause.HAND: Rule(reaction=Reaction(_BY_KIND[kind]), latched=True)}
    return _trip(Settings(rules=rules), group, [by_hand])[0]


_BY_KIND: Final = {HoldKind.ASLEEP: Reaction.SLEEP, HoldKind.CUT: Reaction.CUT}


def release(
    settings: Settings, group: Group, scene: Scene, due: Iterable[Hazard]
) -> tuple[Group, str]:
    """Return a group that a human lets go, or why that is refused; empty where it is not.

    The machines start once cooling has been proved.
    """
    if not group.holds:
        return group, NOT_STOPPED
    standing = _standing(settings, scene, due)
    if standing:
        return group, str(standing[0].cause)
    if any(not each.seen for each in scene.containers.values()):
        return group, str(Cause.BLIND)
    return (
        replace(group, released=True, phase=Phase.RETURNING, clear_since=scene.now),
        "",
    )


NOT_STOPPED: Final = "not_stopped"


def _standing(settings: Settings, scene: Scene, due: Iterable[Hazard]) -> list[Hazard]:
    """Return the hazards under which nothing is started."""
    return [each for each in due if _reaction(settings, scene, each).stops]


def _blindness(group: Group, scene: Scene) -> Group:
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


def _wait(group: Group, scene: Scene, found: list[Hazard]) -> Group:
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


def _is_due(settings: Settings, group: Group, scene: Scene, hazard: Hazard) -> bool:
    """Return whether a hazard has been there for long enough to count."""
    if _is_unseen(hazard):
        return True
    waited = group.pending[hazard.key]
    rule = _rule(settings, hazard.cause)
    if waited.readings < READINGS and not hazard.numeric:
        return False
    return scene.now - waited.since >= rule.delay + hazard.delay


def _rule(settings: Settings, cause: Cause) -> Rule:
    return settings.rules.get(cause, RULES[cause])


def _reaction(settings: Settings, scene: Scene, hazard: Hazard) -> Reaction:
    reaction = _rule(settings, hazard.cause).reaction
    if hazard.only_told and reaction.stops:
        return Reaction.TELL
    if hazard.cause is Cause.POWER and reaction is Reaction.TELL:
        flows = [seen.running for seen in scene.containers.values()]
        if None in flows:
            return Reaction.SLEEP
    return reaction


def _tripping(
    settings: Settings, group: Group, scene: Scene, due: list[Hazard]
) -> list[Hazard]:
    """Return the hazards for which machines are to be stopped."""
    if scene.bypassed:
        return []
    return [
        each
        for each in _standing(settings, scene, due)
        if (scene.hashing or group.holds or not each.while_hashing)
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
    return not scene.cut_off and scene.calm is not True


def _unsure(settings: Settings, group: Group, found: list[Hazard]) -> bool:
    """Return whether a second reading would decide about a stop."""
    return any(
        not each.numeric
        and _rule(settings, each.cause).reaction.stops
        and group.pending[each.key].readings < READINGS
        for each in found
    )


def _trip(
    settings: Settings, group: Group, tripping: list[Hazard]
) -> tuple[Group, tuple[Event, ...]]:
    """Return the group stopped, or joined by one more cause."""
    keys = tuple(f"{each.cause}:{each.key}" for each in tripping)
    new = tuple(key for key in keys if key not in group.causes)
    kind = _kind(settings, tripping)
    if group.kind is not None and group.kind.rank > kind.rank:
        kind = group.kind
    joined = group.holds and not group.released
    if joined and not new and kind is group.kind:
        return group, ()
    latched = any(_rule(settings, each.cause).latched for each in tripping)
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


def _kind(settings: Settings, tripping: list[Hazard]) -> HoldKind:
    """Return how machines are stopped: without power only where two witnesses say so."""
    cuts = [
        each
        for each in tripping
        if _rule(settings, each.cause).reaction is Reaction.CUT
    ]
    certain = any(each.cause in (Cause.LEAK, Cause.HAND) for each in cuts)
    witnesses = {each.key for each in tripping}
    if cuts and (certain or len(witnesses) > 1):
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


def _idle_phase(group: Group, scene: Scene, due: list[Hazard]) -> Phase:
    """Return what a group is that keeps nothing down."""
    if group.holds:
        return group.phase
    if any(
        not seen.seen and seen.age is not None for seen in scene.containers.values()
    ):
        return Phase.BLIND
    return Phase.WARNED if due else Phase.WATCHING


def _move_on(
    settings: Settings, group: Group, scene: Scene, due: list[Hazard], wall: float
) -> tuple[Group, tuple[Event, ...], bool]:
    """Return where time and confirmations have brought a group."""
    if not group.holds:
        if group.phase is Phase.RETURNING and scene.held_back:
            return group, (), False
        returned = group.phase is Phase.RETURNING
        group = replace(group, phase=_idle_phase(group, scene, due), released=False)
        return group, (Event(name="returned"),) if returned else (), False
    if group.phase is Phase.STOPPING:
        return (*_stopping(group, scene), False)
    if group.phase is Phase.COOLING_DOWN:
        return _cooling_down(settings, group, scene)
    return (*_returning(settings, group, scene, due, wall), False)


def _stopping(group: Group, scene: Scene) -> tuple[Group, tuple[Event, ...]]:
    if scene.down + scene.given_up < scene.machines:
        return group, ()
    name = "unconfirmed" if scene.given_up else "stopped"
    group = replace(group, phase=Phase.COOLING_DOWN, stopped_at=scene.now)
    return group, (Event(name=name, causes=group.causes),)


def _cooling_down(
    settings: Settings, group: Group, scene: Scene
) -> tuple[Group, tuple[Event, ...], bool]:
    since = scene.now if group.stopped_at is None else group.stopped_at
    hottest = scene.hottest_chip
    cool = hottest is None or hottest < COOL_CHIP
    # No reading of a machine without power proves that it is cool.
    proven = hottest is not None and cool
    if not proven and scene.now - since < COOLED_AFTER:
        return replace(group, stopped_at=since), (), False
    leak = any(key.startswith(f"{Cause.LEAK}:") for key in group.causes)
    ends = settings.stop_cooling and leak and not group.cooled
    return replace(group, phase=Phase.STOPPED, cooled=group.cooled or ends), (), ends


def _returning(
    settings: Settings, group: Group, scene: Scene, due: list[Hazard], wall: float
) -> tuple[Group, tuple[Event, ...]]:
    """Let machines go once cooling has been proved for long enough."""
    if _standing(settings, scene, due) or not _cools(scene):
        return replace(group, clear_since=None), ()
    if group.clear_since is None:
        return replace(group, clear_since=scene.now), ()
    if scene.now - group.clear_since < PROVEN_AFTER:
        return group, ()
    if not group.released:
        returns = tuple(at for at in group.returns if 0 <= wall - at < DAY)
        if _needs_a_human(settings, group) or len(returns) >= RETURNS_A_DAY:
            return group, ()
        group = replace(group, returns=(*returns, wall))
    group = replace(
        group,
        phase=Phase.RETURNING,
        kind=None,
        latched=False,
        causes=(),
        clear_since=None,
        stopped_at=None,
    )
    return group, (Event(name="returning"),)


def _needs_a_human(settings: Settings, group: Group) -> bool:
    by_hand = any(key.startswith(f"{Cause.HAND}:") for key in group.causes)
    return group.latched and (settings.by_hand or by_hand)


def _cools(scene: Scene) -> bool:
    """Return whether every container of the group is seen, and coolant moves in it."""
    return all(
        seen.seen and seen.running is not False for seen in scene.containers.values()
    )
