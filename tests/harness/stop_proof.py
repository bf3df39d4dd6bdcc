"""Rounds in which Home Assistant is killed at a random moment while a farm stops."""

from abc import ABC, abstractmethod
import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
import json
import random
from typing import Any, override

import aiohttp

from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator

from .client import HomeAssistantClient
from .farms import add_farm
from .process import HomeAssistantProcess
from .rigs import DOMAIN, POOL, Rig, add_rig

WORKERS = ("rig01", "rig02", "rig03")
LATENCY = 0.2
"""Seconds to each reply of the strip, so that kills also fall in between commands."""
SPAN = 6.0
"""Seconds from the press to the last confirmation, and a little more."""
IN_FLIGHT = 0.3
"""Seconds until a command that the killed process has sent is carried out."""
SETTLED_WITHIN = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRound:
    """What one kill led to."""

    killed_after: float
    """Seconds from the cause to the kill."""
    on_disk: bool
    """Whether the stop had reached the disk."""
    off: int
    """How many outlets were off when it was killed."""
    faults: tuple[str, ...]
    """What must not be; none in a round that went well."""


class StopProof(ABC):
    """A farm of rigs on one strip, stopped again and again."""

    latch: str
    """The binary sensor that is on while the stop is in force."""

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
        self._farm = ""
        self._rigs: list[str] = []
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
                added = await add_rig(client, rig)
                self._rigs.append(added["result"]["entry_id"])
            self._farm = await add_farm(client, "Hall")
            await self._async_prepare(client)
        await self._home_assistant.until(self._is_saved)

    async def run(self) -> StopRound:
        """Stop, kill, start, and let go again; return what came of it."""
        before = len(self._strip.commands)
        async with self._home_assistant.connect() as client:
            stopping = asyncio.create_task(self._async_stop(client))
            killed_after = await self._async_moment()
            self._home_assistant.kill()
            await stopping
        await asyncio.sleep(IN_FLIGHT)
        off, on_disk, faults = self._off, self._is_on_disk(), list[str]()
        if off and not on_disk:
            faults.append("an outlet was off without a hold on disk")
        await self._home_assistant.start()
        # Each time anew: one that is silent for long is hung up on.
        async with self._home_assistant.connect() as client:
            await self._until(client, stopped=on_disk)
        if on_disk:
            await self._settled(faults, off=len(WORKERS))
        async with self._home_assistant.connect() as client:
            goes_on = await self._async_goes_on(client)
        if goes_on:
            await self._settled(faults, off=len(WORKERS))
        faults += self._woken(before)
        if self._off:
            async with self._home_assistant.connect() as client:
                await self._async_let_go(client)
        await self._settled(faults, off=0)
        async with self._home_assistant.connect() as client:
            await self._until(client, stopped=False)
        faults += self._ordered_twice(before)
        return StopRound(
            killed_after=killed_after,
            on_disk=on_disk,
            off=off,
            faults=tuple(faults),
        )

    @abstractmethod
    async def _async_prepare(self, client: HomeAssistantClient) -> None:
        """Add what the stop needs besides the farm, and wait until it is there."""

    @abstractmethod
    async def _async_stop(self, client: HomeAssistantClient) -> None:
        """Let the farm have a cause to stop."""

    async def _async_moment(self) -> float:
        """Wait until it is to be killed; return the seconds since the cause."""
        after = self._random.uniform(0, SPAN)
        await asyncio.sleep(after)
        return after

    @abstractmethod
    def _is_on_disk(self) -> bool:
        """Return whether the stop had reached the disk."""

    async def _async_goes_on(self, client: HomeAssistantClient) -> bool:
        """Return whether a cause that is still there stops what was not stopped before."""
        return False

    @abstractmethod
    async def _async_let_go(self, client: HomeAssistantClient) -> None:
        """Let the machines start again."""

    def _record(self) -> dict[str, Any]:
        """Return the newest record of the farm; empty before there is any."""
        folder = self._home_assistant.folder / ".storage"
        records: list[dict[str, Any]] = []
        for path in folder.glob(f"{DOMAIN}.farm.{self._farm}*"):
            with suppress(ValueError):
                records.append(json.loads(path.read_bytes()))
        return max(records, key=lambda record: int(record["write"]), default={})

    def _is_saved(self) -> bool:
        stored = self._home_assistant.stored("core.config_entries")
        ours = {e["entry_id"] for e in stored.get("entries", ())}
        return ours >= {self._farm, *self._rigs}

    @property
    def _off(self) -> int:
        return sum(not outlet.on for outlet in self._strip.outlets)

    async def _settled(self, faults: list[str], *, off: int) -> None:
        """Wait until so many outlets are off, and note where that does not come."""
        try:
            await self._home_assistant.until(lambda: self._off == off, SETTLED_WITHIN)
        except TimeoutError:
            faults.append(f"{self._off} outlets were off, and not {off}")

    def _woken(self, before: int) -> list[str]:
        return [
            f"{command.outlet_id} was switched on before the release"
            for command in self._strip.commands[before:]
            if command.on
        ]

    def _ordered_twice(self, before: int) -> list[str]:
        done = Counter(
            (command.outlet_id, command.on) for command in self._strip.commands[before:]
        )
        return [
            f"{outlet} was switched {'on' if on else 'off'} {count} times"
            for (outlet, on), count in done.items()
            if count > 1
        ]

    async def _until(self, client: HomeAssistantClient, *, stopped: bool) -> None:
        wanted = "on" if stopped else "off"

        def shown(states: dict[str, Any]) -> bool:
            return self.latch in states and states[self.latch]["state"] == wanted

        await client.until(client.states, shown)


class EmergencyStopProof(StopProof):
    """It is stopped by hand, and released by hand."""

    latch = "binary_sensor.hall_emergency_stop_in_force"

    @override
    async def _async_prepare(self, client: HomeAssistantClient) -> None:
        await self._until(client, stopped=False)

    @override
    async def _async_stop(self, client: HomeAssistantClient) -> None:
        """Call the action; a Home Assistant that dies meanwhile does not answer."""
        with suppress(aiohttp.ClientError):
            await client.post(
                f"/api/services/{DOMAIN}/emergency_stop",
                {"entity_id": self.latch, "confirm": True},
            )

    @override
    def _is_on_disk(self) -> bool:
        return bool(self._record().get("stop"))

    @override
    async def _async_let_go(self, client: HomeAssistantClient) -> None:
        await client.call_action(
            f"{DOMAIN}.release_emergency_stop", entity_id=self.latch
        )
