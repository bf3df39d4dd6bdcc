"""The site, and what happens to it whether or not Home Assistant runs."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Final, cast

from homeassistant.core import HomeAssistant

from .container import BITS, FLOW, HOT, LEAK, Container
from .disk import Disk
from .driven import DrivenLoop
from .machine import Machine
from .target import Target

MACHINES: Final = 5
COOLED: Final = 4
"""The first of the machines: these the container cools."""
AT_ONCE: Final = 2
"""Outlets that are switched at once; the product's own limit is never reached here."""
SMOKE: Final = "binary_sensor.smoke"


class World:
    """Machines, the container that cools them, a smoke detector and a disk."""

    log: Callable[[str], None] = staticmethod(lambda text: None)
    """Takes what happens, and what was wrong; for who looks at one history."""

    def __init__(self, hass: HomeAssistant, random: Random) -> None:
        """Begin with an evening on which all is well."""
        self.hass = hass
        self.loop = cast(DrivenLoop, hass.loop)
        self.random = random
        self.kept: set[asyncio.TimerHandle] = set()
        """Timers of the world, which a kill does not end."""
        self.disk = Disk(random=random)
        self.container = Container(
            loop=self.loop,
            name="north",
            hosts=frozenset(f"10.0.0.{n}" for n in range(COOLED)),
        )
        self.by_user = ""
        """Machine that its user gives an order to at this moment."""
        self.machines = {
            f"axe{n}": self._machine(f"axe{n}", f"10.0.0.{n}") for n in range(MACHINES)
        }
        self.no_smoke()

    def _machine(self, name: str, host: str) -> Machine:
        random = self.random
        sleeps = random.random() < 0.8
        machine = Machine(
            loop=self.loop,
            random=random,
            later=self.later,
            name=name,
            host=host,
            sleeps=sleeps,
            outlet=not sleeps or random.random() < 0.6,
            asleep=sleeps and random.random() < 0.1,
            forgets=random.random() < 0.5,
            started_at=self.loop.time() - 90000,
        )
        if sleeps and random.random() < 0.6:
            machine.target = Target(machine=machine)
        return machine

    # Its own time.

    def later(self, seconds: float, action: Callable[..., object], *args: Any) -> None:
        """Let something happen, whatever becomes of Home Assistant."""

        def act() -> None:
            self.kept.discard(handle)
            action(*args)

        handle = self.loop.call_later(seconds, act)
        self.kept.add(handle)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        done = self.loop.create_future()
        self.later(seconds, done.set_result, None)
        await done

    def end(self) -> None:
        """Let nothing happen any more."""
        for handle in tuple(self.kept):
            handle.cancel()

    # What happens.

    def some(self) -> Machine:
        """Return one of the machines."""
        return self.random.choice(list(self.machines.values()))

    def event(self, name: str) -> bool:
        """Let something happen; False if it is nothing of the world's."""
        return self._of_plant(name) or self._of_machines(name)

    def _of_plant(self, name: str) -> bool:
        """Let something happen to the container or the disk; False if it is of neither."""
        container = self.container
        match name:
            case "leak" | "flow" | "hot":
                container.bits.add({"leak": LEAK, "flow": FLOW, "hot": HOT}[name])
            case "smoke":
                self.hass.states.async_set(SMOKE, "on")
                self.later(self.random.uniform(5, 60), self.no_smoke)
            case "repair":
                container.bits.clear()
            case "flicker":
                bit = self.random.choice(BITS)
                container.bits.add(bit)
                self.later(self.random.uniform(0.5, 12), container.bits.discard, bit)
            case "silence":
                container.answers = False
            case "disconnect":
                container.connected = False
            case "answer":
                container.mend()
            case "full" | "room":
                self.disk.full = name == "full"
            case _:
                return False
        return True

    def _of_machines(self, name: str) -> bool:
        """Let something happen to machines; False if it is none of that."""
        some = self.some()
        match name:
            case "away":
                some.fresh = False
            case "lose":
                some.lost = True
            case "refuse":
                some.refuses = True
            case "lie":
                some.lies = True
            case "wake":
                some.wake()
            case "doze":
                some.doze()
            case "reboot":
                some.reboot()
            case "mains":
                self._lose_mains(self.random.uniform(20, 200))
            case "back" | "find" | "honest":
                for machine in self.machines.values():
                    machine.mend(name)
            case _:
                return False
        return True

    def no_smoke(self) -> None:
        """Let the smoke clear."""
        self.hass.states.async_set(SMOKE, "off")

    def _lose_mains(self, seconds: float) -> None:
        for machine in self.machines.values():
            machine.lose_mains(seconds)
        self.container.answers = False

        def back() -> None:
            self.container.answers = True

        self.later(seconds, back)

    def mend(self) -> None:
        """Let everything work again; what is wrong at the container stays wrong."""
        self.container.mend()
        self.disk.full = False
        for machine in self.machines.values():
            for what in ("back", "find", "honest"):
                machine.mend(what)

    def repair(self) -> None:
        """Let no alarm be on, and no smoke be there."""
        self.container.bits.clear()
        self.no_smoke()
