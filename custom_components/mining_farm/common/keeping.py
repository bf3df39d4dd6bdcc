"""Makes machines what their holds want: stops them at once, starts them through the gate."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from operator import methodcaller
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from ..engines.farm import (
    Awake,
    LeverKind,
    LeverState,
    MachineFacts,
    MachineState,
    Record,
    is_down,
    next_back,
    orders,
    seen_awake,
)
from .holds import Holds, MachineIds, async_holds
from .holds_issues import update_issues
from .machines import Machine, Machines, async_machines
from .members import Lever, Receipt, ReceiptOutcome, async_members
from .power_ups import async_power_ups

SWITCHED_AT_ONCE: Final = 64
"""Outlets; miners bound their own exchanges."""
CONFIRMED_WITHIN: Final = timedelta(seconds=60)
SLOW_WITHIN: Final = timedelta(minutes=5)
"""Of a machine that took the order and needs longer than a minute for it."""
DOUBTED_WITHIN: Final = timedelta(seconds=5)
"""Of one whose lever has waited for its effect already, and has not seen it."""
RETRY_AFTER: Final = timedelta(seconds=30)
"""After an order that was not sent."""
FIRST_READING_WITHIN: Final = timedelta(seconds=60)
"""After a start; only then an order is given to a machine of which nothing is known."""
READING_FOR_SAFETY_WITHIN: Final = timedelta(seconds=5)
"""After a hold for safety that was made since the start: it does not wait longer."""
START_SEEN_WITHIN: Final = timedelta(seconds=60)
"""After an order to start; readings may be as old as before it for so long."""
STAMP_EVERY: Final = timedelta(hours=1)


class Phase(StrEnum):
    """How far a machine has followed its holds."""

    WAITING = "waiting"
    """It cannot be reached, or was not seen awake: nothing was ordered."""
    ORDERED = "ordered"
    DOWN = "down"
    UNCONFIRMED = "unconfirmed"
    """All levers were used, and it was not seen to stop."""
    STARTING = "starting"
    NOT_STARTED = "not_started"
    """It was ordered to start, and refused or did not answer."""


class Told(StrEnum):
    """What is worth an event, of one machine."""

    STOPPED = "stopped"
    UNCONFIRMED = "unconfirmed"
    WOKE_BY_ITSELF = "woke_by_itself"
    WOKEN = "woken"
    STARTED = "started"
    NOT_STARTED = "not_started"


type KeepingListener = Callable[[str, Told, Mapping[str, Any]], None]


@dataclass(slots=True)
class Progress:
    """What is under way with one machine; not kept over a restart."""

    phase: Phase = Phase.WAITING
    tried: set[LeverKind] = field(default_factory=set)
    reasons: dict[LeverKind, str] = field(default_factory=dict)
    """Why levers did not do it."""
    drew: float | None = None
    """W before it was stopped."""
    retry_at: datetime | None = None
    task: asyncio.Task[None] | None = None
    starts: bool = False
    """The task lets it start."""
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Keeper:
    """Watches every machine that is held, and moves its levers."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Take what it builds on."""
        self._hass = hass
        self._holds: Holds = async_holds(hass)
        self._machines: Machines = async_machines(hass)
        self._power_ups = async_power_ups(hass)
        self._progress: dict[str, Progress] = {}
        self._slots = asyncio.Semaphore(SWITCHED_AT_ONCE)
        self._left_alone: dict[str, int] = {}
        self._started: dict[str, dict[LeverKind, datetime]] = {}
        """Levers that were ordered to start a machine, and were not seen to yet."""
        self._listeners: dict[object, KeepingListener] = {}
        self._since = dt_util.utcnow()

    @callback
    def async_start(self) -> None:
        """Follow holds and machines until Home Assistant stops."""
        self._holds.listen(self._holds_changed)
        async_members(self._hass).listen(self._member_changed)
        async_track_time_interval(
            self._hass, self._stamp, STAMP_EVERY, cancel_on_shutdown=True
        )
        self._later(
            FIRST_READING_WITHIN, lambda _now: self._holds_changed(tuple(self._holds))
        )

    @callback
    def listen(self, listener: KeepingListener) -> CALLBACK_TYPE:
        """Call with what becomes of machines that are held."""
        key = object()
        self._listeners[key] = listener

        @callback
        def stop() -> None:
            self._listeners.pop(key, None)

        return stop

    def phase(self, machine_id: str) -> Phase | None:
        """Return how far a machine has followed; None where nothing is asked of it."""
        if self._holds.of(machine_id).empty:
            return None
        return self._progress_of(machine_id).phase

    def reasons(self, machine_id: str) -> Mapping[LeverKind, str]:
        """Return why levers of a machine did not stop it."""
        progress = self._progress.get(machine_id)
        return {} if progress is None else progress.reasons

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
            self._later(
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
            self._let_go(machine_id)
            return
        progress = self._progress_of(machine_id)
        progress.news.set()
        machine = self._machines.get(machine_id)
        if machine_id in self._left_alone or self._hass.is_stopping:
            return
        if machine is None:
            # Once it is there again, it is seen anew.
            progress.tried.clear()
            return
        want = record.want
        if want is not None and want.down:
            self._check_down(machine, record, progress)
        elif want is None and progress.task is None and not self._holds.lost:
            self._check_up(machine, record, progress)

    def _check_up(self, machine: Machine, record: Record, progress: Progress) -> None:
        # Whoever holds it next may use every lever, however far its start has come.
        progress.tried.clear()
        if progress.phase is not Phase.NOT_STARTED:
            progress.retry_at = None
        if next_back(record, machine.lever_states) is not None and _due(progress):
            self._start(machine.id, self._async_let_start(machine.id), starts=True)

    def _check_down(self, machine: Machine, record: Record, progress: Progress) -> None:
        if progress.task is not None and progress.starts:
            progress.task.cancel()
            progress.task, progress.starts = None, False
            progress.phase = Phase.WAITING
        if progress.task is not None:
            return
        facts, levers = self._seen(machine)
        if self._is_new(record, facts, levers):
            return
        if machine.id in self._holds.doubted:
            self._check_doubted(machine.id, facts)
            return
        if progress.phase is Phase.DOWN and facts.state.awake:
            self._woke(machine.id, record, facts, progress)
            return
        if progress.phase is not Phase.DOWN and is_down(
            record, levers, facts, progress.drew
        ):
            self._is_down(machine.id, progress)
        if progress.phase is Phase.DOWN and not (facts.state.answers or record.cut):
            # It was seen asleep: that it is silent now is no reason to order it again.
            return
        if _due(progress) and orders(record, levers, facts, progress.tried):
            self._start(machine.id, self._async_stop(machine.id), starts=False)

    def _seen(self, machine: Machine) -> tuple[MachineFacts, Sequence[LeverState]]:
        """Return what is known of a machine, and what its levers do.

        Until one that was just ordered to start is seen to, all readings may be from before:
        it counts as running.
        """
        facts, levers = machine.facts(), machine.lever_states
        now, started = dt_util.utcnow(), self._started.pop(machine.id, {})
        known = {each.lever: each.stopped for each in levers}
        started = {
            kind: at
            for kind, at in started.items()
            if known.get(kind) is not False and now < at + START_SEEN_WITHIN
        }
        if not started:
            return facts, levers
        self._started[machine.id] = started
        return MachineFacts(), [
            replace(each, stopped=False) if each.lever in started else each
            for each in levers
        ]

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
            self._run(self._holds.async_trust([machine_id]))
        elif facts.state.awake:
            update_issues(self._hass, self._holds)

    def _woke(
        self, machine_id: str, record: Record, facts: MachineFacts, progress: Progress
    ) -> None:
        match seen_awake(record, facts, dt_util.utcnow()):
            case Awake.LET_GO:
                self._tell(machine_id, Told.WOKEN)
                self._run(self._async_end_users(machine_id))
                return
            case Awake.PUT_DOWN_ONCE_MORE:
                self._run(
                    self._holds.async_change(
                        [machine_id], lambda one: one.put_down_again(), anyway=True
                    )
                )
        self._tell(machine_id, Told.WOKE_BY_ITSELF)
        progress.tried.clear()
        progress.phase = Phase.WAITING
        self._start(machine_id, self._async_stop(machine_id), starts=False)

    async def _async_end_users(self, machine_id: str) -> None:
        """End a user's own holds on a machine that somebody woke."""
        await self._holds.async_change(
            [machine_id], lambda record: record.woken(), anyway=True
        )

    async def _async_stop(self, machine_id: str) -> None:
        """Move levers until the machine is seen to have stopped, or none is left."""
        progress = self._progress_of(machine_id)
        progress.retry_at = None
        missed: set[LeverKind] = set()
        while (machine := self._machines.get(machine_id)) is not None:
            record, (facts, states) = self._holds.of(machine_id), self._seen(machine)
            todo = orders(record, states, facts, progress.tried)
            if not todo:
                break
            if progress.drew is None:
                progress.drew = facts.power if facts.power_measured else None
            progress.phase = Phase.ORDERED
            progress.tried.update(todo)
            receipts = await self._async_order(machine, todo, progress)
            missed |= _unsent(receipts)
            within = _within(receipts.values())
            if within is not None and await self._async_seen_down(machine_id, within):
                break
        self._end_stop(machine_id, missed)

    async def _async_order(
        self, machine: Machine, todo: tuple[LeverKind, ...], progress: Progress
    ) -> dict[LeverKind, Receipt]:
        """Order levers, once each; return what each answered."""
        states = {each.lever: each.stopped for each in self._seen(machine)[1]}
        # What was down already, or nobody knows, is left so in the end.
        ours = [kind for kind in todo if states[kind] is False]
        await self._holds.async_change(
            [machine.id], lambda record: record.moved(ours), anyway=True
        )
        levers = [lever for lever in machine.levers if lever.kind in todo]
        receipts = await asyncio.gather(*map(self._async_stop_by, levers))
        answers = {
            lever.kind: receipt for lever, receipt in zip(levers, receipts, strict=True)
        }
        if len(_unsent(answers)) < len(answers):
            self._started.pop(machine.id, None)
        progress.reasons.update(
            (kind, receipt.reason)
            for kind, receipt in answers.items()
            if receipt.reason is not None
        )
        return answers

    async def _async_stop_by(self, lever: Lever) -> Receipt:
        """Move a lever; whatever it raises stops no other machine."""
        try:
            if not lever.kind.cuts:
                return await lever.stop()
            async with self._slots:
                return await lever.stop()
        except Exception as err:  # noqa: BLE001 A fault of one stops no other
            LOGGER.exception("A lever failed")
            return _failed(err)

    async def _async_seen_down(self, machine_id: str, within: timedelta) -> bool:
        """Wait until a machine is seen to have stopped; False after its time."""
        progress, over = self._progress_of(machine_id), asyncio.Event()

        @callback
        def end(_now: datetime) -> None:
            over.set()
            progress.news.set()

        cancel = self._later(within, end)
        try:
            while not over.is_set():
                progress.news.clear()
                machine = self._machines.get(machine_id)
                record = self._holds.of(machine_id)
                if machine is None or record.want is None:
                    return False
                facts, levers = self._seen(machine)
                if is_down(record, levers, facts, progress.drew):
                    return True
                await progress.news.wait()
        finally:
            cancel()
        return False

    @callback
    def _end_stop(self, machine_id: str, missed: set[LeverKind]) -> None:
        progress = self._progress_of(machine_id)
        machine, record = self._machines.get(machine_id), self._holds.of(machine_id)
        if machine is None or record.want is None:
            progress.tried.clear()
            progress.phase = Phase.WAITING
            return
        facts, levers = self._seen(machine)
        if is_down(record, levers, facts, progress.drew):
            self._is_down(machine_id, progress)
            return
        progress.tried -= missed
        if missed:
            progress.retry_at = dt_util.utcnow() + RETRY_AFTER
            self._later(RETRY_AFTER, lambda _now: self.check(machine_id))
        if progress.phase is not Phase.UNCONFIRMED:
            progress.phase = Phase.UNCONFIRMED
            self._tell(machine_id, Told.UNCONFIRMED)

    @callback
    def _is_down(self, machine_id: str, progress: Progress) -> None:
        progress.phase = Phase.DOWN
        progress.reasons.clear()
        now = dt_util.utcnow()
        self._run(
            self._holds.async_change(
                [machine_id], lambda record: record.seen_down(now), anyway=True
            )
        )
        self._tell(machine_id, Told.STOPPED)

    async def _async_let_start(self, machine_id: str) -> None:
        """Move back what was moved, power first, through the gate."""
        progress = self._progress_of(machine_id)
        if progress.phase is not Phase.NOT_STARTED:
            progress.phase = Phase.STARTING
        while (machine := self._machines.get(machine_id)) is not None:
            record = self._holds.of(machine_id)
            step = next_back(record, machine.lever_states)
            if record.want is not None or self._holds.lost or step is None:
                break
            kind, ordered = step
            lever = next(one for one in machine.levers if one.kind is kind)
            if ordered and not await self._async_start_by(machine_id, lever, progress):
                return
            await self._holds.async_change(
                [machine_id], methodcaller("moved_back", kind), anyway=True
            )
            self._tell(machine_id, Told.STARTED)

    async def _async_start_by(
        self, machine_id: str, lever: Lever, progress: Progress
    ) -> bool:
        """Move a lever back in turn; return whether its order left."""
        if rest := lever.rest().total_seconds():
            # No order has left yet: a new hold ends this wait.
            await self._power_ups.sleep(rest)
        async with self._power_ups.gate_of(machine_id).async_pass():
            if self._hass.is_stopping or self._holds.of(machine_id).want is not None:
                return False
            if lever.kind.cuts:
                receipt = await self._async_start_lever(machine_id, lever)
        if not lever.kind.cuts:
            # A place at the gate is for the surge, not for the minutes until it hashes.
            receipt = await self._async_start_lever(machine_id, lever)
        if receipt.outcome in (ReceiptOutcome.CONFIRMED, ReceiptOutcome.SENT):
            return True
        if receipt.reason is not None:
            progress.reasons[lever.kind] = receipt.reason
        told = progress.phase is Phase.NOT_STARTED
        progress.phase = Phase.NOT_STARTED
        # Power that we took is given back, however long that takes.
        progress.retry_at = dt_util.utcnow() + RETRY_AFTER
        self._later(RETRY_AFTER, lambda _now: self.check(machine_id))
        if not told:
            self._tell(machine_id, Told.NOT_STARTED)
        return False

    async def _async_start_lever(self, machine_id: str, lever: Lever) -> Receipt:
        started = self._started.setdefault(machine_id, {})
        started[lever.kind] = dt_util.utcnow()
        try:
            return await lever.start()
        except Exception as err:  # noqa: BLE001 A fault of one stops no other
            LOGGER.exception("A lever failed")
            return _failed(err)

    def _progress_of(self, machine_id: str) -> Progress:
        if (progress := self._progress.get(machine_id)) is None:
            progress = self._progress[machine_id] = Progress()
            if self._holds.of(machine_id).down_at is not None:
                progress.phase = Phase.DOWN
        return progress

    def _let_go(self, machine_id: str) -> None:
        if (progress := self._progress.pop(machine_id, None)) is not None:
            progress.news.set()

    def _start(self, machine_id: str, work: Any, *, starts: bool) -> None:  # noqa: ANN401
        progress = self._progress_of(machine_id)

        async def run() -> None:
            try:
                await work
            finally:
                if progress.task is task:
                    progress.task, progress.starts = None, False
                    self.check(machine_id)

        # Not eagerly: one that ends at once would leave its task behind.
        task = self._hass.async_create_background_task(
            run(), f"{DOMAIN} {machine_id} follows its holds", eager_start=False
        )
        progress.task, progress.starts = task, starts

    def _run(self, work: Any) -> None:  # noqa: ANN401
        self._hass.async_create_background_task(work, f"{DOMAIN} holds")

    def _later(
        self, delay: timedelta, action: Callable[[datetime], None]
    ) -> CALLBACK_TYPE:
        return async_call_later(
            self._hass, delay, HassJob(callback(action), cancel_on_shutdown=True)
        )

    @callback
    def _tell(self, machine_id: str, told: Told) -> None:
        attributes = {"reasons": dict(self.reasons(machine_id))}
        for listener in tuple(self._listeners.values()):
            listener(machine_id, told, attributes)


def _unsent(receipts: Mapping[LeverKind, Receipt]) -> set[LeverKind]:
    """Return the levers whose order did not leave."""
    return {
        kind
        for kind, receipt in receipts.items()
        if receipt.outcome is ReceiptOutcome.NOT_SENT
    }


def _within(receipts: Iterable[Receipt]) -> timedelta | None:
    """Return how long an effect is waited for; None where none can come."""
    longest: timedelta | None = None
    for receipt in receipts:
        match receipt.outcome:
            case ReceiptOutcome.CONFIRMED:
                within = CONFIRMED_WITHIN
            case ReceiptOutcome.SENT if receipt.reason is None:
                within = SLOW_WITHIN
            case ReceiptOutcome.SENT:
                within = DOUBTED_WITHIN
            case _:
                continue
        longest = within if longest is None else max(longest, within)
    return longest


def _due(progress: Progress) -> bool:
    return progress.retry_at is None or dt_util.utcnow() >= progress.retry_at


def _failed(err: Exception) -> Receipt:
    return Receipt(
        outcome=ReceiptOutcome.NOT_SENT, at=dt_util.utcnow(), reason=type(err).__name__
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
