"""Lives through random histories of a site, from an evening on which all is well."""

import random as global_random
from random import Random
from typing import Final, cast

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .driven import DrivenLoop
from .judge import Judge
from .patches import patched
from .people import People
from .process import Process
from .profiles import ALWAYS, PROFILES, Profile
from .tally import Tally
from .world import MACHINES, World

LENGTH: Final = 900.0


class History:
    """A world, the processes in it, the people before them, and a judge of it all."""

    def __init__(self, hass: HomeAssistant, profile: Profile, seed: int) -> None:
        """Take a Home Assistant that histories may share, one after the other."""
        self.hass = hass
        self.random = Random(f"{profile} {seed}")
        global_random.seed(seed)
        self.weights = {**ALWAYS, **PROFILES[profile]}
        self.tally = Tally(histories=1)
        self.world = World(hass, self.random)
        self.judge = Judge(self.world, self.tally)
        self.process = Process(self.world, self.judge)
        self.people = People(self.world, self.process)

    async def live(self) -> Tally:
        """Return what came of it."""
        world = self.world
        await self.process.boot()
        await world.wait(40)
        names, weights = list(self.weights), list(self.weights.values())
        times = sorted(
            self.random.uniform(0, LENGTH) for _ in range(self.random.randint(6, 24))
        )
        began = world.loop.time()
        for at in times:
            left = began + at - world.loop.time()
            if left > 0:
                await world.wait(left)
            await self._event(self.random.choices(names, weights)[0])
        await self._settle()
        await self.process.kill()
        world.end()
        return self.tally

    async def _event(self, name: str) -> None:
        """Let something happen."""
        self.world.log(name)
        if name in ("restart", "spoil", "spoil_one"):
            await self._restart(name)
        elif not self.world.event(name):
            self.people.act(name)

    async def _restart(self, name: str) -> None:
        self.tally.kills += 1
        await self.process.kill()
        if name != "restart":
            self.world.disk.spoil(both=name == "spoil")
        await self.world.wait(self.random.uniform(15, 240))
        await self.process.boot()

    async def _settle(self) -> None:
        """Let everything work again, let go of everything, and see what is left."""
        world = self.world
        world.log("settle")
        world.mend()
        await world.wait(250)
        self.judge.all_held_are_down()
        world.repair()
        holds = async_holds(self.hass)
        if holds.lost:
            await holds.async_settle()
        await world.wait(30)
        for _ in range(4):
            for name in ("let_go", "release", "lift"):
                self.people.act(name)
                await world.wait(15)
        await world.wait(480)
        if self.judge.some_are_lowered():
            await world.wait(300)
        self.judge.nothing_is_left()


def _add_entries(hass: HomeAssistant) -> None:
    for n in range(MACHINES):
        for name, kind in ((f"axe{n}", "miner"), (f"axe{n}-rig", "rig")):
            entry = MockConfigEntry(
                domain=DOMAIN, entry_id=name, title=name, data={"kind": kind}
            )
            entry.add_to_hass(hass)
            entry.mock_state(hass, ConfigEntryState.LOADED)
    north = MockConfigEntry(
        domain=DOMAIN, entry_id="north", title="north", data={"kind": "container"}
    )
    north.add_to_hass(hass)
    north.mock_state(hass, ConfigEntryState.LOADED)


async def async_live_all(hass: HomeAssistant, profile: Profile, seeds: range) -> Tally:
    """Live through some histories in one Home Assistant, one after the other."""
    tally = Tally()
    _add_entries(hass)
    with patched(cast(DrivenLoop, hass.loop)) as disks:
        for seed in seeds:
            history = History(hass, profile, seed)
            disks.append(history.world.disk)
            one = await history.live()
            if one.faults:
                one.seeds.append(f"{profile} {seed}")
            tally.add(one)
    return tally
