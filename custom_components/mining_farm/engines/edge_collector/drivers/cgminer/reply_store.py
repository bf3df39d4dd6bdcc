"""The replies of a miner that are still valid, each with the time it came."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import math
from typing import Any

from ...errors import Failure, MinerError
from .capabilities import Capabilities, elapsed

MAX_KEPT = 4096
"""Values of all replies of one miner that outlive a poll; real miners have some 800."""

_TEXT_AS_LARGE_AS_A_VALUE = 32


@dataclass(frozen=True, slots=True)
class _Kept:
    """A reply, when it came, in s of the clock, and how many values it has."""

    reply: Mapping[str, Any]
    at: float
    size: int


def _size(reply: object) -> int:
    """Return the values in a reply; long texts count as several."""
    match reply:
        case str():
            return 1 + len(reply) // _TEXT_AS_LARGE_AS_A_VALUE
        case dict():
            return 1 + sum(_size(key) + _size(each) for key, each in reply.items())
        case list():
            return 1 + sum(map(_size, reply))
    return 1


class ReplyStore:
    """Knows what came in this poll, what is still true of earlier ones, and what is due."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a clock in s."""
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._asked: dict[str, float] = {}
        self._elapsed: float | None = None
        self.fresh: set[str] = set()
        """Commands that were answered in this poll."""

    def note_asked(self, command: str) -> None:
        """Remember the attempt, so that a failing command keeps its rhythm, too."""
        self._asked[command] = self._clock()

    def keep(self, command: str, reply: Mapping[str, Any]) -> None:
        """Take over a reply of this poll."""
        self.note_asked(command)
        self._kept[command] = _Kept(reply, self._asked[command], _size(reply))
        self.fresh.add(command)

    def require(self, command: str) -> Mapping[str, Any]:
        """Return a reply of this poll; MinerError when it did not come."""
        if command not in self.fresh:
            raise MinerError(Failure.INVALID_REPLY, f"the reply lacks {command}")
        return self._kept[command].reply

    def has(self, command: str) -> bool:
        """Return whether a command was ever answered, however long ago."""
        return command in self._kept

    def current(self, capabilities: Capabilities) -> dict[str, Mapping[str, Any]]:
        """Return the replies that are not too old."""
        now = self._clock()
        return {
            command: kept.reply
            for command, kept in self._kept.items()
            if now - kept.at <= capabilities.rhythm(command).keep_s
        }

    def due(self, capabilities: Capabilities) -> tuple[str, ...]:
        """Return the commands to ask beside the primary, the most overdue first."""
        now = self._clock()
        overdue = {
            command: now
            - self._asked.get(command, -math.inf)
            - capabilities.rhythm(command).every_s
            for command in capabilities.commands
            if command != capabilities.primary and command not in self.fresh
        }
        due = [command for command, late_s in overdue.items() if late_s >= 0]
        return tuple(sorted(due, key=lambda command: -overdue[command]))

    def drop_if_restarted(self, reply: Mapping[str, Any]) -> None:
        """Drop what older replies count when the mining process has restarted."""
        now = elapsed(reply)
        if now is not None and self._elapsed is not None and now < self._elapsed:
            for command in self._kept.keys() - self.fresh - {"version"}:
                del self._kept[command]
                del self._asked[command]
        self._elapsed = now

    def drop_readings(self) -> None:
        """Drop the readings of earlier polls, but not what describes the miner."""
        for command in self._kept.keys() - self.fresh - {"version", "devdetails"}:
            del self._kept[command]

    def trim(self) -> None:
        """Drop the largest replies until the rest is no more than a miner may keep."""
        by_size = sorted(self._kept, key=lambda command: self._kept[command].size)
        total = sum(kept.size for kept in self._kept.values())
        while total > MAX_KEPT:
            total -= self._kept.pop(by_size.pop()).size

    def forget_earlier(self) -> None:
        """Drop all but what came in this poll."""
        self._kept = {command: self._kept[command] for command in self.fresh}
        self._asked = {command: self._asked[command] for command in self.fresh}
        self._elapsed = None
