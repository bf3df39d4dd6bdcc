"""A rig's power: the stored memory, and the only way to the outlet, one task at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import datetime
from typing import Any

from homeassistant.core import HassJob, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...common.complaint import Complaint
from ...common.kept import OnWritten
from ...common.pauses import CUT, async_pauses
from ...const import DOMAIN
from ...engines.restart import (
    Action,
    Decision,
    Memory,
    OutletFailure,
    OutletKind,
    Policy,
    PowerCycler,
    last_off,
    not_obeyed,
    plug_answered,
    plug_failed,
)
from .hold import RigHold
from .journal import RigJournal
from .outlets import RigOutlet
from .resources import RigResources

# At a stop core ends it sooner: it gives its shutdown jobs 20 s, then cancels all
# background tasks. A cut that is not finished by then is first at the next start.
SHUTDOWN_PATIENCE = 30.0
"""Seconds that Home Assistant waits for a cut under way when it stops."""
HURRIED_RETRY = 2.0
"""Seconds between two tries to turn on what must have power before the end."""


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
        on_set_aside: Callable[[str], None],
        hold: RigHold,
        on_written: OnWritten,
    ) -> None:
        """Take the outlet, what to call about trouble with it and the memory, and who holds it."""
        self._hass = hass
        self._resources = resources
        self._policy = policy
        self._name = name
        self._outlet = outlet
        self._on_left_off = on_left_off
        self._on_set_aside = on_set_aside
        self._hold = hold
        self._entry_id = entry_id
        self._pauses = async_pauses(hass)
        self._journal = RigJournal(hass, entry_id)
        self._journal.on_written = on_written
        self._memory: Memory | None = None
        # One writer at a time, each on the newest memory: one from before a cut must not
        # come to rest over its intent.
        self._storing = asyncio.Lock()
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._complaint = Complaint(name)
        self._switching = False
        self.power_ups = 0
        """Goes up when the outlet begins to be turned on, and when that has ended."""
        # Not by the stop event: core cancels background tasks before it fires that.
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

    def async_closing(self) -> AbstractAsyncContextManager[None]:
        """Let those wait who want to go on with the rig."""
        return self._resources.async_closing(self._entry_id)

    async def async_load(self) -> None:
        """Read the memory from disk, once a cut of before a reload has ended."""
        await self._resources.async_closed(self._entry_id)
        self._memory = await self._journal.async_load()
        if (cut_at := last_off(self._memory)) is not None:
            # A crash may have come before the pause was on disk; the cut was before it.
            self._pauses.learn(self._entry_id, CUT, dt_util.utcnow() - cut_at)
        if self._journal.set_aside is not None:
            self._on_set_aside(self._journal.set_aside)

    async def async_store(self, memory: Memory) -> None:
        """Store a memory; HomeAssistantError when it cannot be written."""
        await self.async_change(lambda _: memory)

    async def async_change(self, change: Callable[[Memory], Memory]) -> Memory:
        """Store and return the newest memory with a change.

        HomeAssistantError when it cannot be written.
        """
        async with self._storing:
            memory = change(self.memory)
            if self._memory is None or memory.differs_on_disk(self._memory):
                await self._journal.async_store(memory)
            cut_at = last_off(memory)
            if cut_at is not None and cut_at != last_off(self.memory):
                self._note_cut(cut_at)
            self._memory = memory
            return memory

    def _note_cut(self, cut_at: datetime) -> None:
        """Remember when the power was cut, however the clock was set meanwhile."""
        gone = dt_util.utcnow() - cut_at
        self._pauses.note(
            self._entry_id, CUT, min(gone, self._policy.power_cycle_on_delay)
        )

    async def async_note_outlet(self, kind: OutletKind, now: datetime) -> bool:
        """Remember whether the outlet answers; return whether it has just stopped answering."""
        before = self.memory

        def note(memory: Memory) -> Memory:
            if kind is not OutletKind.UNREACHABLE:
                return plug_answered(memory)
            if memory.plug_retry_at is None or now >= memory.plug_retry_at:
                return plug_failed(now, memory)
            return memory

        memory = await self.async_change(note)
        return before.plug_failed_since is None and memory.plug_failed_since is not None

    def start(self, switching: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Switch in a task of its own, which is not stopped half way."""

        async def run() -> None:
            try:
                await switching
            except HomeAssistantError as err:
                self._complaint.tell(err)
            else:
                self._complaint.settle()
            finally:
                self._task = None
                self._switching = False

        # Not eagerly, as is core's default: a run that ends at once would clear the
        # task before it is set here.
        self._task = self._hass.async_create_background_task(
            run(), f"{self._name} power", eager_start=False
        )
        return self._task

    async def async_in_turn(
        self,
        decide: Callable[[], Decision | None],
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> Decision | None:
        """Carry out what is still right when it is this rig's turn.

        What the decision needs is fetched by `prepare` then, however long the wait was.
        Returns the decision that was carried out, None when there was none any more.
        """
        async with self._resources.gate_of(self._hold.machine_id).async_pass():
            if prepare is not None:
                await prepare()
            if self._resources.stopping or self._hurry.is_set():
                return None
            self._switching = True
            if (decision := await self._async_begin(decide)) is None:
                return None
            with self._turning_on():
                if decision.memory.intent is not None:
                    await self._cycler().async_cut(decision.memory)
                else:
                    await self._cycler().async_turn_on(decision.memory)
            return decision

    async def _async_begin(
        self, decide: Callable[[], Decision | None]
    ) -> Decision | None:
        """Decide by the newest memory, and store what that was with it."""
        decision: Decision | None = None

        def begin(memory: Memory) -> Memory:
            nonlocal decision
            decision = decide()
            return memory if decision is None else decision.memory

        await self.async_change(begin)
        return decision

    async def async_learn(self, decide: Callable[[], Decision]) -> Decision:
        """Decide by the newest memory; store what that taught, but no intent to cut.

        That one is decided and stored when it is this rig's turn.
        """
        decision: Decision | None = None

        def learn(memory: Memory) -> Memory:
            nonlocal decision
            decision = decide()
            if decision.action in (Action.CUT, Action.TURN_ON):
                return memory
            return decision.memory

        await self.async_change(learn)
        assert decision is not None  # noqa: S101
        return decision

    async def async_finish(self) -> None:
        """Turn on what was off when Home Assistant stopped."""
        self._switching = True
        async with self._resources.gate_of(self._hold.machine_id).async_pass():
            with self._turning_on():
                await self._cycler().async_finish()

    async def async_set(
        self, change: Callable[[Memory], Memory], *, on: bool
    ) -> OutletFailure | None:
        """Switch for the user; return why the outlet did not obey, if it did not.

        HomeAssistantError when the wish cannot be remembered: nothing is switched then.
        Remembered first: a crash in between must not make us turn on what the user
        turned off. What was remembered of the user's wish before comes back when the
        outlet does not obey, and nothing else; a wish to have it on stays where the
        outlet may go on yet.
        """
        return await self._async_set(change, lambda: self._async_turn(on=on))

    async def _async_turn(self, *, on: bool) -> None:
        """Turn the outlet on, or off and remember when; OutletFailure."""
        outlet = self._outlet
        assert outlet is not None  # noqa: S101
        if on:
            with self._turning_on():
                await outlet.async_turn_on()
            return
        try:
            async with self._pauses.async_ordering(self._entry_id):
                await outlet.async_turn_off()
        except OutletFailure as err:
            if err.sent:
                self._pauses.note(self._entry_id)
            raise
        self._pauses.note(self._entry_id)

    @contextmanager
    def _turning_on(self) -> Iterator[None]:
        """Note that what was read before the end of this is no word on the outlet."""
        self.power_ups += 1
        try:
            yield
        finally:
            self.power_ups += 1

    async def _async_set(
        self,
        change: Callable[[Memory], Memory],
        command: Callable[[], Awaitable[None]],
    ) -> OutletFailure | None:
        failure: OutletFailure | HomeAssistantError | None = None

        async def switch() -> None:
            nonlocal failure
            self._switching = True
            before = self.memory
            try:
                after = await self.async_change(change)
                await command()
            except HomeAssistantError as err:
                failure = err
            except OutletFailure as err:
                failure = err
                sent = err.sent
                await self.async_change(
                    lambda newest: not_obeyed(newest, before, after, sent=sent)
                )

        # Who waits for it may be called off; an order that has left is not.
        await asyncio.shield(self.start(switch()))
        if isinstance(failure, HomeAssistantError):
            raise failure
        return failure

    async def async_keep(
        self, change: Callable[[Memory], Memory], *, on: bool
    ) -> OutletFailure | None:
        """Switch for who holds the rig; return why the outlet did not obey, if it did not.

        What is so already is not switched again. HomeAssistantError as for the user.
        """
        await self.async_withdraw()
        while (task := self._task) is not None:
            await asyncio.wait({task})
        outlet = self._outlet
        assert outlet is not None  # noqa: S101

        async def switch() -> None:
            if await outlet.async_is_on() is not on:
                await self._async_turn(on=on)

        return await self._async_set(change, switch)

    async def async_withdraw(self) -> None:
        """Let go of a cut that only waits for its turn."""
        if self._task is not None and not self._switching:
            task = self._task
            task.cancel()
            await asyncio.wait({task})

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
            sleep=self._async_sleep,
            on_left_off=self._on_left_off,
            keeps_off=self._hold.async_keeps_off,
        )

    async def _async_sleep(self, seconds: float) -> None:
        """Wait; for no longer than it must be once power has to come on at once."""
        if self._hurry.is_set():
            await self._resources.sleep(min(seconds, HURRIED_RETRY))
            return
        ends = [
            asyncio.ensure_future(self._resources.sleep(seconds)),
            asyncio.ensure_future(self._hurry.wait()),
            asyncio.ensure_future(self._hold.kept_off.wait()),
        ]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ends:
                each.cancel()

    async def async_wait(self) -> None:
        """Turn on at once what a cut has turned off; drop one that waits for its turn.

        What cannot be done by then is on disk, and first at the next start.
        """
        self._hurry.set()
        intent = self.memory.intent
        owed = intent is not None and not intent.is_old(dt_util.utcnow())
        if self._task is None and owed and self._outlet:
            self.start(self.async_finish())
        if (task := self._task) is None:
            return
        if self._switching or self.memory.intent is not None:
            await asyncio.wait({task}, timeout=SHUTDOWN_PATIENCE)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})

    async def async_close(self) -> None:
        """Finish what was begun, then let go of the outlet."""
        self._stop_waiting()
        await self.async_wait()
        if self._outlet is not None:
            await self._outlet.async_close()
