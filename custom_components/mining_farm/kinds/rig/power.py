"""A rig's power: the stored memory, and the only way to the outlet, one task at a time."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from homeassistant.core import HassJob, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...const import DOMAIN, LOGGER
from ...engines.restart import (
    Decision,
    Memory,
    OutletKind,
    Policy,
    PowerCycler,
    plug_answered,
    plug_failed,
    power_returned,
)
from .journal import RigJournal
from .outlets import RigOutlet
from .resources import RigResources

SHUTDOWN_PATIENCE = 30.0
"""Seconds that Home Assistant waits for a cut under way when it stops."""


class RigPower:
    """Owns the memory of a rig, and is the only caller of its outlet's commands."""

    def __init__(
        self,
        hass: HomeAssistant,
        resources: RigResources,
        policy: Policy,
        *,
        name: str,
        entry_id: str,
        outlet: RigOutlet | None,
        on_left_off: Callable[[], None],
    ) -> None:
        """Take the outlet, and what to call when it cannot be turned on again."""
        self._hass = hass
        self._resources = resources
        self._policy = policy
        self._name = name
        self._outlet = outlet
        self._on_left_off = on_left_off
        self._journal = RigJournal(hass, entry_id)
        self._memory: Memory | None = None
        self._last_kind: OutletKind | None = None
        self._storing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._stop_waiting = hass.async_add_shutdown_job(
            HassJob(self.async_wait, f"{name} power")
        )

    @property
    def memory(self) -> Memory:
        """The stored memory; empty until it was read."""
        return self._memory or Memory()

    @property
    def loaded(self) -> bool:
        """Whether the memory was read from disk."""
        return self._memory is not None

    @property
    def busy(self) -> bool:
        """Whether the outlet is being switched, or waits for its turn."""
        return self._task is not None

    async def async_load(self) -> None:
        """Read the memory from disk."""
        self._memory = await self._journal.async_load()

    async def async_store(self, memory: Memory) -> None:
        """Store a memory; HomeAssistantError when it cannot be written."""
        # One at a time: a memory from before a cut must not come to rest over its intent.
        async with self._storing:
            known = self._memory
            if known is None or memory.differs_on_disk(known):
                await self._journal.async_store(memory)
            self._memory = memory

    async def async_note_outlet(self, kind: OutletKind, now: datetime) -> bool:
        """Remember whether the outlet answers; return whether it has just stopped answering."""
        before = memory = self.memory
        if kind is not OutletKind.UNREACHABLE:
            memory = plug_answered(before)
            if kind is OutletKind.ON and self._last_kind is OutletKind.OFF:
                memory = power_returned(now, self._policy, memory)
            self._last_kind = kind
        elif before.plug_retry_at is None or now >= before.plug_retry_at:
            memory = plug_failed(now, before)
        await self.async_store(memory)
        return before.plug_failed_since is None and memory.plug_failed_since is not None

    def start(self, switching: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Switch in a task of its own, which is not stopped half way."""

        async def run() -> None:
            try:
                await switching
            except HomeAssistantError as err:
                LOGGER.error("%s: %s", self._name, err)
            finally:
                self._task = None

        self._task = self._hass.async_create_background_task(
            run(), f"{self._name} power", eager_start=False
        )
        return self._task

    async def async_in_turn(
        self, decide: Callable[[], Decision | None]
    ) -> Decision | None:
        """Carry out what is still right when it is this rig's turn.

        Returns the decision that was carried out, None when there was none any more.
        """
        async with self._resources.gate.async_pass():
            if self._resources.stopping or (decision := decide()) is None:
                return None
            if decision.memory.intent is not None:
                await self._cycler().async_cut(decision.memory)
            else:
                await self._cycler().async_turn_on(decision.memory)
            return decision

    async def async_finish(self) -> None:
        """Turn on what was off when Home Assistant stopped."""
        async with self._resources.gate.async_pass():
            await self._cycler().async_finish(self.memory)

    async def async_set(self, memory: Memory, *, on: bool) -> None:
        """Switch for the user; remembered first, and forgotten when it fails.

        A crash in between must not make us turn on what the user turned off.
        """
        assert self._outlet is not None  # noqa: S101
        before = self.memory
        await self.async_store(memory)
        try:
            if on:
                await self._outlet.async_turn_on()
            else:
                await self._outlet.async_turn_off()
        except Exception:
            await self.async_store(before)
            raise

    def _cycler(self) -> PowerCycler:
        if self._outlet is None:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="rig_no_outlet",
                translation_placeholders={"name": self._name},
            )
        return PowerCycler(
            self._outlet,
            self,
            self._policy,
            now=dt_util.utcnow,
            sleep=self._resources.sleep,
            on_left_off=self._on_left_off,
        )

    async def async_wait(self) -> None:
        """Let a cut come to its end; one that only waits for its turn is dropped.

        What is not done by then is on disk, and first at the next start.
        """
        if self._task is None:
            return
        if self.memory.intent is not None:
            await asyncio.wait({self._task}, timeout=SHUTDOWN_PATIENCE)
        if self._task is not None:
            self._task.cancel()

    async def async_close(self) -> None:
        """Finish what was begun, then let go of the outlet."""
        self._stop_waiting()
        await self.async_wait()
        if self._outlet is not None:
            await self._outlet.async_close()
