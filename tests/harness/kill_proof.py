"""Rounds in which Home Assistant is killed at a random moment of a power cycle."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
import json
from pathlib import Path
import random
import time
from typing import Any

import aiohttp

from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator

from .client import HomeAssistantClient
from .process import HomeAssistantProcess
from .rigs import DOMAIN, POOL, Rig, add_rig

WORKER = "rig01"
STATE = f"sensor.{WORKER}_state"
ON_DELAY = 1
LATENCY = 0.2
"""Seconds to each reply of the strip, so that kills also fall in between commands."""
CYCLE = ON_DELAY + 1.5
"""Seconds from the call to the end of a cycle, and a little more."""
GATE = 21.0
"""Seconds after a start until the first machine gets power, and a little more."""
FINISH = GATE + 1.0
"""Seconds in which a start turns on what was left off, and a little more."""
POLL = 0.01
IN_FLIGHT = 0.3
"""Seconds until a command that the killed process has sent is carried out."""
BACK_WITHIN = 300.0
"""Seconds for power to come back once Home Assistant runs, however slow the machine is."""


class Moment(StrEnum):
    """Where in its cycle a rig was when Home Assistant was killed."""

    BEFORE = "before the intent was on disk"
    INTENT = "with the intent on disk, before the cut"
    OFF = "with the outlet off"
    ON = "with the outlet on again, before that was on disk"
    AFTER = "after the cycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one kill led to."""

    moment: Moment
    killed_after: float
    """Seconds from the call of the action to the kill."""
    cuts: int
    """Commands to turn off, from the call to the end of the round."""
    back_after: float | None
    """Seconds from the next start to power; None where it had it, or never got it."""
    faults: tuple[str, ...]
    """What must not be; none in a round that went well."""


class KillProof:
    """One rig of a Home Assistant, and the strip and pool that it lives on."""

    def __init__(
        self,
        home_assistant: HomeAssistantProcess,
        strip: KasaSimulator,
        pools: PoolSimulator,
        *,
        seed: int,
    ) -> None:
        """Take a Home Assistant that runs, and simulators that run."""
        self._home_assistant = home_assistant
        self._strip = strip
        self._pools = pools
        self._random = random.Random(seed)
        self._memory = Path()
        self._rested = True
        self._started = 0.0
        """When Home Assistant's gate began to be closed, at the latest."""
        strip.slow(LATENCY)

    async def prepare(self) -> None:
        """Add the rig and wait until it would outlive a kill."""
        self._started = time.monotonic()
        async with self._home_assistant.connect() as client:
            result = await add_rig(
                client,
                Rig(
                    worker=WORKER,
                    pool_url=self._pools.url(POOL),
                    plug=self._strip.host,
                    armed=True,
                    on_delay=ON_DELAY,
                ),
            )
            await self._until_loaded(client)
        entry_id = result["result"]["entry_id"]
        key = f"{DOMAIN}.rig.{entry_id}"
        self._memory = self._home_assistant.folder / ".storage" / key

        def is_saved() -> bool:
            entries = self._home_assistant.stored("core.config_entries")
            saved = any(e["entry_id"] == entry_id for e in entries.get("entries", ()))
            return saved and self._memory.exists()

        await self._home_assistant.until(is_saved)

    async def run(self, *, twice: bool = False) -> Round:
        """Cycle, kill, start and judge; twice kills in the start that follows too."""
        if not self._rested:
            self._home_assistant.kill()
            self._let_hours_pass()
            await self._start()
        cuts, total = self._strip.cuts(), self._remembered()["restarts_total"]
        killed_after = self._random.uniform(0, CYCLE)
        async with self._home_assistant.connect() as client:
            await self._until_loaded(client)
            await asyncio.sleep(self._started + GATE - time.monotonic())
            cycle = asyncio.create_task(_power_cycle(client))
            await asyncio.sleep(killed_after)
            self._home_assistant.kill()
            await cycle
        await asyncio.sleep(IN_FLIGHT)
        moment = self._moment(self._strip.cuts() - cuts)
        faults = []
        if not self._on and moment is not Moment.OFF:
            faults.append("the outlet was off without an intent on disk")
        was_off, restarted = not self._on, time.time()
        if twice:
            await self._kill_next_start()
        await self._start()
        try:
            await self._home_assistant.until(
                lambda: self._on and not self._remembered()["intent"], BACK_WITHIN
            )
        except TimeoutError:
            faults.append(f"not on and forgotten within {BACK_WITHIN:.0f} s")
        self._rested = moment is Moment.BEFORE
        back_at = max((c.at for c in self._strip.commands if c.on), default=0.0)
        async with self._home_assistant.connect() as client:
            await self._until_loaded(client)
            await client.call_action(f"{DOMAIN}.check_now", entity_id=STATE)
        done = self._strip.cuts() - cuts
        counted = self._remembered()["restarts_total"] - total
        expected = 0 if moment is Moment.BEFORE else 1
        if done > 1:
            faults.append(f"{done} cuts for one cause")
        if not self._on:
            faults.append("the outlet is off")
        if counted != expected:
            faults.append(f"{counted} restarts counted, not {expected}")
        return Round(
            moment=moment,
            killed_after=killed_after,
            cuts=done,
            back_after=back_at - restarted if was_off and self._on else None,
            faults=tuple(faults),
        )

    async def _start(self) -> None:
        await self._home_assistant.start()
        self._started = time.monotonic()

    def _let_hours_pass(self) -> None:
        """Let the last cut be so long ago that another one is not refused."""
        self._memory.with_name(f"{DOMAIN}.pauses").unlink(missing_ok=True)
        for path in (self._memory, self._memory.with_name(f"{self._memory.name}.2")):
            if path.exists():
                record = json.loads(path.read_bytes())
                path.write_text(json.dumps({**record, "last_cut": None}))

    async def _kill_next_start(self) -> None:
        """Start and kill a moment after the outlet was first connected to."""
        traffic = self._strip.traffic
        before = traffic.connections
        starting = asyncio.create_task(self._start())
        while traffic.connections == before and not starting.done():
            await asyncio.sleep(POLL)
        await asyncio.sleep(self._random.uniform(0, FINISH))
        self._home_assistant.kill()
        await asyncio.gather(starting, return_exceptions=True)
        await asyncio.sleep(IN_FLIGHT)

    @property
    def _on(self) -> bool:
        return self._strip.outlets[0].on

    def _remembered(self) -> dict[str, Any]:
        copies: list[dict[str, Any]] = [
            json.loads(path.read_bytes())
            for path in (self._memory, self._memory.with_name(f"{self._memory.name}.2"))
            if path.exists()
        ]
        return max(copies, key=lambda copy: int(copy["write"]))

    def _moment(self, cuts: int) -> Moment:
        if not self._remembered()["intent"]:
            return Moment.AFTER if cuts else Moment.BEFORE
        if not cuts:
            return Moment.INTENT
        return Moment.ON if self._on else Moment.OFF

    async def _until_loaded(self, client: HomeAssistantClient) -> None:
        def loaded(states: dict[str, Any]) -> bool:
            return STATE in states and states[STATE]["state"] != "unavailable"

        await client.until(client.states, loaded)


async def _power_cycle(client: HomeAssistantClient) -> None:
    """Call the action; a Home Assistant that dies meanwhile does not answer.

    One that refuses does, and then nothing would be proved.
    """
    with suppress(aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
        await client.post(f"/api/services/{DOMAIN}/power_cycle", {"entity_id": STATE})
