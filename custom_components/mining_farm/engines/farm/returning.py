"""How time and confirmations bring a group from its stop back to running: pure."""

from dataclasses import replace
from typing import Final

from .causes import Cause
from .group import Event, Group, Phase, Settings
from .hazards import Hazard, Scene
from .judging import is_called_off, standing

PROVEN_AFTER: Final = 300.0
"""Seconds for which cooling has to work before machines are started."""
COOL_CHIP: Final = 50.0
"""°C of the hottest chip from which on cooling may end."""
COOLED_AFTER: Final = 600.0
"""Seconds after which it may end in any case."""
RETURNS_A_DAY: Final = 2
DAY: Final = 86400.0


def _idle_phase(group: Group, scene: Scene, due: list[Hazard]) -> Phase:
    """Return what a group is that keeps nothing down."""
    if group.holds:
        return group.phase
    if any(
        not seen.seen and seen.age is not None for seen in scene.containers.values()
    ):
        return Phase.BLIND
    return Phase.WARNED if due else Phase.WATCHING


def move_on(
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
    called_off = _cools(scene) and is_called_off(group, scene)
    if standing(settings, scene, due) or not called_off:
        return replace(group, clear_since=None), ()
    if group.clear_since is None:
        return replace(group, clear_since=scene.now), ()
    if scene.now - group.clear_since < PROVEN_AFTER:
        return group, ()
    if awaits_a_human(settings, group, wall):
        return group, ()
    if not group.released:
        group = replace(group, returns=(*_returns_today(group, wall), wall))
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


def awaits_a_human(settings: Settings, group: Group, wall: float) -> bool:
    """Return whether a group that is stopped stays so until a human releases it."""
    if group.released:
        return False
    by_hand = any(key.startswith(f"{Cause.HAND}:") for key in group.causes)
    latched = group.latched and (settings.by_hand or by_hand)
    return latched or len(_returns_today(group, wall)) >= RETURNS_A_DAY


def _returns_today(group: Group, wall: float) -> tuple[float, ...]:
    return tuple(at for at in group.returns if 0 <= wall - at < DAY)


def _cools(scene: Scene) -> bool:
    """Return whether every container of the group is seen, and coolant moves in it."""
    return all(
        seen.seen and seen.running is not False for seen in scene.containers.values()
    )
