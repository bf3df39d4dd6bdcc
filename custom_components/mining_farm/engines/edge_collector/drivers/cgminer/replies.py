"""The replies of one poll, read as rows that may be missing."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeGuard

from ...identity import normalise_model
from ..decoding import reply_status

type Row = Mapping[str, Any]

MAX_PARTS = 256
"""Boards, pools or other rows that are read at most; no miner has as many."""

DUMMY_DEVICE = "BTM_SOC"
"""Name of the one row of `devs` on stock S19 and S21: no board, and no rate to trust."""

NEW_API_STATS = "stats:new_api"
"""`stats` in its other shape, where both are read."""

# `edevs` is of Whatsminer, `estats` of Avalon, `mode` of Auradine (captures).
_SECTIONS = {
    "edevs": "DEVS",
    "estats": "STATS",
    "mode": "Mode",
    NEW_API_STATS: "STATS",
}


class Memo:
    """What was read of replies, until one of them comes again."""

    def __init__(
        self, numbers: Mapping[str, int], known: dict[str, tuple[object, Any]]
    ) -> None:
        """Take the numbers of the present replies by command, and what is known."""
        self._numbers = numbers
        self._known = known

    def of(self, numbers: Mapping[str, int]) -> Memo:
        """Return the same memo for other replies."""
        return Memo(numbers, self._known)

    def recall[T](
        self, name: str, commands: tuple[str, ...], read: Callable[[], T]
    ) -> T:
        """Return what is read of some commands, and read it only where it is not known."""
        numbers: object = (
            self._numbers.get(commands[0])
            if len(commands) == 1
            else tuple(map(self._numbers.get, commands))
        )
        known = self._known.get(name)
        if known is None or known[0] != numbers:
            known = self._known[name] = (numbers, read())
        found: T = known[1]
        return found


def _read_anew[T](_: str, __: tuple[str, ...], read: Callable[[], T]) -> T:
    """Return what is read, where nothing is known from before."""
    return read()


_ELSEWHERE = object()
"""The header stands in a reply that comes with every poll."""


class Replies:
    """The replies of one poll by command, read as rows that may be missing."""

    def __init__(self, replies: Mapping[str, Any], memo: Memo | None = None) -> None:
        """Take the replies; whatever is not an object counts as not there."""
        self._replies = replies
        self.recall = _read_anew if memo is None else memo.recall
        """Return what is read of some commands alone, and of no others."""

    def reply(self, command: str) -> Row:
        """Return the whole reply to a command, or nothing."""
        reply = self._replies.get(command)
        # A dict nearly always: to ask of what kind a class is takes its time.
        return reply if type(reply) is dict or _is_row(reply) else {}

    def rows(self, *commands: str) -> list[Row]:
        """Return the rows of the first command that has any; at most MAX_PARTS."""
        for command in commands:
            if not (reply := self.reply(command)):
                continue
            section = reply.get(_SECTIONS.get(command, command.upper()))
            found = section if isinstance(section, list) else [section]
            if rows := [row for row in found[:MAX_PARTS] if _is_row(row)]:
                return rows
        return []

    def row(self, command: str) -> Row:
        """Return the first row of a command, or nothing."""
        rows = self.rows(command)
        return rows[0] if rows else {}

    @cached_property
    def description(self) -> str:
        """Name and version of the mining software; the same in every reply."""
        replies = map(self.reply, self._replies)
        descriptions = (reply_status(reply).description for reply in replies)
        return next((each for each in descriptions if each), "")

    @property
    def _version(self) -> Row:
        return self.recall("version", ("version",), lambda: self.row("version"))

    def of_header[T](self, name: str, read: Callable[[], T]) -> T:
        """Return what is read of the header, again only when that comes again."""
        found: Any = self.recall(
            name,
            ("version",),
            lambda: read() if _names_model(self._version) else _ELSEWHERE,
        )
        if found is _ELSEWHERE:
            return read()
        known: T = found
        return known

    @cached_property
    def header(self) -> Row:
        """What names model and build: `version`, else the head of `stats`."""
        if _names_model(self._version):
            return self._version
        info = self.reply("stats").get("INFO")
        rows = (*self.rows("stats")[:2], info if isinstance(info, Mapping) else {})
        return next((row for row in rows if _names_model(row)), {})

    @cached_property
    def model(self) -> str | None:
        """The model, normalised."""
        return self.of_header("model", self._model)

    def _model(self) -> str | None:
        names = (self.header.get(key) for key in ("Type", "type", "PROD"))
        return normalise_model(next((each for each in names if each), None))


def _is_row(value: object) -> TypeGuard[Row]:
    return type(value) is dict or isinstance(value, Mapping)


def _names_model(row: Row) -> bool:
    return "Type" in row or "type" in row or "PROD" in row
