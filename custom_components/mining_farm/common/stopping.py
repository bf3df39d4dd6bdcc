"""Stops one machine: its levers in their order, until it is seen to have stopped."""

import asyncio
from collections.abc import Mapping
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..engines.farm import LeverKind, orders
from .following import Following, Phase, Told, async_answer, within
from .machines import Machine
from .members import Lever, Receipt, ReceiptOutcome

SWITCHED_AT_ONCE: Final = 64
"""Outlets; miners bound their own exchanges."""


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
        progress = self._following.of(machine_id)
        progress.retry_at = None
        missed: set[LeverKind] = set()
        while (machine := self._machines.get(machine_id)) is not None:
            record = self._holds.of(machine_id)
            facts, states = self._following.seen(machine)
            todo = orders(record, states, facts, progress.tried)
            if not todo:
                break
            if progress.drew is None:
                progress.drew = facts.power if facts.power_measured else None
            progress.phase = Phase.ORDERED
            progress.tried.update(todo)
            receipts = await self._async_order(machine, todo)
            missed |= _unsent(receipts)
            time = within(receipts.values())
            if time is not None and await self._following.async_seen(
                machine_id, time, lambda: self._look(machine_id)
            ):
                break
        self._end(machine_id, missed)

    async def _async_order(
        self, machine: Machine, todo: tuple[LeverKind, ...]
    ) -> dict[LeverKind, Receipt]:
        """Order levers, once each; return what each answered."""
        states = {each.lever: each.stopped for each in self._following.seen(machine)[1]}
        # What was down already, or nobody knows, is left so in the end.
        ours = [kind for kind in todo if states[kind] is False]
        await self._holds.async_change(
            [machine.id], lambda record: record.moved(ours), anyway=True
        )
        levers = [lever for lever in machine.levers if lever.kind in todo]
        receipts = await asyncio.gather(
            *(self._async_stop_by(machine.id, lever) for lever in levers)
        )
        answers = {
            lever.kind: receipt for lever, receipt in zip(levers, receipts, strict=True)
        }
        if len(_unsent(answers)) < len(answers):
            self._following.started.pop(machine.id, None)
        self._following.of(machine.id).reasons.update(
            (kind, receipt.reason)
            for kind, receipt in answers.items()
            if receipt.reason is not None
        )
        return answers

    async def _async_stop_by(self, machine_id: str, lever: Lever) -> Receipt:
        if not lever.kind.cuts:
            return await async_answer(lever.stop())
        async with self._slots:
            if not self._holds.of(machine_id).down:
                # It was released while this order waited for its turn.
                return Receipt(outcome=ReceiptOutcome.NOT_SENT, at=dt_util.utcnow())
            return await async_answer(lever.stop())

    def _look(self, machine_id: str) -> bool | None:
        machine = self._machines.get(machine_id)
        if machine is None or not self._holds.of(machine_id).down:
            return None
        return self._following.is_down(machine)

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
        if progress.phase is not Phase.UNCONFIRMED:
            progress.phase = Phase.UNCONFIRMED
            self._following.tell(machine_id, Told.UNCONFIRMED)

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


def _unsent(receipts: Mapping[LeverKind, Receipt]) -> set[LeverKind]:
    """Return the levers whose order did not leave."""
    return {
        kind
        for kind, receipt in receipts.items()
        if receipt.outcome is ReceiptOutcome.NOT_SENT
    }
