"""A day in which a farm goes through everything that used to send somebody driving."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import override

from homeassistant.core import HomeAssistant

from .site import START, PoolMode, SimulatedRig, Site

ACCOUNTS = 2
HANGS = {3: 5.0, 7: 7.4, 8: 10.2, 12: 18.0, 14: 18.0}
"""Rig by rig, the hour at which it hangs: one while the pool is stale, two at once."""
DEAD_PLUGS = {1: 6.0, 16: 6.0}
"""Rig by rig, the hour from which its plug does not answer."""
HANGS_BEHIND_DEAD_PLUGS = 16.0
POOL: tuple[tuple[float, PoolMode], ...] = (
    (2.0, "down"),
    (4.0, "up"),
    (7.0, "stale"),
    (8.0, "up"),
)
RESTARTS = (3.1, 10.0 + 22 / 60 + 13 / 3600, 12.4)
"""During the outage, while a rig is off, and just after the site's power cut."""
MAINS = (12.0, 12.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What has come of it."""

    polls: int
    requests: int
    cycles: dict[str, int]
    """Cuts of each rig that was cut."""
    counted: dict[str, int]
    """Restarts on disk, of each rig that has any."""
    cut_while_mining: int
    off: list[str]
    events: dict[str, set[str]]
    idle: list[str]
    """Rigs that do not mine at the end."""


class WatchedRig(SimulatedRig):
    """One that notes whether it worked when its power was cut."""

    false_cuts = 0

    @override
    async def async_turn_off(self) -> None:
        """Take power."""
        self.false_cuts += self.mining
        await super().async_turn_off()


async def async_live_through(hass: HomeAssistant, count: int, seed: int = 1) -> Day:
    """Simulate the day for that many rigs of two accounts at one pool."""
    random = Random(seed)
    site = Site(hass)
    clock = site.clock
    rigs = [
        WatchedRig(
            clock=clock,
            random=random,
            name=f"rig{number}",
            account=f"0xwallet{number % ACCOUNTS}",
        )
        for number in range(count)
    ]
    for rig in rigs:
        site.add(rig)

    def turn(mode: PoolMode) -> None:
        if mode != "up":
            for rig in rigs:
                rig.note_shares()
        site.pool = mode

    def kill_plug(rig: SimulatedRig) -> None:
        rig.plug_dead = True

    for number, hour in HANGS.items():
        clock.at(START + timedelta(hours=hour), rigs[number].hang)
    for number, hour in DEAD_PLUGS.items():
        dead = rigs[number]
        clock.at(START + timedelta(hours=hour), partial(kill_plug, dead))
        clock.at(START + timedelta(hours=HANGS_BEHIND_DEAD_PLUGS), dead.hang)
    for hour, mode in POOL:
        clock.at(START + timedelta(hours=hour), partial(turn, mode))
    for hour in RESTARTS:
        clock.at(START + timedelta(hours=hour), site.async_restart)
    for rig in rigs:
        clock.at(START + timedelta(hours=MAINS[0]), rig.lose_mains)
        clock.at(START + timedelta(hours=MAINS[1]), rig.regain_mains)
    with site.simulated():
        site.start()
        await clock.async_run(START + timedelta(hours=24))
        await site.async_stop()
    totals = {rig.name: site.memory(rig.name).restarts_total for rig in rigs}
    return Day(
        polls=site.polls,
        requests=site.requests,
        cycles={rig.name: len(rig.switched_off) for rig in rigs if rig.switched_off},
        counted={name: total for name, total in totals.items() if total},
        cut_while_mining=sum(rig.false_cuts for rig in rigs),
        off=[rig.name for rig in rigs if not rig.on],
        events={rig.name: set(rig.events) for rig in rigs if rig.events},
        idle=[rig.name for rig in rigs if not rig.mining],
    )
