"""Holds each window's auction as soon as the window's first block is there."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
import logging
import time
from typing import Any

from ..errors import ChainError
from ..models import AuctionResult, BlockRef, Snapshot, Window
from ..windows import BLOCK_SECONDS, window_at
from .any_window import Hold
from .auction import TakeResult
from .events import WatchChain, WatchEvent, WatchProblem, WindowUpdate
from .transition import INTERVAL, POLLS, THRESHOLD, follow_transition, time_left

SILENCE = 3 * BLOCK_SECONDS
"""Seconds without a head after which the head is asked for."""
MAX_OPEN = 12
"""Windows that are not final yet and still checked: those of two epochs."""
MAX_PAUSE = BLOCK_SECONDS
"""Seconds before what failed is tried again, at most; a new head ends the wait."""
AHEAD = (4, 0)
"""Blocks before a window's last one from which on the window to come is prepared."""
HOLD_AGAIN = 60.0
"""Seconds before an auction is held again that had all its data and still failed."""

_LOGGER = logging.getLogger(__name__)


class _ResumedError(Exception):
    """The subscription has spoken again."""


@dataclass(slots=True)
class _Open:
    """A window that was reported and may still change."""

    window: Window
    block_hash: str
    result: AuctionResult


class AuctionWatch:
    """Follows the chain for as long as it runs; whatever fails is tried again."""

    def __init__(
        self,
        chain: WatchChain,
        hold: Hold,
        *,
        netuid: int,
        prepare: Callable[[Snapshot], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Coroutine[Any, Any, object]] = asyncio.sleep,
    ) -> None:
        """Do nothing before run.

        `prepare` gets the state before a window, then a later one, and is cancelled
        once the window has its result.
        """
        self._chain = chain
        self._hold = hold
        self._netuid = netuid
        self._prepare = prepare
        self._preparing: list[asyncio.Task[None]] = []
        """One for each look ahead at the window to come."""
        self._looked_at: int | None = None
        """Its first block."""
        self._clock = clock
        self._sleep = sleep
        self._callbacks: list[Callable[[WatchEvent], None]] = []
        self._heard = asyncio.Event()
        self._last_heard: BlockRef | None = None
        self._ask = True
        """Ask for the head instead of waiting for it: at first, and after a failure."""
        self._silent = False
        self._tempo: int | None = None
        self._window: Window | None = None
        """The present one."""
        self._held: Window | None = None
        """The last one that was reported."""
        self._open: dict[int, _Open] = {}
        self._problem: tuple[Window | None, str] | None = None
        self._failures = 0
        self._hold_at = 0.0
        """Not to be held before this time."""

    def subscribe(self, callback: Callable[[WatchEvent], None]) -> Callable[[], None]:
        """Call with every event, in the loop of run; return what ends that."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    async def run(self) -> None:
        """Follow the chain until cancelled."""
        end = self._chain.subscribe_heads(self._hear)
        try:
            while True:
                try:
                    await self._take(await self._next_head())
                except _ResumedError:
                    continue
                except Exception as err:  # noqa: BLE001 Nothing ends the watch
                    await self._fail(err)
                else:
                    self._failures = 0
        finally:
            end()
            self._end_preparing()

    def _hear(self, head: BlockRef) -> None:
        self._last_heard = head
        self._heard.set()

    async def _next_head(self) -> BlockRef:
        """Return the next head: as it is heard, or in time by polling."""
        if self._ask:
            self._ask = False
            return await self._chain.head()
        if await self._wait(0 if self._silent else SILENCE) and self._last_heard:
            self._silent = False
            self._heard.clear()
            return self._last_heard
        self._silent = True
        return await self._poll()

    async def _poll(self) -> BlockRef:
        """Return the head as soon as a window may have changed."""
        head = await self._chain.head()
        window, tempo = self._window, self._tempo
        if window is None or tempo is None or self._is_new(window):
            await self._pause(1.0)
        elif (left := time_left(window, head.number)) > THRESHOLD:
            await self._pause(min(INTERVAL, left - THRESHOLD))
        elif left > 0:
            found = await follow_transition(
                head.number,
                self._read_number,
                self._pause,
                netuid=self._netuid,
                tempo=tempo,
            )
            if found.index == window.index:
                await self._pause(INTERVAL - POLLS)
        return await self._chain.head()

    async def _read_number(self) -> int:
        return (await self._chain.head()).number

    async def _pause(self, seconds: float) -> None:
        """Wait; _ResumedError as soon as a head is heard."""
        if await self._wait(seconds):
            raise _ResumedError

    async def _wait(self, seconds: float) -> bool:
        """Wait; return whether a head came, which ends the wait."""
        if seconds > 0 and not self._heard.is_set():
            waits = (
                asyncio.ensure_future(self._sleep(seconds)),
                asyncio.ensure_future(self._heard.wait()),
            )
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        return self._heard.is_set()

    async def _fail(self, error: Exception) -> None:
        """Report what failed unless it was reported, and wait a little."""
        window = None if self._window == self._held else self._window
        problem = (window, repr(error))
        if problem != self._problem:
            self._problem = problem
            self._notify(WatchProblem(window=window, error=error))
        self._ask = True
        self._failures += 1
        await self._wait(min(MAX_PAUSE, 2.0 ** min(self._failures - 1, 10)))
        self._heard.clear()

    async def _take(self, head: BlockRef) -> None:
        """Do what is due at a head."""
        window = await self._find_window(head)
        if window != self._window:
            self._window = window
            self._hold_at = self._clock()
        if self._is_new(window) and self._clock() >= self._hold_at:
            await self._hold_window(window, head)
        # What takes time to start comes before what only has to be done some time.
        self._look_ahead(window, head)
        await self._check_open(head)
        if not self._is_new(window):
            self._problem = None

    def _is_new(self, window: Window) -> bool:
        """Return whether a window begins after the last one that was reported."""
        return self._held is None or window.start > self._held.start

    async def _find_window(self, head: BlockRef) -> Window:
        """Return a head's window by the tempo of that head, which may be a new one.

        The owner of a subnet may change it in any block, and the clients of the network
        read it each time: where a window ends is never settled before.
        """
        self._tempo = await self._chain.tempo(head.hash)
        return window_at(head.number, self._netuid, self._tempo)

    async def _hold_window(self, window: Window, head: BlockRef) -> None:
        is_final = False
        if head.number > window.start:
            # In this order: what is final by now has its last hash.
            is_final = (await self._chain.finalised()).number >= window.start
        block_hash = await self._hash_at(window.start, head)
        if block_hash is None:
            raise ChainError(f"the chain has no block {window.start} yet")
        said: AuctionResult | None = None

        def early(result: AuctionResult) -> None:
            nonlocal said
            said = result
            self._notify(WindowUpdate(result=result, final=False, early=True))

        result = await self._compute(window, block_hash, early)
        self._end_preparing()
        self._held = window
        if not is_final:
            self._open[window.start] = _Open(window, block_hash, result)
            if len(self._open) > MAX_OPEN:
                del self._open[min(self._open)]
        is_other = said is not None and said.own != result.own
        self._notify(WindowUpdate(result=result, final=is_final, correction=is_other))

    def _look_ahead(self, window: Window, head: BlockRef) -> None:
        """Have the next window prepared from the state of a head shortly before it."""
        prepare = self._prepare
        coming = window_at(window.end + 1, self._netuid, self._tempo or 0)
        if coming.start != self._looked_at:
            # Another tempo is another window to come.
            self._end_preparing()
            self._looked_at = coming.start
        # Heads may be missed, those of the right heights as well.
        due = sum(window.end - head.number <= blocks for blocks in AHEAD)
        if prepare is None or due <= len(self._preparing):
            return

        async def look() -> None:
            try:
                await prepare(await self._chain.snapshot(coming, head.hash))
            except Exception as err:  # noqa: BLE001 It is held all the same
                _LOGGER.debug("The window to come could not be prepared: %s", err)

        # What was prepared before stays until there is more: the solver keeps warm.
        self._preparing.append(asyncio.create_task(look()))

    def _end_preparing(self) -> None:
        for preparing in self._preparing:
            preparing.cancel()
        self._preparing.clear()

    async def _check_open(self, head: BlockRef) -> None:
        """Report windows that have become final, or have another first block."""
        if not self._open:
            return
        final = (await self._chain.finalised()).number
        for start, reported in tuple(self._open.items()):
            block_hash = await self._hash_at(start, head)
            is_final = final >= start
            is_other = block_hash != reported.block_hash
            if block_hash is None or not (is_final or is_other):
                continue
            if is_other:
                reported.result = await self._compute(reported.window, block_hash)
                reported.block_hash = block_hash
            if is_final:
                del self._open[start]
            self._notify(
                WindowUpdate(
                    result=reported.result, final=is_final, correction=is_other
                )
            )

    async def _hash_at(self, number: int, head: BlockRef) -> str | None:
        if number == head.number:
            return head.hash
        return await self._chain.block_hash(number)

    async def _compute(
        self, window: Window, block_hash: str, early: TakeResult | None = None
    ) -> AuctionResult:
        snapshot = await self._chain.snapshot(window, block_hash)
        try:
            return await self._hold(snapshot, early)
        except Exception:
            # It is no cheaper and hardly any better a second later.
            self._hold_at = self._clock() + HOLD_AGAIN
            raise

    def _notify(self, event: WatchEvent) -> None:
        for callback in tuple(self._callbacks):
            try:
                callback(event)
            except Exception:
                _LOGGER.exception("A subscriber of the auctions failed")
