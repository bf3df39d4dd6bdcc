"""Tables of a TOML file, read value by value; what is wrong is named with its line."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
import re
import tomllib
from typing import Any

_HEADER = re.compile(r"\s*\[(?P<array>\[)?\s*(?P<name>[^\[\]]+?)\s*\]")
_MISSING = object()


class ConfigError(Exception):
    """The file cannot be used; the text says where and why, and holds no secret."""


class Table:
    """One table, from which each key is taken once; what is left over is a mistake."""

    def __init__(
        self, content: Mapping[str, Any], name: str, line_of: Callable[[str], int]
    ) -> None:
        """Take the values, the name as it is written, and where a key stands."""
        self._left = dict(content)
        self._name = name
        self._line_of = line_of

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self._take(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, "a text is needed")
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a text; None where there is none."""
        return self.text(key) if self.given(key) else None

    def given(self, key: str) -> bool:
        """Return whether a key is there."""
        return key in self._left

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """Return a number between two limits."""
        value = self._take(key, default)
        # A bool is an int to Python.
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, "a number is needed")
        if not low <= value <= high:
            raise self.error(key, f"{value:g} is not between {low:g} and {high:g}")
        return value

    def count(self, key: str, default: int, low: int, high: int) -> int:
        """Return a whole number between two limits."""
        value = self.number(key, default, low, high)
        if not isinstance(value, int):
            raise self.error(key, "a whole number is needed")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise self.error(key, "true or false is needed")
        return value

    def texts(self, key: str, default: Sequence[str] | None = None) -> list[str]:
        """Return a list of texts; one text alone is such a list, too."""
        value = self._take(key, default)
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, Sequence) or not all(
            isinstance(each, str) for each in values
        ):
            raise self.error(key, "a text or a list of texts is needed")
        return list(values)

    def choices(
        self, key: str, default: Sequence[str], allowed: Sequence[str]
    ) -> tuple[str, ...]:
        """Return a list of words out of those that there are."""
        values = self.texts(key, default)
        for value in values:
            if value not in allowed:
                raise self.error(
                    key, f"{value} is not one of: {', '.join(allowed) or 'none'}"
                )
        return tuple(dict.fromkeys(values))

    def end(self) -> None:
        """Refuse keys that mean nothing: a slip would else be a silent default."""
        for key in self._left:
            raise self.error(key, "there is no such key")

    def error(self, key: str, reason: str) -> ConfigError:
        """Return the error about a key."""
        return _wrong(self._line_of(key), f"{self._name}, {key}: {reason}")

    def _take(self, key: str, default: Any) -> Any:  # noqa: ANN401 It may be anything
        value = self._left.pop(key, _MISSING)
        if value is not _MISSING:
            return value
        if default is None:
            raise self.error(key, "is missing")
        return default


class Document:
    """The tables of a file."""

    def __init__(self, text: str) -> None:
        """Parse a text; ConfigError with the line where it is no TOML."""
        try:
            self._content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as err:
            raise ConfigError(str(err)) from None
        self._lines = text.splitlines()
        self._left = dict(self._content)

    def has(self, name: str) -> bool:
        """Return whether there is a table of this name."""
        return name in self._content

    def table(self, name: str) -> Table:
        """Return a table, an empty one where it is not there."""
        content = self._left.pop(name, {})
        if not isinstance(content, Mapping):
            raise _wrong(self._line(name, 0, ""), f"[{name}]: a table is needed")
        return Table(content, f"[{name}]", partial(self._line, name, 0))

    def array(self, name: str) -> list[Table]:
        """Return the tables of an array."""
        content = self._left.pop(name, [])
        if not isinstance(content, list) or not all(
            isinstance(each, Mapping) for each in content
        ):
            raise _wrong(self._line(name, 0, ""), f"[[{name}]]: tables are needed")
        return [
            Table(
                each,
                f"[[{name}]] number {number + 1}",
                partial(self._line, name, number),
            )
            for number, each in enumerate(content)
        ]

    def end(self) -> None:
        """Refuse tables that mean nothing."""
        for name in self._left:
            where = self._line(name, 0, "")
            raise _wrong(where, f"{name}: there is no such table")

    def _line(self, name: str, number: int, key: str) -> int:
        """Return the line of a key in a table, that of the table without it, or 0."""
        seen, found = -1, 0
        for line, text in enumerate(self._lines, 1):
            if header := _HEADER.match(text):
                if found and seen == number:
                    return found
                if header["name"] == name:
                    seen += 1
                    found = line if seen == number else 0
                else:
                    found = 0
            elif found and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", text):
                return line
        return found or self._line_above(name, key)

    def _line_above(self, name: str, key: str) -> int:
        """Return the line of a table that is written without a header of its own."""
        written = re.compile(rf"\s*{re.escape(name)}\s*(\.\s*{re.escape(key)}\s*)?=")
        for line, text in enumerate(self._lines, 1):
            if _HEADER.match(text):
                break
            if written.match(text):
                return line
        return 0


def _wrong(line: int, what: str) -> ConfigError:
    return ConfigError(f"line {line}, {what}" if line else what)
