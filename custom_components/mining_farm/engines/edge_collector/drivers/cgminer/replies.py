"""The replies of one poll, read as rows that may be missing."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

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


class Replies:
    """The replies of one poll by command, read as rows that may be missing."""

    def __init__(self, replies: Mapping[str, Any]) -> None:
        """Take the replies; whatever is not an object counts as not there."""
        self._replies = {
            command: reply
            for command, reply in replies.items()
            if isinstance(reply, Mapping)
        }

    def reply(self, command: str) -> Row:
        """Return the whole reply to a command, or nothing."""
        return self._replies.get(command, {})

    def rows(self, *commands: str) -> list[Row]:
        """Return the rows of the first command that has any; at most MAX_PARTS."""
        for command in commands:
            section = self.reply(command).get(_SECTIONS.get(command, command.upper()))
            found = section if isinstance(section, list) else [section]
            if rows := [row for row in found[:MAX_PARTS] if isinstance(row, Mapping)]:
                return rows
        return []

    def row(self, command: str) -> Row:
        """Return the first row of a command, or nothing."""
        rows = self.rows(command)
        return rows[0] if rows else {}

    @cached_property
    def description(self) -> str:
        """Name and version of the mining software; the same in every reply."""
        descriptions = (reply_status(r).description for r in self._replies.values())
        return next((each for each in descriptions if each), "")

    @cached_property
    def header(self) -> Row:
        """What names model and build: `version`, else the head of `stats`."""
        info = self.reply("stats").get("INFO")
        for row in (
            self.row("version"),
            *self.rows("stats")[:2],
            info if isinstance(info, Mapping) else {},
        ):
            if any(key in row for key in ("Type", "type", "PROD")):
                return row
        return {}

    @cached_property
    def model(self) -> str | None:
        """The model, normalised."""
        names = (self.header.get(key) for key in ("Type", "type", "PROD"))
        return normalise_model(next((each for each in names if each), None))
