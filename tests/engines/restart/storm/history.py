"""Lives through random histories, and counts what came of them."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from .profiles import LENGTH, Profile, make_rigs, schedule
from .watcher import Watched, Watcher
from .world import World

POLL = 30.0
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
    why: Counter[str] = field(default_factory=Counter)
    """Why the cuts without cause were made."""
    seeds: list[int] = field(default_factory=list)
    """Histories with something wrong in them."""

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
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.why += other.why
        self.seeds += other.seeds


def live(profile: Profile, seed: int) -> Tally:
    """Return what came of one history."""
    random = Random(f"{profile} {seed}")
    world = World(random=random)
    rigs = make_rigs(random, world)
    events = schedule(profile, random, world, rigs)
    tally = Tally(histories=1, rigs=len(rigs))
    watcher: Watcher | None = Watcher(world, rigs)
    up_again = 0.0
    stops = sorted(random.uniform(5, 120) * 60 for _ in range(random.choice([0, 1])))
    while world.now < LENGTH:
        world.now += POLL
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
                watcher = Watcher(world, rigs)
            continue
        for watched in rigs:
            if not _look_after(random, watcher, watched, tally):
                tally.stops += 1
                watcher, up_again = None, world.now + random.uniform(0.5, 20) * 60
                break
    _settle(world, rigs)
    _judge(rigs, tally)
    if tally.without_cause or tally.left_off:
        tally.seeds.append(seed)
    return tally


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
        return watcher.poll(watched)
    finally:
        if watched.kill_in == -1 and len(watched.cuts) > before:
            tally.kills_in_cut += 1
        watched.kill_in = -1


def _settle(world: World, rigs: list[Watched]) -> None:
    """Let everything work again, and a last process finish what was begun."""
    for watched in rigs:
        rig = watched.rig
        rig.plug, rig.plug_lost, watched.disk.full = "good", False, False
    world.mains, world.outages = True, 0
    watcher = Watcher(world, rigs)
    end = world.now + SETTLE
    while world.now < end:
        world.now += POLL
        for watched in rigs:
            watched.rig.tick(world.now)
            watcher.poll(watched)


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
            tally.why[cut.why] += 1
            tally.second += cut.causes == known_at
            known_at = cut.causes
        rig = watched.rig
        if not rig.relay and rig.went_off_by == "us" and not watched.asks_human:
            tally.left_off += 1
