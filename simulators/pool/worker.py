"""A worker as its pool sees it: shares that come while it hashes."""

from collections.abc import Callable
from typing import Any

from simulators.clock import Clock, Timer
from simulators.commands import command

from .view import WorkerView


class Worker:
    """Sends a share every so many seconds while it hashes and nothing is wrong."""

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        is_hashing: Callable[[str], bool],
        share_interval: float,
        nominal_hs: float,
    ) -> None:
        """Ask `is_hashing` about its name whenever a share is due."""
        self.name = name
        self.last_share: float | None = None
        self.faults: set[str] = set()
        self._clock = clock
        self._is_hashing = is_hashing
        self._interval = share_interval
        self._nominal_hs = nominal_hs
        self._next: Timer | None = None

    async def start(self) -> None:
        """Begin, with a share if it hashes."""
        self._work()

    async def stop(self) -> None:
        """Send no more shares."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    @property
    def hashing(self) -> bool:
        """Whether its shares reach the pool now."""
        return "hang" not in self.faults and self._is_hashing(self.name)

    def view(self) -> WorkerView | None:
        """Return what the pool knows; nothing before the first share."""
        if self.last_share is None or "vanish" in self.faults:
            return None
        return WorkerView(self.name, self.last_share, self._nominal_hs)

    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""
        last = self.last_share
        return {
            "hashing": self.hashing,
            "silent_s": None if last is None else round(self._clock.now() - last, 1),
            "faults": sorted(self.faults),
        }

    @command
    def hang(self) -> None:
        """Send no more shares, whatever the machine does."""
        self.faults.add("hang")

    @command
    def vanish(self) -> None:
        """Be forgotten by the pool."""
        self.faults.add("vanish")

    @command
    def age(self, seconds: float) -> None:
        """Let its last share have been that long ago; a hung worker stays there."""
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self.last_share = self._clock.now() - seconds

    @command
    def restore(self) -> None:
        """Undo every fault; the next share comes in its time."""
        self.faults.clear()

    def _work(self) -> None:
        if self.hashing:
            self.last_share = self._clock.now()
        self._next = self._clock.call_later(self._interval, self._work)
