"""Looks at every machine that is held: what is to stop, to draw less, or to start."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from operator import methodcaller
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..engines.farm import (
    Awake,
    LeverKind,
    LeverState,
    MachineFacts,
    MachineState,
    Record,
    next_back,
    orders,
    seen_awake,
)
from .following import NOT_DONE, Following, KeepingListener, Phase, Progress, Told
from .holds import Holds, MachineIds, async_holds
from .holds_issues import update_issues
from .limiting import Limiting
from .machines import Machine, Machines
from .members import async_members
from .starting import Starting
from .stopping import Stopping

FIRST_READING_WITHIN: Final = timedelta(seconds=60)
"""After a start; only then an order is given to a machine of which nothing is known."""
READING_FOR_SAFETY_WITHIN: Final = timedelta(seconds=5)
"""After a hold for safety that was made since the start: it does not wait longer."""
STAMP_EVERY: Final = timedelta(hours=1)


class Keeper:
    """Watches every machine that is held, and has its levers moved."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Take what it builds on."""
        self._hass = hass
        self._following = Following(hass, self.check)
        self._holds: Holds = self._following.holds
        self._machines: Machines = self._following.machines
        self._stopping = Stopping(self._following)
        self._limiting = Limiting(self._following)
        self._starting = Starting(self._following, self._limiting)
        self._left_alone: dict[str, int] = {}
        self._since = dt_util.utcnow()

    @callback
    def async_start(self) -> None:
        """Follow holds and machines until Home Assistant stops."""
        self._holds.listen(self._holds_changed)
        async_members(self._hass).listen(self._member_changed)
        async_track_time_interval(
            self._hass, self._stamp, STAMP_EVERY, cancel_on_shutdown=True
        )
        self._following.later(
            FIRST_READING_WITHIN, lambda _now: self._holds_changed(tuple(self._holds))
        )

    @callback
    def listen(self, listener: KeepingListener) -> CALLBACK_TYPE:
        """Call with what becomes of machines that are held."""
        return self._following.listen(listener)

    def phase(self, machine_id: str) -> Phase | None:
        """Return how far a machine has followed; None where nothing is asked of it."""
        if self._holds.of(machine_id).empty:
            return None
        return self._following.of(machine_id).phase

    def reasons(self, machine_id: str) -> Mapping[LeverKind, str]:
        """Return why levers of a machine did not do what was asked."""
        return self._following.reasons(machine_id)

    @contextmanager
    def left_alone(self, machine_id: str) -> Iterator[None]:
        """Move no lever of a machine while its owner's own command does."""
        self._left_alone[machine_id] = self._left_alone.get(machine_id, 0) + 1
        try:
            yield
        finally:
            self._left_alone[machine_id] -= 1
            if not self._left_alone[machine_id]:
                del self._left_alone[machine_id]
            self.check(machine_id)

    async def async_note_user_started(self, machine_id: str, lever: LeverKind) -> None:
        """Note that its user has started a machine: that is not left to do any more.

        What is shown may be from before.
        """
        self._following.note_start(machine_id, lever)
        await self._holds.async_change(
            [machine_id], methodcaller("moved_back", lever), anyway=True
        )

    @callback
    def note_user_stopped(self, machine_id: str, lever: LeverKind) -> None:
        """Note that its user has stopped a machine: that is not ordered once more."""
        if not self._holds.of(machine_id).down:
            return
        self._following.started.pop(machine_id, None)
        self._following.of(machine_id).tried.add(lever)
        if self._following.of(machine_id).task is None:
            self._following.start(
                machine_id, self._stopping.async_confirm(machine_id), gives_way=False
            )

    async def async_leave_to_user(self, machine_id: str) -> None:
        """End what lowers a machine for comfort: its user has set it otherwise."""
        await self._limiting.async_leave_to_user(machine_id)

    async def _stamp(self, _now: datetime) -> None:
        """Note that holds are alive: a restored backup is known by its age."""
        if any(True for _ in self._holds):
            await self._holds.async_change(
                (), lambda one: one, anyway=True, always=True
            )

    @callback
    def _holds_changed(self, machine_ids: MachineIds) -> None:
        update_issues(self._hass, self._holds)
        self._check_all(machine_ids)
        if dt_util.utcnow() < self._since + FIRST_READING_WITHIN:
            self._following.later(
                READING_FOR_SAFETY_WITHIN, lambda _now: self._check_all(machine_ids)
            )

    @callback
    def _check_all(self, machine_ids: MachineIds) -> None:
        for machine_id in machine_ids:
            self.check(machine_id)

    @callback
    def _member_changed(self, entry_id: str) -> None:
        if (machine := self._machines.of_entry(entry_id)) is not None:
            self.check(machine.id)

    @callback
    def check(self, machine_id: str) -> None:
        """Look whether anything is to be done about a machine now."""
        record = self._holds.of(machine_id)
        if record.empty:
            self._following.let_go(machine_id)
            return
        progress = self._following.of(machine_id)
        progress.news.set()
        machine = self._machines.get(machine_id)
        if machine_id in self._left_alone or self._hass.is_stopping:
            return
        if machine is None:
            # Once it is there again, it is seen anew.
            progress.tried.clear()
            return
        if record.down:
            self._check_down(machine, record, progress)
        elif progress.task is None and not self._holds.lost:
            self._check_up(machine, record, progress)

    def _check_up(self, machine: Machine, record: Record, progress: Progress) -> None:
        # Whoever holds it next may use every lever, however far its start has come.
        progress.tried.clear()
        if record.want is None and progress.phase not in NOT_DONE:
            progress.retry_at = None
        if record.stopped:
            starts = next_back(record, machine.lever_states) is not None
        elif record.want is not None:
            if machine.id not in self._holds.doubted:
                self._limiting.check(machine)
            return
        else:
            starts = self._limiting.is_to_be_set_back(machine.id)
        if starts and progress.due:
            self._following.start(
                machine.id, self._starting.async_let_start(machine.id), gives_way=True
            )

    def _check_down(self, machine: Machine, record: Record, progress: Progress) -> None:
        if progress.task is not None and progress.gives_way:
            progress.task.cancel()
            progress.task, progress.gives_way = None, False
            progress.phase = Phase.WAITING
        if progress.task is not None:
            return
        progress.lowered_to = progress.set_back_by = None
        facts, levers = self._following.seen(machine)
        if self._is_new(record, facts, levers):
            return
        if machine.id in self._holds.doubted:
            self._check_doubted(machine.id, facts)
            return
        if progress.phase is Phase.DOWN and facts.state.awake:
            self._woke(machine.id, record, facts, progress)
            return
        if progress.phase is not Phase.DOWN and self._following.is_down(machine):
            self._stopping.note_down(machine.id)
        cuts = record.cut and any(each.lever.cuts for each in levers)
        if progress.phase is Phase.DOWN and not (facts.state.answers or cuts):
            # It was seen asleep: that it is silent now is no reason to order it again.
            return
        if progress.due and orders(record, levers, facts, progress.tried):
            self._stop(machine.id)

    def _stop(self, machine_id: str) -> None:
        self._following.start(
            machine_id, self._stopping.async_stop(machine_id), gives_way=False
        )

    def _is_new(
        self, record: Record, facts: MachineFacts, levers: Sequence[LeverState]
    ) -> bool:
        """Return whether a machine is to be read for the first time since the start."""
        return (
            facts.state is MachineState.UNKNOWN
            and all(each.stopped is None for each in levers)
            and dt_util.utcnow() < self._reads_until(record)
        )

    def _reads_until(self, record: Record) -> datetime:
        """Return how long the first reading of a machine is waited for."""
        until = self._since + FIRST_READING_WITHIN
        made = [hold.since for hold in record.holds if hold.for_safety]
        if made and max(made) > self._since:
            until = min(until, max(made) + READING_FOR_SAFETY_WITHIN)
        return until

    def _check_doubted(self, machine_id: str, facts: MachineFacts) -> None:
        """Leave a machine to a human that is awake under a hold of long ago."""
        if facts.state.down:
            self._following.run(self._holds.async_trust([machine_id]))
        elif facts.state.awake:
            update_issues(self._hass, self._holds)

    def _woke(
        self, machine_id: str, record: Record, facts: MachineFacts, progress: Progress
    ) -> None:
        match seen_awake(record, facts, dt_util.utcnow()):
            case Awake.LET_GO:
                self._following.tell(machine_id, Told.WOKEN)
                self._following.run(self._async_end_users(machine_id))
                return
            case Awake.PUT_DOWN_ONCE_MORE:
                self._following.run(
                    self._holds.async_change(
                        [machine_id], lambda one: one.put_down_again(), anyway=True
                    )
                )
        self._following.tell(machine_id, Told.WOKE_BY_ITSELF)
        progress.tried.clear()
        progress.phase = Phase.WAITING
        self._stop(machine_id)

    async def _async_end_users(self, machine_id: str) -> None:
        """End a user's own holds on a machine that somebody woke."""
        await self._holds.async_change(
            [machine_id], lambda record: record.woken(), anyway=True
        )


DATA_KEEPER: Final[HassKey[Keeper]] = HassKey(f"{DOMAIN}_keeper")


@callback
def async_keeper(hass: HomeAssistant) -> Keeper:
    """Return what makes machines follow their holds."""
    if DATA_KEEPER not in hass.data:
        keeper = hass.data[DATA_KEEPER] = Keeper(hass)
        keeper.async_start()
    return hass.data[DATA_KEEPER]


async def async_load_holds(hass: HomeAssistant) -> None:
    """Read the holds, before any entry is set up, and let machines follow them."""
    holds = async_holds(hass)
    await holds.async_load()
    update_issues(hass, holds)
    async_keeper(hass)
