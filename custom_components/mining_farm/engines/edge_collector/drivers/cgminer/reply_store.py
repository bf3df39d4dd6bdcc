"""The replies of a miner that are still valid, each with the time it came."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
import json
import math
from operator import itemgetter
from typing import Any, Self, override

from ...errors import Failure, MinerError
from ..decoding import decode_reply, split_joined
from .capabilities import FIXED, SLOW, STEADY, Capabilities, elapsed
from .client import Answer
from .replies import Memo

MAX_KEPT = 1 << 16
"""Bytes of all replies of one miner that outlive a poll; real miners have some 8,000."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A reply as it came, alone or joined with others, and when, in s of the clock."""

    raw: bytes
    names: str
    at: float
    number: int
    """Of the reply, counted up."""


class Current(Mapping[str, Mapping[str, Any]]):
    """The replies that are not too old; one that nothing asks for is not decoded."""

    def __init__(
        self, store: ReplyStore, numbers: Mapping[str, int], memo: Memo
    ) -> None:
        """Take the numbers of the replies by command."""
        self._store = store
        self._numbers = numbers
        self.memo = memo
        """What was read of them before."""

    def only(self, *commands: str) -> Self:
        """Return those of these commands."""
        numbers = {name: self._numbers[name] for name in commands if name in self}
        return type(self)(self._store, numbers, self.memo.of(numbers))

    def without(self, command: str) -> Self:
        """Return those of all other commands."""
        return self.only(*(name for name in self if name != command))

    @override
    def __getitem__(self, command: str) -> Mapping[str, Any]:
        if command not in self._numbers:
            raise KeyError(command)
        return self._store.read(command)

    @override
    def get(self, command: str, default: Any = None) -> Any:
        # That of a Mapping works by exception.
        return self._store.read(command) if command in self._numbers else default

    @override
    def __contains__(self, command: object) -> bool:
        return command in self._numbers

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    @override
    def __len__(self) -> int:
        return len(self._numbers)


class ReplyStore:
    """Knows what came in this poll, what is still true of earlier ones, and what is due.

    Between two polls replies are bytes: decoded, they would take five times as much.
    """

    __slots__ = (
        "_asked",
        "_clock",
        "_decoded",
        "_elapsed",
        "_kept",
        "_memo",
        "_number",
        "fresh",
    )

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a clock in s."""
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._decoded: dict[str, Mapping[str, Any]] = {}
        self._asked: dict[str, float] = {}
        self._elapsed: float | None = None
        self._number = 0
        self._memo: dict[str, tuple[object, Any]] = {}
        self.fresh: set[str] = set()
        """Commands that were answered in this poll."""

    def begin(self) -> None:
        """Begin a poll."""
        self.fresh.clear()
        self._decoded.clear()

    def end(self, capabilities: Capabilities) -> None:
        """End a poll: keep as bytes what may be of use, if it is not too much."""
        for command in capabilities.useless:
            self._kept.pop(command, None)
        for command in self.fresh:
            self._part(command, capabilities)
        self._decoded.clear()
        self._trim()

    def _part(self, command: str, capabilities: Capabilities) -> None:
        """Keep what is asked once an hour apart from what came with it every time."""
        kept = self._kept.get(command)
        if kept is None or "+" not in kept.names:
            return
        if capabilities.rhythm(command) is FIXED:
            raw = json.dumps(self._decoded[command], separators=(",", ":")).encode()
            self._kept[command] = replace(kept, raw=raw, names=command)

    def note_asked(self, command: str) -> None:
        """Remember the attempt, so that a failing command keeps its rhythm, too."""
        self._asked[command] = self._clock()

    def keep(self, command: str, reply: Mapping[str, Any], answer: Answer) -> None:
        """Take over a reply of this poll, from the answer that brought it."""
        self.note_asked(command)
        self._number += 1
        self._kept[command] = _Kept(
            answer.raw, answer.names, self._asked[command], self._number
        )
        self._decoded[command] = reply
        self.fresh.add(command)

    def require(self, command: str) -> Mapping[str, Any]:
        """Return a reply of this poll; MinerError when it did not come."""
        if command not in self.fresh:
            raise MinerError(Failure.INVALID_REPLY, f"the reply lacks {command}")
        return self.read(command)

    def read(self, command: str) -> Mapping[str, Any]:
        """Return a reply that was kept."""
        if command not in self._decoded:
            kept = self._kept[command]
            reply = decode_reply(kept.raw, kept.names)
            self._decoded[command] = split_joined(reply).get(command, reply)
        return self._decoded[command]

    def has(self, command: str) -> bool:
        """Return whether a command was ever answered, however long ago."""
        return command in self._kept

    def _drop(self, command: str) -> None:
        self._kept.pop(command, None)
        self._decoded.pop(command, None)

    def current(self, capabilities: Capabilities) -> Current:
        """Return the replies that are not too old."""
        now = self._clock()
        numbers = {
            command: kept.number
            for command, kept in self._kept.items()
            if now - kept.at <= capabilities.rhythm(command).keep_s
        }
        return Current(self, numbers, Memo(numbers, self._memo))

    def due(self, capabilities: Capabilities) -> tuple[str, ...]:
        """Return the commands to ask beside the primary, the most overdue first."""
        now = self._clock()
        overdue = []
        for command in capabilities.commands:
            if command == capabilities.primary or command in self.fresh:
                continue
            asked = self._asked.get(command, -math.inf)
            late_s = now - asked - self._every_s(command, capabilities)
            if late_s >= 0:
                overdue.append((-late_s, command))
        # In the order of their worth where they are late alike.
        overdue.sort(key=itemgetter(0))
        return tuple([command for _, command in overdue])

    def _every_s(self, command: str, capabilities: Capabilities) -> float:
        rhythm = capabilities.rhythm(command)
        kept = self._kept.get(command)
        if rhythm is STEADY and (kept is None or kept.at < self._asked[command]):
            # The last attempt failed.
            rhythm = SLOW
        return rhythm.every_s

    def drop_if_restarted(self, reply: Mapping[str, Any]) -> None:
        """Drop what older replies count when the mining process has restarted."""
        now = elapsed(reply)
        if now is not None and self._elapsed is not None and now < self._elapsed:
            for command in self._kept.keys() - self.fresh - {"version"}:
                self._drop(command)
                del self._asked[command]
        self._elapsed = now

    def drop_readings(self) -> None:
        """Drop the readings of earlier polls, but not what describes the miner."""
        for command in self._kept.keys() - self.fresh - {"version", "devdetails"}:
            self._drop(command)

    def _trim(self) -> None:
        """Drop the largest replies until the rest is no more than a miner may keep."""
        if sum(len(kept.raw) for kept in self._kept.values()) <= MAX_KEPT:
            return
        # Several commands may share the reply that brought them.
        sizes = {id(kept.raw): len(kept.raw) for kept in self._kept.values()}
        total = sum(sizes.values())
        while total > MAX_KEPT:
            largest = max(sizes, key=lambda number: sizes[number])
            total -= sizes.pop(largest)
            for command, kept in list(self._kept.items()):
                if id(kept.raw) == largest:
                    del self._kept[command]

    def forget_earlier(self) -> None:
        """Drop all but what came in this poll."""
        for command in self._kept.keys() - self.fresh:
            self._drop(command)
        self._asked = {command: self._asked[command] for command in self.fresh}
        self._elapsed = None
