"""What goes wrong in a history, by profile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Literal

from .watcher import Watched
from .world import Hang, Pool, Rig, World

type Profile = Literal[
    "hangs and crashes only",
    "internet",
    "pool",
    "mains",
    "clock",
    "user",
    "storage",
    "worker",
    "plug",
    "own switch, button",
    "second account",
    "gone in mid-cut",
    "mixed",
]
type Event = Callable[[], None]
type Schedule = list[tuple[float, Event]]

MINUTE = 60.0
LENGTH = 130 * MINUTE
JOURNALS: tuple[list[str | None] | None, ...] = (
    None,
    ["{", None],
    ["{", "{"],
    ["", "{"],
    [None, None],
)
"""What may be left of both copies after a crash; None: they are as they were."""
HANGS: tuple[Hang, ...] = ("idle", "api silent", "frozen card", "dark")


EXPLAINED = {
    "switched off at its own switch": "nothing tells it from one that hangs until it "
    "has had power again: one cut, then its meter shows that it is off, or its user "
    "is asked",
    "mines at an account that was not named": "one that is neither linked nor measured "
    "is as silent as one that hangs: one cut, then its user is asked; a second account "
    "that is named ends it",
    "mines under another name": "it has a name that was there before it fell silent, and "
    "that no other rig had taken as it appeared: one cut, then its user is asked",
    "the data of its pool are broken": "they stand still while the pool answers, and no "
    "other worker of the account shows it, or a second pool that was never used before "
    "lists nothing: one cut, then its user is asked",
    "back only now": "what it came back from was no outage that a witness saw, and its "
    "pool has yet to show a share, in an answer from that moment; or the clock of Home "
    "Assistant jumped over the time that it has to start",
}
"""Why a rig that does not hang can still be cut, by how its excuse begins."""


SAFE: tuple[Profile, ...] = (
    "hangs and crashes only",
    "internet",
    "mains",
    "clock",
    "user",
    "storage",
)
"""In these a witness always knows better."""


def is_explained(profile: Profile, excuse: str) -> bool:
    """Return whether no witness could have known better."""
    return profile not in SAFE and excuse.startswith(tuple(EXPLAINED))


def make_rigs(random: Random, world: World) -> list[Watched]:
    """Return one to three rigs, together or each at a pool of its own."""
    count = random.choice([1, 1, 2, 2, 3])
    alone, one_account = random.random() < 0.5, random.random() < 0.5
    shared = _pool(random)
    rigs = []
    for number in range(count):
        name = f"rig{number}"
        own = not alone and one_account
        rig = Rig(
            world=world,
            pool=_pool(random) if alone else shared,
            name=name,
            worker=name,
            account="wallet" if own else f"wallet of {name}",
            meter=random.random() < 0.5,
            tells_on_time=random.random() < 0.5,
            linked=random.random() < 0.4,
            tells_lost_pools=random.random() < 0.5,
        )
        rig.shares[name] = [-random.uniform(1, 60)]
        rigs.append(Watched(rig=rig, world=world))
    return rigs


def _pool(random: Random) -> Pool:
    return Pool(
        lag=random.choice([5.0, 30.0, 60.0, 180.0]),
        dated=random.random() < 0.85,
        tells_clock=random.random() < 0.9,
        strangers=[1e9] if random.random() < 0.4 else [],
    )


def schedule(
    profile: Profile, random: Random, world: World, rigs: list[Watched]
) -> Schedule:
    """Return what happens in a history, and when."""
    events = _hangs(random, rigs)
    parts = random.sample(MIXED, 3) if profile == "mixed" else [PROFILES[profile]]
    for part in parts:
        events += part(random, world, rigs)
    return sorted(events, key=lambda each: each[0])


def _hangs(random: Random, rigs: list[Watched]) -> Schedule:
    events: Schedule = []
    for watched in rigs:
        for _ in range(random.choice([0, 1, 1, 2])):
            at = random.uniform(10, 110) * MINUTE
            events.append((at, partial(_hang, watched, random.choice(HANGS))))
    return events


def _hang(watched: Watched, how: Hang) -> None:
    if watched.rig.works:
        watched.rig.hung = how
        watched.causes += 1


def _span(random: Random, least: float, most: float) -> tuple[float, float]:
    start = random.uniform(10, 90) * MINUTE
    return start, start + random.uniform(least, most) * MINUTE


def _nothing(_random: Random, _world: World, _rigs: list[Watched]) -> Schedule:
    return []


def _cause(rigs: list[Watched]) -> None:
    for each in rigs:
        each.causes += 1


def _internet(random: Random, world: World, rigs: list[Watched]) -> Schedule:
    events: Schedule = []
    for _ in range(random.choice([1, 1, 2])):
        start, end = _span(random, 2, 45)

        def down() -> None:
            world.outages += 1
            _cause(rigs)

        def up() -> None:
            world.outages -= 1
            for each in rigs:
                each.rig.reconnect()
                each.rig.returns("the internet")

        events += [(start, down), (end, up)]
    return events


def _pools(random: Random, world: World, rigs: list[Watched]) -> Schedule:
    events: Schedule = []
    for pool in {id(each.rig.pool): each.rig.pool for each in rigs}.values():
        start, end = _span(random, 5, 60)
        mode = random.choice(["down", "errors", "empty", "frozen", "zeros", "ahead"])
        members = [each for each in rigs if each.rig.pool is pool]

        def turn(
            pool: Pool = pool, mode: str = mode, members: list[Watched] = members
        ) -> None:
            pool.mode = mode  # type: ignore[assignment]
            pool.frozen_at = world.now - pool.lag
            _cause(members)

        def back(pool: Pool = pool, members: list[Watched] = members) -> None:
            for each in members:
                if pool.mode == "down":
                    each.rig.reconnect()
                each.rig.returns("its pool")
            pool.mode = "up"

        events += [(start, turn), (end, back)]
    return events


def _mains(random: Random, world: World, rigs: list[Watched]) -> Schedule:
    start, end = _span(random, 0.5, 40)
    stays_off = random.random() < 0.2

    def down() -> None:
        world.mains = False
        _cause(rigs)

    def up() -> None:
        world.mains = True
        for each in rigs:
            if stays_off:
                each.rig.switch(False, "mains")
            if each.rig.relay:
                each.rig.relay_since = world.now
                each.rig.boot()
            each.rig.returns("the mains")

    # The network's devices come back later than the rigs.
    def plugs(*, lost: bool) -> None:
        for each in rigs:
            each.rig.plug_lost = lost

    later = end + random.uniform(10, 300)
    return [
        (start, down),
        (start, partial(plugs, lost=True)),
        (end, up),
        (later, partial(plugs, lost=False)),
    ]


def _clock(random: Random, world: World, _rigs: list[Watched]) -> Schedule:
    events: Schedule = []
    for _ in range(random.choice([1, 2])):
        start, end = _span(random, 2, 60)
        by = random.choice([-86400, -7200, -600, 300, 900, 3600, 86400, 3e7])

        def jump(by: float) -> None:
            world.clock_error += by

        events += [(start, partial(jump, by)), (end, partial(jump, -by))]
    return events


def _user(random: Random, _world: World, rigs: list[Watched]) -> Schedule:
    events: Schedule = []
    for watched in rigs:
        at = random.uniform(10, 80) * MINUTE
        what = random.choice(["off", "cycle", "reset", "on"])
        events.append((at, partial(_asks, watched, what)))
        if what == "off":
            later = at + random.uniform(1, 40) * MINUTE
            events.append((later, partial(_asks, watched, "on")))
    return events


def _asks(watched: Watched, what: str) -> None:
    watched.wish = what


def _storage(random: Random, _world: World, rigs: list[Watched]) -> Schedule:
    events: Schedule = []
    for watched in rigs:
        start, end = _span(random, 1, 60)

        def full(watched: Watched = watched, *, full: bool) -> None:
            watched.disk.full = full

        def damage(
            watched: Watched = watched, which: int = random.choice([0, 1])
        ) -> None:
            watched.disk.copies[which] = random.choice(["{", None, ""])

        def lose(watched: Watched = watched) -> None:
            watched.disk.copies = random.choice([["{", "{"], ["", "{"]])

        match random.choice(["full", "damaged", "lost", "old"]):
            case "full":
                events += [
                    (start, partial(full, full=True)),
                    (end, partial(full, full=False)),
                ]
            case "damaged":
                events.append((start, damage))
            case "lost":
                events.append((start, lose))
            case _:
                events.append((start, partial(_restore, watched)))
    return events


def _restore(watched: Watched) -> None:
    """Put back both copies as they were at first, as a backup does."""
    watched.disk.copies = [watched.disk.copies[0], watched.disk.copies[0]]


def _worker(random: Random, _world: World, rigs: list[Watched]) -> Schedule:
    events: Schedule = []
    for watched in rigs:
        rig = watched.rig
        start, end = _span(random, 15, 60)
        what = random.choice(["renamed", "merged", "backup", "twin"])

        def rename(name: str, watched: Watched = watched) -> None:
            watched.rig.worker = name
            watched.causes += 1

        match what:
            case "renamed":
                events.append((start, partial(rename, f"eth1.{rig.name}")))
            case "merged":
                events.append((start, partial(rename, "_default_")))
            case "backup":
                events += [
                    (start, partial(_changes_account, watched, second=True)),
                    (end, partial(_changes_account, watched, second=False)),
                ]
            case _:
                twin = f"{rig.name.upper()}"
                rig.shares[twin] = [0.0]
    return events


def _changes_account(watched: Watched, *, second: bool) -> None:
    watched.rig.on_backup = second
    watched.rig.returns("its second account" if not second else "its first account")
    watched.causes += 1


def _seconds(random: Random, _world: World, rigs: list[Watched]) -> Schedule:
    """Let rigs change to the second account that their users have named."""
    events: Schedule = []
    for watched in rigs:
        watched.rig.second = second = _pool(random)
        start, end = _span(random, 10, 60)
        events += [
            (start, partial(_changes_account, watched, second=True)),
            (end, partial(_changes_account, watched, second=False)),
        ]
        if random.random() < 0.5:
            at, until = _span(random, 5, 40)
            mode = random.choice(["down", "errors", "empty"])
            pool = random.choice([watched.rig.pool, second])

            def turn(mode: str, pool: Pool = pool, watched: Watched = watched) -> None:
                rig = watched.rig
                watched.causes += 1
                if pool.mode == "down" and pool is (
                    rig.second if rig.on_backup else rig.pool
                ):
                    rig.reconnect()
                    rig.returns("its pool")
                pool.mode = mode  # type: ignore[assignment]

            events += [(at, partial(turn, mode)), (until, partial(turn, "up"))]
    return events


def _gone(random: Random, _world: World, rigs: list[Watched]) -> Schedule:
    """Let entries go, processes die and journals be lost while the power is off."""
    events: Schedule = []
    for watched in rigs:
        if random.random() < 0.5:
            delay = timedelta(seconds=60)
            watched.policy = replace(watched.policy, power_cycle_on_delay=delay)
        if random.random() < 0.5:
            watched.goes = random.choice(["removed", "disabled", "reloaded"])
        else:
            watched.journal_then = random.choice(JOURNALS)
            watched.dies_in_cut = True
        events.append(
            (random.uniform(10, 90) * MINUTE, partial(_hang, watched, "idle"))
        )
        if random.random() < 0.3:
            start, end = _span(random, 1, 30)
            what = random.choice(["away", "no on"])
            events += [
                (start, partial(_bad_plug, watched, what)),
                (end, partial(_bad_plug, watched, "good")),
            ]
    return events


def _bad_plug(watched: Watched, what: str) -> None:
    watched.rig.plug_lost = what == "away"
    watched.rig.plug = "no on" if what == "no on" else "good"


def _plug(random: Random, _world: World, rigs: list[Watched]) -> Schedule:
    events: Schedule = []
    for watched in rigs:
        start, end = _span(random, 1, 60)
        what = random.choice(["away", "stuck", "late", "no on", "lies", "flaps"])

        def mode(value: str, watched: Watched = watched) -> None:
            watched.rig.plug = value  # type: ignore[assignment]

        def lost(*, value: bool, watched: Watched = watched) -> None:
            watched.rig.plug_lost = value

        if what in ("away", "flaps"):
            times = 1 if what == "away" else 8
            step = (end - start) / times
            for number in range(times):
                at = start + number * step
                events += [
                    (at, partial(lost, value=True)),
                    (at + step * 0.6, partial(lost, value=False)),
                ]
        else:
            events += [(start, partial(mode, what)), (end, partial(mode, "good"))]
    return events


def _hands(random: Random, world: World, rigs: list[Watched]) -> Schedule:
    events: Schedule = []
    for watched in rigs:
        start, end = _span(random, 5, 60)

        def own(*, off: bool, watched: Watched = watched) -> None:
            watched.rig.switched_off = off
            watched.causes += 1
            if not off and watched.rig.relay:
                watched.rig.boot()
            watched.rig.returns("its own switch")

        def button(*, on: bool, watched: Watched = watched) -> None:
            if world.mains and (watched.rig.went_off_by == "hand" or not on):
                watched.rig.switch(on, "hand")
                watched.rig.returns("the plug's button")
                watched.causes += 1

        if random.random() < 0.6:
            events += [(start, partial(own, off=True)), (end, partial(own, off=False))]
        else:
            events += [
                (start, partial(button, on=False)),
                (end, partial(button, on=True)),
            ]
    return events


PROFILES: dict[str, Callable[[Random, World, list[Watched]], Schedule]] = {
    "hangs and crashes only": _nothing,
    "internet": _internet,
    "pool": _pools,
    "mains": _mains,
    "clock": _clock,
    "user": _user,
    "storage": _storage,
    "worker": _worker,
    "plug": _plug,
    "own switch, button": _hands,
    "second account": _seconds,
    "gone in mid-cut": _gone,
}
MIXED = [part for name, part in PROFILES.items() if name != "gone in mid-cut"]
