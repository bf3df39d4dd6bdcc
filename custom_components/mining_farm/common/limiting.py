"""Lets one machine draw no more than it may without stopping it, and sets it back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from operator import methodcaller
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..engines.farm import (
    HoldKind,
    LeverKind,
    Lowering,
    Setting,
    SettingBack,
    Want,
    lowering,
    setting_back,
    started_at,
)
from .following import (
    CONFIRMED_WITHIN,
    RETRY_AFTER,
    Following,
    Phase,
    Progress,
    Told,
    async_answer,
    within,
)
from .holds import Change
from .machines import Machine
from .members import Receipt, ReceiptOutcome

TOO_LOW: Final = "out_of_bounds"
"""Why a machine is not lowered: it cannot be set so low."""


class Limiting:
    """Orders targets and levels, each once, and remembers what was set before."""

    def __init__(self, following: Following) -> None:
        """Take what is shared."""
        self._following = following
        self._holds = following.holds
        self._machines = following.machines

    @callback
    def check(self, machine: Machine) -> None:
        """Look whether a machine that runs is set to what it may draw."""
        progress = self._following.of(machine.id)
        progress.set_back_by = None
        facts, _ = self._following.seen(machine)
        if facts.state.down or not facts.state.answers:
            progress.phase = Phase.WAITING
            return
        how, due = self._lowering(machine)
        match how:
            case Lowering.REACHED:
                self._note_reached(machine.id)
                self._note_seen(machine.id)
            case Lowering.IMPOSSIBLE:
                progress.reasons[LeverKind.SLEEP] = TOO_LOW
                self._note_missed(machine.id)
            case Lowering.CHANGED:
                self._following.run(self.async_leave_to_user(machine.id))
            case Lowering.DUE | Lowering.FORGOTTEN if due is not None:
                once_more = how is Lowering.FORGOTTEN or due != progress.lowered_to
                if once_more and progress.due:
                    self._following.start(
                        machine.id, self._async_lower(machine.id), gives_way=True
                    )
                elif not once_more and self._is_overdue(progress):
                    # It has confirmed or refused it, and goes on as it was.
                    self._note_missed(machine.id)

    def _is_overdue(self, progress: Progress) -> bool:
        """Return whether readings should have shown by now what was confirmed."""
        by = progress.shown_by
        if progress.phase is Phase.WAITING:
            # It was away, and is as it was before that.
            return True
        return (
            progress.phase is Phase.LIMITED
            and by is not None
            and dt_util.utcnow() >= by
        )

    async def async_leave_to_user(self, machine_id: str) -> None:
        """End what lowers a machine for comfort: somebody has set it otherwise."""
        record = self._holds.of(machine_id)
        if record.changed_by_hand() == record:
            return
        self._following.tell(machine_id, Told.CHANGED_BY_HAND)
        await self._holds.async_change(
            [machine_id], methodcaller("changed_by_hand"), anyway=True
        )

    def _lowering(self, machine: Machine) -> tuple[Lowering, Setting | None]:
        record = self._holds.of(machine.id)
        watts = _watts(record.want)
        if watts is None or (limit := machine.limit) is None:
            return Lowering.UNKNOWN, None
        return lowering(
            watts,
            record.limited,
            limit.reach(),
            limit.present(),
            started=started_at(machine.facts(), dt_util.utcnow()),
        )

    async def _async_lower(self, machine_id: str) -> None:
        """Order what is due, and wait until it is seen to be set."""
        progress, want = self._following.of(machine_id), self._holds.of(machine_id).want
        progress.retry_at = None
        if (receipt := await self._async_order(machine_id)) is None:
            return
        if receipt.outcome is ReceiptOutcome.NOT_SENT:
            progress.lowered_to = None
            self._following.retry(machine_id)
            self._note_missed(machine_id)
            return

        def look() -> bool | None:
            machine = self._machines.get(machine_id)
            if machine is None or self._holds.of(machine_id).want != want:
                return None
            return self._lowering(machine)[0] is Lowering.REACHED

        time = within([receipt])
        # What it was read back to be, slow readings show later.
        confirmed = receipt.outcome is ReceiptOutcome.CONFIRMED
        if confirmed:
            progress.shown_by = dt_util.utcnow() + CONFIRMED_WITHIN
            self._following.later(
                CONFIRMED_WITHIN, lambda _now: self._following.check(machine_id)
            )
        seen = confirmed or (
            time is not None
            and await self._following.async_seen(machine_id, time, look)
        )
        if seen and self._holds.of(machine_id).want == want:
            self._note_reached(machine_id)
        elif self._holds.of(machine_id).want == want:
            self._note_missed(machine_id)

    async def async_lower_asleep(self, machine_id: str) -> None:
        """Lower a machine before it wakes, where it takes that asleep."""
        machine = self._machines.get(machine_id)
        if machine is None or not machine.facts().state.down:
            return
        if self._lowering(machine)[0] is Lowering.DUE:
            await self._async_order(machine_id)
            # Awake it is looked at again.
            self._following.of(machine_id).lowered_to = None

    async def _async_order(self, machine_id: str) -> Receipt | None:
        """Order what is due once; None where nothing is."""
        machine = self._machines.get(machine_id)
        limit = None if machine is None else machine.limit
        if machine is None or limit is None:
            return None
        _, due = self._lowering(machine)
        reach, present = limit.reach(), limit.present()
        if due is None or reach is None or present is None:
            return None
        progress = self._following.of(machine_id)
        progress.phase, progress.lowered_to = Phase.ORDERED, due
        before = self._holds.of(machine_id).limited
        if before is not None and before.is_over(reach, present):
            before = None
        receipt = await self._async_noted(
            machine_id,
            lambda one: one.not_lowered(before).lowered(present, due),
            methodcaller("not_lowered", before),
            lambda: limit.order(due) if self._is_due(machine_id, due) else None,
        )
        if receipt is None:
            progress.lowered_to = None
        elif receipt.reason is not None:
            progress.reasons[LeverKind.SLEEP] = receipt.reason
        return receipt

    def _is_due(self, machine_id: str, setting: Setting) -> bool:
        """Return whether a setting is to be ordered now: the disk was waited for."""
        machine = self._machines.get(machine_id)
        return machine is not None and self._lowering(machine) == (
            Lowering.DUE,
            setting,
        )

    async def _async_noted(
        self,
        machine_id: str,
        note: Change,
        back: Change,
        order: Callable[[], Awaitable[Receipt] | None],
    ) -> Receipt | None:
        """Note an order on disk, and give it then; None where it is not wanted any more.

        The note is taken back of one that came to nothing: it would take what somebody
        else sets for its effect.
        """
        change = self._holds.async_change
        try:
            await change([machine_id], note, anyway=True)
            await self._holds.async_stored(machine_id)
        except asyncio.CancelledError:
            # It is to stop instead, and nothing was ordered.
            self._following.run(change([machine_id], back, anyway=True))
            raise
        ordered = order()
        receipt = None if ordered is None else await async_answer(ordered)
        if receipt is None or not receipt.maybe_done:
            await change([machine_id], back, anyway=True)
        return receipt

    @callback
    def _note_reached(self, machine_id: str) -> None:
        progress = self._following.of(machine_id)
        if progress.phase is not Phase.LIMITED:
            progress.phase = Phase.LIMITED
            progress.reasons.clear()
            self._following.tell(machine_id, Told.LIMITED)

    @callback
    def _note_seen(self, machine_id: str) -> None:
        record, now = self._holds.of(machine_id), dt_util.utcnow()
        if record.seen_lowered(now) != record:
            self._following.run(
                self._holds.async_change(
                    [machine_id], methodcaller("seen_lowered", now), anyway=True
                )
            )

    @callback
    def _note_missed(self, machine_id: str) -> None:
        self._following.enter(machine_id, Phase.UNCONFIRMED, Told.NOT_LIMITED)

    @callback
    def is_to_be_set_back(self, machine_id: str) -> bool:
        """Return whether a machine that nothing holds is to be set to what it was."""
        how = self._setting_back(machine_id)
        if how is not SettingBack.DUE:
            return how is SettingBack.DONE
        if (by := self._following.of(machine_id).set_back_by) is not None:
            if dt_util.utcnow() >= by:
                # It has confirmed it, and goes on as it was.
                self._following.enter(machine_id, Phase.NOT_SET_BACK, Told.NOT_SET_BACK)
            return False
        if not self._is_rested(machine_id):
            self._look_later(machine_id)
            return False
        return True

    def _is_rested(self, machine_id: str) -> bool:
        machine = self._machines.get(machine_id)
        limit = None if machine is None else machine.limit
        return limit is not None and limit.rested()

    @callback
    def _look_later(self, machine_id: str) -> None:
        """Look again at a machine that has to rest; that is nothing to report."""
        progress = self._following.of(machine_id)
        if progress.rests:
            return
        progress.rests = True

        @callback
        def look(_now: datetime) -> None:
            progress.rests = False
            self._following.check(machine_id)

        self._following.later(RETRY_AFTER, look)

    def _setting_back(self, machine_id: str) -> SettingBack | None:
        record, machine = self._holds.of(machine_id), self._machines.get(machine_id)
        limited = record.limited
        if record.want is not None or limited is None or machine is None:
            return None
        facts, _ = self._following.seen(machine)
        limit = machine.limit
        if limit is None or facts.state.down or not facts.state.answers:
            return SettingBack.UNKNOWN
        return setting_back(
            limited,
            limit.reach(),
            limit.present(),
            is_ordered=self._following.of(machine_id).set_back_by is not None,
        )

    async def async_is_set_back(self, machine_id: str) -> bool:
        """Return whether a machine is seen to be set as before, and forget that it was not.

        What somebody has set meanwhile is left so.
        """
        if self._setting_back(machine_id) is not SettingBack.DONE:
            return False
        self._following.of(machine_id).set_back_by = None
        await self._holds.async_change(
            [machine_id], methodcaller("set_back"), anyway=True
        )
        self._following.tell(machine_id, Told.SET_BACK)
        return True

    async def async_set_back(self, machine_id: str) -> None:
        """Order a machine once to be set to what it was before; readings show it."""
        limited = self._holds.of(machine_id).limited
        machine = self._machines.get(machine_id)
        limit = None if machine is None else machine.limit
        if limited is None or limit is None:
            return

        def order() -> Awaitable[Receipt] | None:
            if self._setting_back(machine_id) is not SettingBack.DUE:
                return None
            return limit.order(limited.before)

        receipt = await self._async_noted(
            machine_id,
            methodcaller("undone"),
            # An order of before may come to something still.
            methodcaller("undone" if limited.undone else "not_undone"),
            order,
        )
        if receipt is not None and not receipt.taken:
            self._following.note_not_back(
                machine_id,
                LeverKind.SLEEP,
                receipt,
                Phase.NOT_SET_BACK,
                Told.NOT_SET_BACK,
            )
            return
        if receipt is not None:
            time = max(within([receipt]) or CONFIRMED_WITHIN, CONFIRMED_WITHIN)
            progress = self._following.of(machine_id)
            progress.set_back_by, progress.lowered_to = dt_util.utcnow() + time, None
            self._following.later(time, lambda _now: self._following.check(machine_id))
        await self.async_is_set_back(machine_id)


def _watts(want: Want | None) -> float | None:
    """Return how many W a machine may draw; None where it is not lowered."""
    return want.watts if want is not None and want.kind is HoldKind.AT_MOST else None
