"""Lives through random histories, and counts what came of them."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from unittest.mock import patch

from .pools import KeptRosters
from .profiles import LENGTH, Profile, Schedule, is_explained, make_rigs, schedule
from .watcher import Watched, Watcher
from .world import World

POLL = 30.0
LONG_POLL = 90.0
SETTLE = 25 * 60.0
"""Afterwards everything works, so that what was begun can be finished."""


@dataclass(kw_only=True)
class Tally:
    """What came of the histories of one profile."""

    histories: int = 0
    rigs: int = 0
    stops: int = 0
    kills_in_cut: int = 0
    cuts: int = 0
    without_cause: int = 0
    second: int = 0
    """Of these, cuts after another without cause for which nothing new happened."""
    left_off: int = 0
    handed_over: int = 0
    """Rigs that hang still after a restart, and whose user was asked about another."""
    why: Counter[str] = field(default_factory=Counter)
    """Why rigs were silent that were cut without cause."""
    seeds: list[int] = field(default_factory=list)
    """Histories with something wrong in them."""
    to_look_into: list[int] = field(default_factory=list)
    """Of these, histories with what must not be or is not explained."""

    def add(self, other: Tally) -> None:
        """Count another tally as well."""
        for name in (
            "histories",
            "rigs",
            "stops",
            "kills_in_cut",
            "cuts",
            "without_cause",
            "second",
            "left_off",
            "handed_over",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.why += other.why
        self.seeds += other.seeds
        self.to_look_into += other.to_look_into


def live(profile: Profile, seed: int) -> Tally:
    """Return what came of one history."""
    world = World(random=Random(f"{profile} {seed}"))
    with patch("homeassistant.util.dt.utcnow", lambda: world.wall):
        return _live(profile, seed, world)


def _live(profile: Profile, seed: int, world: World) -> Tally:
    random = world.random
    rigs = make_rigs(random, world)
    events = schedule(profile, random, world, rigs)
    tally = Tally(histories=1, rigs=len(rigs))
    rosters = KeptRosters()
    watcher: Watcher | None = Watcher(world, rigs, rosters)
    up_again = 0.0
    stops = sorted(random.uniform(5, 120) * 60 for _ in range(random.choice([0, 1])))
    while world.now < LENGTH:
        world.now += _step(world.now, events, stops, watcher, rigs)
        while events and events[0][0] <= world.now:
            events.pop(0)[1]()
        for watched in rigs:
            watched.rig.tick(world.now)
        if stops and world.now >= stops[0]:
            stops.pop(0)
            tally.stops += 1
            watcher, up_again = None, world.now + random.uniform(0.5, 20) * 60
        if watcher is None:
            if world.now >= up_again:
                watcher = Watcher(world, rigs, rosters)
            continue
        for watched in rigs:
            if watched.gone:
                continue
            if not _look_after(random, watcher, watched, tally):
                tally.stops += 1
                watcher, up_again = None, world.now + random.uniform(0.5, 20) * 60
                break
    tally.handed_over = sum(
        watched.rig.hung is not None
        and watched.memory is not None
        and watched.memory.handed_over
        for watched in rigs
    )
    _settle(world, rigs, rosters)
    _judge(rigs, tally)
    if tally.without_cause or tally.left_off:
        tally.seeds.append(seed)
    if (
        tally.second
        or tally.left_off
        or any(not is_explained(profile, why) for why in tally.why)
    ):
        tally.to_look_into.append(seed)
    return tally


def _step(
    now: float,
    events: Schedule,
    stops: list[float],
    watcher: Watcher | None,
    rigs: list[Watched],
) -> float:
    """Return the time until the next poll: longer while all works, and will work on."""
    if watcher is None or not all(each.calm and each.rig.works for each in rigs):
        return POLL
    soon = min([at for at, _ in events[:1]] + stops[:1], default=LENGTH)
    return LONG_POLL if now + LONG_POLL < soon else POLL


def _look_after(
    random: Random, watcher: Watcher, watched: Watched, tally: Tally
) -> bool:
    """Poll a rig, let its user do what he wants; False where the process was killed."""
    if random.random() < 0.3:
        watched.kill_in = random.randrange(12)
    before = len(watched.cuts)
    try:
        if watched.wish is not None:
            wish, watched.wish = watched.wish, None
            if not watcher.user(watched, wish):
                return False
        alive = watcher.poll(watched)
        if watched.hurried is not None and watched.kill_in != -1:
            watcher.leave(watched)
            return True
        # Killed at that moment, its entry is there again at the next start; disabled
        # if that was on disk already.
        if watched.hurried is not None and watched.goes == "disabled":
            watched.gone = random.random() < 0.5
        return alive
    finally:
        if not watched.rig.relay and len(watched.cuts) > before:
            tally.kills_in_cut += 1
        watched.kill_in = -1


def _settle(world: World, rigs: list[Watched], rosters: KeptRosters) -> None:
    """Let everything work again, until a last process has finished what was begun."""
    for watched in rigs:
        rig = watched.rig
        rig.plug, rig.plug_lost, watched.disk.full = "good", False, False
        watched.goes, watched.dies_in_cut = None, False
    world.mains, world.outages = True, 0
    watcher = Watcher(world, rigs, rosters)
    end = world.now + SETTLE
    while world.now < end and not all(_is_settled(watched) for watched in rigs):
        world.now += POLL
        for watched in rigs:
            watched.rig.tick(world.now)
            if not watched.gone:
                watcher.poll(watched)


def _is_settled(watched: Watched) -> bool:
    """Return whether nothing is left to be done about a rig's power."""
    if watched.gone:
        return True
    memory = watched.memory
    return watched.rig.relay and memory is not None and memory.intent is None


def _judge(rigs: list[Watched], tally: Tally) -> None:
    for watched in rigs:
        known_at = -1
        for cut in watched.cuts:
            if cut.at > LENGTH:
                continue
            tally.cuts += 1
            if cut.hung:
                continue
            tally.without_cause += 1
            tally.why[cut.excuse] += 1
            tally.second += cut.causes == known_at
            known_at = cut.causes
        rig = watched.rig
        if not rig.relay and rig.went_off_by == "us" and not watched.asks_human:
            tally.left_off += 1
