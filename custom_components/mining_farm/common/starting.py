"""Lets one machine start: what was moved is moved back, power first, through the gate."""

from operator import methodcaller

from ..engines.farm import LeverKind, next_back
from .following import NOT_DONE, Following, Phase, Told, async_answer
from .limiting import Limiting
from .members import Lever, Receipt


class Starting:
    """Moves back the levers of machines that nothing keeps down any more."""

    def __init__(self, following: Following, limiting: Limiting) -> None:
        """Take what is shared, and what lowers a machine before it wakes."""
        self._following = following
        self._limiting = limiting
        self._holds = following.holds
        self._machines = following.machines

    async def async_let_start(self, machine_id: str) -> None:
        """Move back what was moved, and set back what was lowered."""
        progress = self._following.of(machine_id)
        if progress.phase not in NOT_DONE:
            progress.phase = Phase.STARTING
        await self._limiting.async_lower_asleep(machine_id)
        while (machine := self._machines.get(machine_id)) is not None:
            record = self._holds.of(machine_id)
            step = next_back(record, machine.lever_states)
            if record.down or self._holds.lost or step is None:
                break
            kind, ordered = step
            lever = next(one for one in machine.levers if one.kind is kind)
            if ordered:
                taken = await self._async_start_by(machine_id, lever)
                if taken is None:
                    continue
                if not taken:
                    return
            await self._holds.async_change(
                [machine_id], methodcaller("moved_back", kind), anyway=True
            )
            self._following.tell(machine_id, Told.STARTED)
        if not self._holds.of(machine_id).stopped:
            await self._async_set_back(machine_id)

    async def _async_start_by(self, machine_id: str, lever: Lever) -> bool | None:
        """Move a lever back in turn; return whether its order was taken.

        None where it is not the next one any more once its turn has come.
        """
        if rest := lever.rest().total_seconds():
            # No order has left yet: a new hold ends this wait.
            await self._following.power_ups.sleep(rest)
        async with self._following.power_ups.gate_of(machine_id).async_pass():
            if self._following.hass.is_stopping:
                return False
            if not self._is_next(machine_id, lever.kind):
                return None
            if lever.kind.cuts:
                receipt = await self._async_start_lever(machine_id, lever)
        if not lever.kind.cuts:
            # A place at the gate is for the surge, not for the minutes until it hashes.
            receipt = await self._async_start_lever(machine_id, lever)
        if not receipt.taken:
            self._following.note_not_back(
                machine_id, lever.kind, receipt, Phase.NOT_STARTED, Told.NOT_STARTED
            )
        return receipt.taken

    def _is_next(self, machine_id: str, kind: LeverKind) -> bool:
        """Return whether a lever is to be moved back now: its user may have done that."""
        record, machine = self._holds.of(machine_id), self._machines.get(machine_id)
        if machine is None or record.down or self._holds.lost:
            return False
        return next_back(record, machine.lever_states) == (kind, True)

    async def _async_start_lever(self, machine_id: str, lever: Lever) -> Receipt:
        self._following.note_start(machine_id, lever.kind)
        receipt = await async_answer(lever.start())
        if not receipt.maybe_done:
            self._following.forget_start(machine_id, lever.kind)
        return receipt

    async def _async_set_back(self, machine_id: str) -> None:
        """Set a machine that was lowered to what it was before, in turn."""
        if not self._limiting.is_to_be_set_back(machine_id):
            return
        if await self._limiting.async_is_set_back(machine_id):
            return
        async with self._following.power_ups.gate_of(machine_id).async_pass():
            await self._limiting.async_set_back(machine_id)
