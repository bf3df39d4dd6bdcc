"""Rounds in which Home Assistant is killed at a random moment of an emergency stop."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
import json
import random
from typing import Any

import aiohttp

from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator

from .client import HomeAssistantClient
from .process import HomeAssistantProcess
from .rigs import DOMAIN, POOL, Rig, add_rig

WORKERS = ("rig01", "rig02", "rig03")
STOP = "binary_sensor.hall_emergency_stop"
LATENCY = 0.2
"""Seconds to each reply of the strip, so that kills also fall in between commands."""
SPAN = 6.0
"""Seconds from the press to the last confirmation, and a little more."""
IN_FLIGHT = 0.3
"""Seconds until a command that the killed process has sent is carried out."""
SETTLED_WITHIN = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRound:
    """What one kill led to."""

    killed_after: float
    """Seconds from the press to the kill."""
    on_disk: bool
    """Whether the stop had reached the disk."""
    off: int
    """How many outlets were off when it was killed."""
    faults: tuple[str, ...]
    """What must not be; none in a round that went well."""


class StopProof:
    """A farm of rigs on one strip, stopped again and again."""

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
        strip.slow(LATENCY)

    async def prepare(self) -> None:
        """Add the rigs and their farm, and wait until they would outlive a kill."""
        async with self._home_assistant.connect() as client:
            for number, worker in enumerate(WORKERS, 1):
                rig = Rig(
                    worker=worker,
                    pool_url=self._pools.url(POOL),
                    plug=self._strip.host,
                    outlet=number,
                )
                await add_rig(client, rig)
            await client.run_flow(
                DOMAIN,
                {"next_step_id": "farm"},
                {"name": "Hall", "areas": [], "labels": [], "members": []},
            )
            await self._until(client, stopped=False)

        def is_saved() -> bool:
            stored = self._home_assistant.stored("core.config_entries")
            ours = [e for e in stored.get("entries", ()) if e["domain"] == DOMAIN]
            return len(ours) == len(WORKERS) + 1

        await self._home_assistant.until(is_saved)

    async def run(self) -> StopRound:
        """Stop, kill, start, and let go again; return what came of it."""
        before = len(self._strip.commands)
        killed_after = self._random.uniform(0, SPAN)
        async with self._home_assistant.connect() as client:
            pressing = asyncio.create_task(_press(client))
            await asyncio.sleep(killed_after)
            self._home_assistant.kill()
            await pressing
        await asyncio.sleep(IN_FLIGHT)
        off, on_disk = self._off, self._is_on_disk()
        faults = []
        if off and not on_disk:
            faults.append("an outlet was off without a hold on disk")
        await self._home_assistant.start()
        async with self._home_assistant.connect() as client:
            await self._until(client, stopped=on_disk)
            try:
                if on_disk:
                    await self._home_assistant.until(
                        lambda: self._off == len(WORKERS), SETTLED_WITHIN
                    )
            except TimeoutError:
                faults.append(f"only {self._off} outlets went off")
            if on_disk:
                await client.call_action(
                    f"{DOMAIN}.release_emergency_stop", entity_id=STOP
                )
            try:
                await self._home_assistant.until(lambda: not self._off, SETTLED_WITHIN)
            except TimeoutError:
                faults.append(f"{self._off} outlets were left off")
            await self._until(client, stopped=False)
        faults += self._ordered_twice(before)
        return StopRound(
            killed_after=killed_after,
            on_disk=on_disk,
            off=off,
            faults=tuple(faults),
        )

    @property
    def _off(self) -> int:
        return sum(not outlet.on for outlet in self._strip.outlets)

    def _ordered_twice(self, before: int) -> list[str]:
        done = Counter(
            (command.outlet_id, command.on) for command in self._strip.commands[before:]
        )
        return [
            f"{outlet} was switched {'on' if on else 'off'} {count} times"
            for (outlet, on), count in done.items()
            if count > 1
        ]

    def _is_on_disk(self) -> bool:
        """Return whether the stop, or any hold of it, had reached the disk."""
        folder = self._home_assistant.folder / ".storage"
        records: list[dict[str, Any]] = []
        for path in folder.glob(f"{DOMAIN}.farm.*"):
            with suppress(ValueError):
                records.append(json.loads(path.read_bytes()))
        newest = max(records, key=lambda record: int(record["write"]), default=None)
        return newest is not None and newest["stop"] is not None

    async def _until(self, client: HomeAssistantClient, *, stopped: bool) -> None:
        wanted = "on" if stopped else "off"

        def shown(states: dict[str, Any]) -> bool:
            return STOP in states and states[STOP]["state"] == wanted

        await client.until(client.states, shown)


async def _press(client: HomeAssistantClient) -> None:
    """Call the action; a Home Assistant that dies meanwhile does not answer."""
    with suppress(aiohttp.ClientError):
        await client.post(
            f"/api/services/{DOMAIN}/emergency_stop",
            {"entity_id": STOP, "confirm": True},
        )
