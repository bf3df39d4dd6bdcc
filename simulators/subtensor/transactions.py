"""Extrinsics that a node accepted, and the errors of those it refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .extrinsics import Extrinsic

type Status = str | Mapping[str, Any]
"""As watchers receive it: "ready", {"inBlock": hash} and the like."""
type Watcher = Callable[[Status], None]


class RefusedError(Exception):
    """The pool does not take an extrinsic, as a JSON-RPC error."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        """Take code, message and reason."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


def invalid(reason: str) -> RefusedError:
    """Return the refusal of an extrinsic that can never be valid."""
    return RefusedError(1010, "Invalid Transaction", reason)


BAD_SIGNATURE = "Transaction has a bad signature"
OUTDATED = "Transaction is outdated"
BANNED = 1012, "Transaction is temporarily banned"
ALREADY_IMPORTED = 1013, "Transaction Already Imported"
LOW_PRIORITY = 1014, "Priority is too low: (0 vs 0)"


@dataclass(slots=True)
class Pending:
    """An extrinsic that was accepted, and who follows it."""

    extrinsic: Extrinsic
    published: list[Status] = field(default_factory=list)
    _watchers: list[Watcher] = field(default_factory=list)

    def publish(self, status: Status) -> None:
        """Send it to all who watch."""
        self.published.append(status)
        for watcher in tuple(self._watchers):
            watcher(status)

    def watch(self, watcher: Watcher) -> None:
        """Send what was published, then all that comes."""
        for status in tuple(self.published):
            watcher(status)
        self._watchers.append(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        """Send no more."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)
