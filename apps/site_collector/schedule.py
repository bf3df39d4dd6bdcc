"""Polls every machine once a period, spread over it, and holds none up for another."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
import heapq
from itertools import count
import logging

from .config import Polling
from .engine import Failure, MinerError, MinerSnapshot
from .inventory import weight
from .machine import GRACE_POLLS, GRACE_S, Machine

LONGEST_GAP_S = 300.0
"""Between two polls of a machine that stays silent."""
_LONGEST_POLL = 6
"""Time limits of one exchange that a whole poll may take; the first has many exchanges."""
_TOGETHER_S = 0.05
"""Moments are so far apart: what polls need is in the processor's caches for all of one."""
_LOGGER = logging.getLogger(__name__)

type OnPoll = Callable[[Machine, MinerSnapshot | None, float], None]
"""Called after each poll with the reading, and the seconds that it took."""


@dataclass(slots=True)
class _Lane:
    """Machines that wait for a poll, and how many are polled at a time."""

    limit: int
    running: int = 0
    waiting: deque[Machine] = field(default_factory=deque)


class Schedule:
    """Machines and their turns; all ages by the loop's clock, which never jumps."""

    def __init__(self, polling: Polling, on_poll: OnPoll) -> None:
        """Take how often and how many, and who is told of each poll."""
        self._polling = polling
        self._on_poll = on_poll
        self._loop = asyncio.get_running_loop()
        self._swift = _Lane(polling.in_flight)
        self._silent = _Lane(polling.silent_in_flight)
        self._queue: list[tuple[float, int, Machine]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopped = False
        self.missed = 0
        """Polls that had no turn within their period."""
        self.last_start = self._loop.time()
        """When the last poll began."""

    @property
    def in_flight(self) -> int:
        """How many machines are being polled."""
        return len(self._tasks)

    def set_polling(self, polling: Polling) -> None:
        """Take another period or other numbers at a time."""
        was, self._polling = self._polling, polling
        self._swift.limit = polling.in_flight
        self._silent.limit = polling.silent_in_flight
        if polling.period_s != was.period_s:
            queued = [machine for _, _, machine in self._queue]
            self._queue.clear()
            for machine in queued:
                self._enqueue(machine, self._first(machine))
        self._pump()

    def add(self, machine: Machine) -> None:
        """Poll a machine from now on, the first time within one period."""
        self._enqueue(machine, self._first(machine))
        self._pump()

    def ask_soon(self, machine: Machine) -> None:
        """Poll a machine out of turn, as after an order; not if it is being polled."""
        if any(queued is machine for _, _, queued in self._queue):
            self._queue = [each for each in self._queue if each[2] is not machine]
            heapq.heapify(self._queue)
            # Its own moment of the period stays.
            entry = (self._loop.time(), next(self._order), machine)
            heapq.heappush(self._queue, entry)
            self._pump()

    async def async_stop(self) -> None:
        """Begin no poll any more, and end those that run."""
        self._is_stopped = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _first(self, machine: Machine) -> float:
        """Return the next of a machine's own moments, which are spread by its address."""
        period = self._polling.period_s
        phase = weight(machine.spot.address) / 2**64 * period
        phase -= phase % _TOGETHER_S
        now = self._loop.time()
        due = now - now % period + phase
        return due if due >= now else due + period

    def _enqueue(self, machine: Machine, due: float) -> None:
        machine.due = due
        heapq.heappush(self._queue, (due, next(self._order), machine))

    def _pump(self) -> None:
        """Begin the polls that are due and have a place."""
        if self._is_stopped:
            return
        now = self._loop.time()
        while self._queue and self._queue[0][0] <= now:
            machine = heapq.heappop(self._queue)[2]
            lane = self._silent if machine.silences else self._swift
            lane.waiting.append(machine)
        for lane in (self._swift, self._silent):
            while lane.waiting and lane.running < lane.limit:
                machine = lane.waiting.popleft()
                if not machine.is_gone:
                    self._begin(machine, lane)
        self._arm()

    def _arm(self) -> None:
        """Have the next poll begun when it is due."""
        due = self._queue[0][0] if self._queue else None
        if self._timer is not None:
            if self._timer.when() == due and not self._timer.cancelled():
                return
            self._timer.cancel()
        self._timer = None if due is None else self._loop.call_at(due, self._on_due)

    def _on_due(self) -> None:
        self._timer = None
        self._pump()

    def _begin(self, machine: Machine, lane: _Lane) -> None:
        lane.running += 1
        self.last_start = self._loop.time()
        task = self._loop.create_task(self._async_turn(machine, lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _async_turn(self, machine: Machine, lane: _Lane) -> None:
        """Poll a machine, and leave the lane of the swift when that takes long."""
        limit_s = _LONGEST_POLL * self._polling.timeout_s
        held = [lane]
        began, snapshot = self._loop.time(), None
        shift: asyncio.TimerHandle | None = None
        try:
            async with machine.lock:
                began = self._loop.time()
                machine.prepare()
                deadline = asyncio.timeout(limit_s)
                if lane is self._swift:
                    shift = self._loop.call_later(
                        self._polling.timeout_s, self._shift, held, deadline
                    )
                # While it waited for others the file may have changed.
                if not machine.is_gone:
                    snapshot = await self._async_poll(machine, deadline)
        finally:
            if shift is not None:
                shift.cancel()
            held[0].running -= 1
        now = self._loop.time()
        if machine.is_gone:
            self._pump()
            return
        if snapshot is not None:
            period = self._polling.period_s
            machine.lost_after_s = max(GRACE_S, GRACE_POLLS * period)
            machine.note_reading(snapshot, now)
        self._enqueue(machine, self._next(machine, now))
        try:
            self._on_poll(machine, snapshot, now - began)
        finally:
            self._pump()

    def _shift(self, held: list[_Lane], deadline: asyncio.Timeout) -> None:
        """Let a poll that takes long go on among the silent, or end it for want of a place."""
        if self._silent.running < self._silent.limit:
            held[0].running -= 1
            held[0] = self._silent
            self._silent.running += 1
            self._pump()
        else:
            deadline.reschedule(self._loop.time())

    async def _async_poll(
        self, machine: Machine, deadline: asyncio.Timeout
    ) -> MinerSnapshot | None:
        """Return a reading; None where there is none, and the machine knows why."""
        try:
            async with deadline:
                return await machine.member.async_poll()
        except MinerError as err:
            failure = err.failure
        except TimeoutError:
            failure = Failure.TIMEOUT
        except Exception:
            # One machine that is read wrongly must not end the reading of all.
            _LOGGER.exception("Unexpected error reading %s", machine.spot.address)
            failure = Failure.INVALID_REPLY
        machine.note_failure(failure, self._loop.time())
        return None

    def _next(self, machine: Machine, now: float) -> float:
        """Return when a machine is polled next, at its own moment of a period."""
        period = self._polling.period_s
        gap = period
        if machine.silences > 2:
            gap = min(period * 2 ** min(machine.silences - 2, 8), LONGEST_GAP_S)
            gap = max(period, gap - gap % period)
        due = machine.due + gap
        if due > now:
            return due
        passed = int((now - due) // period) + 1
        if not machine.silences:
            self.missed += passed
        return due + passed * period
