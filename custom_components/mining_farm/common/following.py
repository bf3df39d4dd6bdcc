"""How far each machine has followed its holds, and what is known of it meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..engines.farm import (
    HoldKind,
    LeverKind,
    LeverState,
    MachineFacts,
    Setting,
    is_down,
)
from .holds import async_holds
from .machines import Machine, async_machines
from .members import Receipt, ReceiptOutcome
from .power_ups import async_power_ups

CONFIRMED_WITHIN: Final = timedelta(seconds=60)
SLOW_WITHIN: Final = timedelta(minutes=5)
"""Of a machine that took the order and needs longer than a minute for it."""
DOUBTED_WITHIN: Final = timedelta(seconds=5)
"""Of one whose lever has waited for its effect already, and has not seen it."""
RETRY_AFTER: Final = timedelta(seconds=30)
"""After an order that was not sent."""
START_SEEN_WITHIN: Final = timedelta(seconds=60)
"""After an order to start; readings may be as old as before it for so long."""


class Phase(StrEnum):
    """How far a machine has followed its holds."""

    WAITING = "waiting"
    """It cannot be reached, or was not seen awake: nothing was ordered."""
    ORDERED = "ordered"
    DOWN = "down"
    LIMITED = "limited"
    """It runs, and is set to draw no more than it may."""
    UNCONFIRMED = "unconfirmed"
    """All levers were used, and it was not seen to follow."""
    STARTING = "starting"
    NOT_STARTED = "not_started"
    """It was ordered to start, and refused or did not answer."""
    NOT_SET_BACK = "not_set_back"
    """It was ordered to draw as before, and refused or was not seen to."""


NOT_DONE: Final = frozenset({Phase.NOT_STARTED, Phase.NOT_SET_BACK})
"""Nothing holds it any more, and it does not run as it did."""


class Told(StrEnum):
    """What is worth an event, of one machine."""

    STOPPED = "stopped"
    UNCONFIRMED = "unconfirmed"
    WOKE_BY_ITSELF = "woke_by_itself"
    WOKEN = "woken"
    STARTED = "started"
    NOT_STARTED = "not_started"
    LIMITED = "limited"
    NOT_LIMITED = "not_limited"
    CHANGED_BY_HAND = "changed_by_hand"
    SET_BACK = "set_back"
    NOT_SET_BACK = "not_set_back"


type KeepingListener = Callable[[str, Told, Mapping[str, Any]], None]


@dataclass(slots=True)
class Progress:
    """What is under way with one machine; not kept over a restart."""

    phase: Phase = Phase.WAITING
    tried: set[LeverKind] = field(default_factory=set)
    lowered_to: Setting | None = None
    """What it was ordered to be set to, and is not ordered twice."""
    shown_by: datetime | None = None
    """When readings have to show what it has confirmed to be set to."""
    reasons: dict[LeverKind, str] = field(default_factory=dict)
    """Why levers did not do it."""
    set_back_by: datetime | None = None
    """When readings have to show what it was ordered to be set back to."""
    rests: bool = False
    """It is to be set back, and has to rest before."""
    drew: float | None = None
    """W before it was stopped."""
    retry_at: datetime | None = None
    task: asyncio.Task[None] | None = None
    gives_way: bool = False
    """The task lets it start or lowers it, and ends where it is to stop."""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def due(self) -> bool:
        """Return whether an order may be given after one that was not sent."""
        return self.retry_at is None or dt_util.utcnow() >= self.retry_at


class Following:
    """What those share who make machines follow their holds."""

    def __init__(self, hass: HomeAssistant, check: Callable[[str], None]) -> None:
        """Take what looks at a machine again."""
        self.hass = hass
        self.check = check
        self.holds = async_holds(hass)
        self.machines = async_machines(hass)
        self.power_ups = async_power_ups(hass)
        self.started: dict[str, dict[LeverKind, datetime]] = {}
        """Levers that were ordered to start a machine, and were not seen to yet."""
        self._progress: dict[str, Progress] = {}
        self._listeners: dict[object, KeepingListener] = {}

    @callback
    def listen(self, listener: KeepingListener) -> CALLBACK_TYPE:
        """Call with what becomes of machines that are held."""
        key = object()
        self._listeners[key] = listener

        @callback
        def stop() -> None:
            self._listeners.pop(key, None)

        return stop

    @callback
    def tell(self, machine_id: str, told: Told) -> None:
        """Call those who listen."""
        attributes = {"reasons": dict(self.reasons(machine_id))}
        for listener in tuple(self._listeners.values()):
            listener(machine_id, told, attributes)

    def of(self, machine_id: str) -> Progress:
        """Return how far a machine is; where that is new, as its record says."""
        if (progress := self._progress.get(machine_id)) is None:
            progress = self._progress[machine_id] = Progress()
            record = self.holds.of(machine_id)
            want, limited = record.want, record.limited
            if want is not None and want.kind is HoldKind.AT_MOST:
                if limited is not None and limited.seen_at is not None:
                    progress.phase = Phase.LIMITED
            elif record.down_at is not None:
                progress.phase = Phase.DOWN
        return progress

    def reasons(self, machine_id: str) -> Mapping[LeverKind, str]:
        """Return why levers of a machine did not do it."""
        progress = self._progress.get(machine_id)
        return {} if progress is None else progress.reasons

    def let_go(self, machine_id: str) -> None:
        """Forget a machine of which nothing is asked, once nothing is under way with it."""
        if (progress := self._progress.get(machine_id)) is None:
            return
        progress.news.set()
        if progress.task is None:
            del self._progress[machine_id]

    def note_start(self, machine_id: str, lever: LeverKind) -> None:
        """Note that a lever is about to start a machine."""
        self.started.setdefault(machine_id, {})[lever] = dt_util.utcnow()

    def forget_start(self, machine_id: str, lever: LeverKind) -> None:
        """Note that an order to start a machine came to nothing."""
        self.started.get(machine_id, {}).pop(lever, None)

    def seen(self, machine: Machine) -> tuple[MachineFacts, Sequence[LeverState]]:
        """Return what is known of a machine, and what its levers do.

        Until one that was just ordered to start is seen to, all readings may be from before:
        it counts as running.
        """
        facts, levers = machine.facts(), machine.lever_states
        now, started = dt_util.utcnow(), self.started.pop(machine.id, {})
        known = {each.lever: each.stopped for each in levers}
        started = {
            kind: at
            for kind, at in started.items()
            if known.get(kind) is not False and now < at + START_SEEN_WITHIN
        }
        if not started:
            return facts, levers
        self.started[machine.id] = started
        return MachineFacts(), [
            replace(each, stopped=False) if each.lever in started else each
            for each in levers
        ]

    def is_down(self, machine: Machine) -> bool:
        """Return whether a machine that was ordered to stop is seen to have stopped."""
        facts, levers = self.seen(machine)
        record, drew = self.holds.of(machine.id), self.of(machine.id).drew
        return is_down(record, levers, facts, drew)

    async def async_seen(
        self, machine_id: str, within: timedelta | None, look: Callable[[], bool | None]
    ) -> bool:
        """Wait for what is looked for at each reading; False after its time, if it has one.

        None of a look ends the wait, too.
        """
        progress, over = self.of(machine_id), asyncio.Event()

        @callback
        def end(_now: datetime) -> None:
            over.set()
            progress.news.set()

        cancel = None if within is None else self.later(within, end)
        try:
            while not over.is_set():
                progress.news.clear()
                if (seen := look()) is not False:
                    return bool(seen)
                await progress.news.wait()
        finally:
            if cancel is not None:
                cancel()
        return False

    @callback
    def start(
        self, machine_id: str, work: Coroutine[Any, Any, None], *, gives_way: bool
    ) -> None:
        """Do something with a machine, and look at it again after that."""
        progress = self.of(machine_id)

        async def run() -> None:
            try:
                await work
            finally:
                if progress.task is task:
                    progress.task, progress.gives_way = None, False
                    self.check(machine_id)

        # Not eagerly: one that ends at once would leave its task behind.
        task = self.hass.async_create_background_task(
            run(), f"{DOMAIN} {machine_id} follows its holds", eager_start=False
        )
        progress.task, progress.gives_way = task, gives_way

    @callback
    def enter(self, machine_id: str, phase: Phase, told: Told) -> None:
        """Note how far a machine is, and tell that once."""
        progress = self.of(machine_id)
        if progress.phase is not phase:
            progress.phase = phase
            self.tell(machine_id, told)

    @callback
    def note_not_back(
        self,
        machine_id: str,
        lever: LeverKind,
        receipt: Receipt,
        phase: Phase,
        told: Told,
    ) -> None:
        """Note that an order to run as before was not taken.

        What we took is given back, however long that takes: the order is given again.
        """
        if receipt.reason is not None:
            self.of(machine_id).reasons[lever] = receipt.reason
        self.retry(machine_id)
        self.enter(machine_id, phase, told)

    def retry(self, machine_id: str) -> None:
        """Look again at a machine whose order was not sent."""
        self.of(machine_id).retry_at = dt_util.utcnow() + RETRY_AFTER
        self.later(RETRY_AFTER, lambda _now: self.check(machine_id))

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the background."""
        self.hass.async_create_background_task(work, f"{DOMAIN} holds")

    def later(
        self, delay: timedelta, action: Callable[[datetime], None]
    ) -> CALLBACK_TYPE:
        """Do something after a delay, unless Home Assistant stops."""
        return async_call_later(
            self.hass, delay, HassJob(callback(action), cancel_on_shutdown=True)
        )


async def async_answer(order: Awaitable[Receipt]) -> Receipt:
    """Return the receipt of an order; whatever it raises stops no other machine."""
    try:
        return await order
    except Exception as err:  # noqa: BLE001 A fault of one stops no other
        LOGGER.exception("A lever failed")
        return Receipt(
            outcome=ReceiptOutcome.NOT_SENT,
            at=dt_util.utcnow(),
            reason=type(err).__name__,
            unsure=True,
        )


def within(receipts: Iterable[Receipt]) -> timedelta | None:
    """Return how long an effect is waited for; None where none can come."""
    longest: timedelta | None = None
    for receipt in receipts:
        match receipt.outcome:
            case ReceiptOutcome.CONFIRMED:
                one = CONFIRMED_WITHIN
            case ReceiptOutcome.SENT if receipt.reason is None:
                one = SLOW_WITHIN
            case ReceiptOutcome.SENT:
                one = DOUBTED_WITHIN
            case _:
                continue
        longest = one if longest is None else max(longest, one)
    return longest
