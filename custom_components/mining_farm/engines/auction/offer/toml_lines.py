"""Finds the line of a TOML document that a message is about."""

from collections.abc import Sequence
import tomllib
from typing import Any

MAX_LINES = 2000
"""Past this a message has no line rather than a long wait."""


def find_line(text: str, path: Sequence[str], item: str | None = None) -> int | None:
    """Return the line (from 1) where a valid document sets a key or heads a table.

    With an item, the line of that value's statement where the item first stands
    quoted or bare. None where the key is not set.
    """
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        return None
    header, start = "", 0
    # A statement is over with the first line that makes it valid below its header.
    for end in range(1, len(lines) + 1):
        statement = "\n".join(lines[start:end])
        is_header = statement.lstrip().startswith("[")
        try:
            document = tomllib.loads(statement if is_header else header + statement)
        except tomllib.TOMLDecodeError:
            continue
        if is_header:
            header = f"{statement}\n"
        if statement.strip() and _holds(document, path):
            return _within(lines, start, end, item) + 1
        start = end
    return None


def _holds(document: dict[str, Any], path: Sequence[str]) -> bool:
    value: Any = document
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


def _within(lines: list[str], start: int, end: int, item: str | None) -> int:
    if item is not None:
        for spelling in (f'"{item}"', f"'{item}'", item):
            for number in range(start, end):
                if spelling in lines[number]:
                    return number
    return start
