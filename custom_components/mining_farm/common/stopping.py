"""Stops one machine: its levers in their order, until it is seen to have stopped."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..engines.farm import LeverKind, Record, orders
from .following import CONFIRMED_WITHIN, Following, Phase, Told, async_answer, within
from .machines import Machine
from .members import Lever, Receipt, ReceiptOutcome

SWITCHED_AT_ONCE: Final = 64
"""Outlets; miners bound their own exchanges."""

type Answer = asyncio.Task[Receipt | None]
"""None where a lever was not ordered: that is not wanted any more, or done."""


@dataclass(slots=True)
class Stop:
    """One machine that is being stopped."""

    machine_id: str
    noted: set[LeverKind] = field(default_factory=set)
    """Levers that it noted as ours to move back, and that were not so before."""
    missed: set[LeverKind] = field(default_factory=set)
    """Levers whose order did not leave."""


class Stopping:
    """Moves the levers of machines that are to stop."""

    def __init__(self, following: Following) -> None:
        """Take what is shared."""
        self._following = following
        self._holds = following.holds
        self._machines = following.machines
        self._slots = asyncio.Semaphore(SWITCHED_AT_ONCE)

    async def async_stop(self, machine_id: str) -> None:
        """Move levers until the machine is seen to have stopped, or none is left."""
        progress, stop = self._following.of(machine_id), Stop(machine_id)
        progress.retry_at = None
        async with asyncio.TaskGroup() as tasks:
            while (machine := self._machines.get(machine_id)) is not None:
                record, todo = self._holds.of(machine_id), self._todo(machine)
                if not todo:
                    break
                if progress.drew is None:
                    facts, _ = self._following.seen(machine)
                    progress.drew = facts.power if facts.power_measured else None
                progress.phase = Phase.ORDERED
                progress.tried.update(todo)
                await self._async_note(stop, todo)
                answers = [
                    tasks.create_task(self._async_order(stop, record, lever))
                    for lever in machine.levers
                    if lever.kind in todo
                ]
                if await self._async_stopped(machine_id, record, answers):
                    break
        self._end(machine_id, stop.missed)

    async def async_confirm(self, machine_id: str) -> None:
        """Wait until a machine is seen to have stopped that its user has stopped.

        Then go on, where more than that is asked for.
        """
        self._following.of(machine_id).phase = Phase.ORDERED
        record = self._holds.of(machine_id)
        await self._async_down(machine_id, record, CONFIRMED_WITHIN)
        await self.async_stop(machine_id)

    def _todo(self, machine: Machine) -> tuple[LeverKind, ...]:
        """Return the levers that are to be ordered now."""
        facts, states = self._following.seen(machine)
        tried = self._following.of(machine.id).tried
        return orders(self._holds.of(machine.id), states, facts, tried)

    async def _async_stopped(
        self, machine_id: str, record: Record, answers: Sequence[Answer]
    ) -> bool:
        """Wait for what levers answer and do; return whether the machine has stopped.

        False also as soon as a stricter hold asks for more than the record did.
        """

        def answered() -> bool | None:
            if all(answer.done() for answer in answers):
                return True
            return None if self._is_stricter(machine_id, record) else False

        if not await self._following.async_seen(machine_id, None, answered):
            return False
        receipts = [one for answer in answers if (one := answer.result()) is not None]
        time = within(receipts)
        return time is not None and await self._async_down(machine_id, record, time)

    async def _async_down(
        self, machine_id: str, record: Record, time: timedelta
    ) -> bool:
        """Wait until a machine is seen to have stopped."""

        def stopped() -> bool | None:
            machine = self._machines.get(machine_id)
            if machine is None or not self._holds.of(machine_id).down:
                return None
            if self._following.is_down(machine):
                return True
            return None if self._is_stricter(machine_id, record) else False

        return await self._following.async_seen(machine_id, time, stopped)

    def _is_stricter(self, machine_id: str, before: Record) -> bool:
        """Return whether more is asked for than was, and a lever is left for it."""
        machine = self._machines.get(machine_id)
        if machine is None or before.cut or not self._holds.of(machine_id).cut:
            return False
        return bool(self._todo(machine))

    async def _async_note(self, stop: Stop, levers: Collection[LeverKind]) -> None:
        """Note those of some levers that we move: what runs by them is to run again.

        What was down already, or nobody knows, is left so in the end.
        """
        shown = self._shown(stop.machine_id)
        ours = frozenset(kind for kind in levers if shown.get(kind) is False)
        new = frozenset[LeverKind]()

        def moved(record: Record) -> Record:
            nonlocal new
            new = ours - record.stopped
            return record.moved(ours)

        await self._holds.async_change([stop.machine_id], moved, anyway=True)
        stop.noted |= new

    def _shown(self, machine_id: str) -> dict[LeverKind, bool | None]:
        """Return whether each lever is known to keep a machine down."""
        if (machine := self._machines.get(machine_id)) is None:
            return {}
        return {each.lever: each.stopped for each in self._following.seen(machine)[1]}

    async def _async_order(
        self, stop: Stop, record: Record, lever: Lever
    ) -> Receipt | None:
        """Order one lever in its turn, once; return its answer."""
        if lever.kind.cuts:
            async with self._slots:
                receipt = await self._async_send(stop, record, lever)
        else:
            receipt = await self._async_send(stop, record, lever)
        progress = self._following.of(stop.machine_id)
        if receipt is None:
            progress.tried.discard(lever.kind)
        elif receipt.outcome is ReceiptOutcome.NOT_SENT:
            stop.missed.add(lever.kind)
        elif receipt.taken:
            self._following.started.pop(stop.machine_id, None)
        if receipt is None or not receipt.maybe_done:
            await self._async_take_back(stop, lever.kind)
        if receipt is not None and receipt.reason is not None:
            progress.reasons[lever.kind] = receipt.reason
        progress.news.set()
        return receipt

    async def _async_send(
        self, stop: Stop, record: Record, lever: Lever
    ) -> Receipt | None:
        # It may have waited for its turn: what was not known before may be known now.
        await self._async_note(stop, [lever.kind])
        now = self._holds.of(stop.machine_id)
        if not now.down or (record.cut and not now.cut):
            return None
        if self._shown(stop.machine_id).get(lever.kind) is True:
            return None
        return await async_answer(lever.stop())

    async def _async_take_back(self, stop: Stop, lever: LeverKind) -> None:
        """Note that a lever was not moved after all: it is not ours to move back.

        An outlet that is off now, or cannot be read, may be so for us: a rig's restart was
        cutting. A machine that sleeps without our order was put to sleep by somebody else.
        """
        shown = self._shown(stop.machine_id).get(lever)
        still_on = shown is False or not lever.cuts
        if lever in stop.noted and still_on:
            stop.noted.discard(lever)
            await self._holds.async_change(
                [stop.machine_id],
                lambda record: record.not_moved(lever),
                anyway=True,
            )

    @callback
    def _end(self, machine_id: str, missed: set[LeverKind]) -> None:
        progress = self._following.of(machine_id)
        machine, record = self._machines.get(machine_id), self._holds.of(machine_id)
        if machine is None or not record.down:
            progress.tried.clear()
            progress.phase = Phase.WAITING
            return
        if self._following.is_down(machine):
            self.note_down(machine_id)
            return
        progress.tried -= missed
        if missed:
            self._following.retry(machine_id)
        self._following.enter(machine_id, Phase.UNCONFIRMED, Told.UNCONFIRMED)

    @callback
    def note_down(self, machine_id: str) -> None:
        """Note that a machine is seen to have stopped."""
        progress, now = self._following.of(machine_id), dt_util.utcnow()
        progress.phase = Phase.DOWN
        progress.reasons.clear()
        self._following.run(
            self._holds.async_change(
                [machine_id], lambda record: record.seen_down(now), anyway=True
            )
        )
        self._following.tell(machine_id, Told.STOPPED)
