"""The type registry of a runtime: types written as in Rust, encoded for metadata."""

from collections.abc import Sequence
from dataclasses import dataclass
import re

from .scale import compact, option, text, uint, vec

PRIMITIVES = (
    "bool",
    "char",
    "str",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "u256",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "i256",
)
"""In the order of their numbers in metadata."""

_ARRAY = re.compile(r"\[(.+); (\d+)\]")
_GENERIC = re.compile(r"(Vec|Compact|Option)<(.+)>")

type Fields = Sequence[tuple[str, str]]
"""Name (empty: none) and type of each."""


@dataclass(frozen=True, slots=True)
class Struct:
    """A type with fields."""

    path: str
    fields: Fields = ()
    parameters: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """One choice of an enum."""

    index: int
    name: str
    fields: Fields = ()


@dataclass(frozen=True, slots=True)
class Enum:
    """A type that is one of several."""

    path: str
    variants: Sequence[Variant] = ()
    parameters: Sequence[tuple[str, str]] = ()


def enum(path: str, *names: str) -> Enum:
    """Return an enum whose variants hold nothing."""
    return Enum(path, [Variant(index, name) for index, name in enumerate(names)])


class TypeRegistry:
    """Numbers the types that are asked for, and those that they are made of."""

    def __init__(self, named: dict[str, Struct | Enum]) -> None:
        """Know these types by the name that others use for them."""
        self._named = named
        self._ids: dict[str, int] = {}
        self._encoded: list[bytes] = []

    def __getitem__(self, name: str) -> int:
        """Return a type's number.

        Raises:
            KeyError: There is no such type.
        """
        if name not in self._ids:
            number = self._ids[name] = len(self._ids)
            self._encoded.append(b"")
            self._encoded[number] = compact(number) + self._encode(name)
        return self._ids[name]

    def encode(self) -> bytes:
        """Return all types that were asked for so far, as metadata holds them."""
        return vec(self._encoded)

    def _encode(self, name: str) -> bytes:
        """Return path, parameters, definition and documentation of a type."""
        path = parameters = b"\0"
        if name in PRIMITIVES:
            definition = b"\5" + uint(PRIMITIVES.index(name), 1)
        elif name.startswith("("):
            parts = [part for part in name[1:-1].split(", ") if part]
            definition = b"\4" + vec(compact(self[part]) for part in parts)
        elif match := _ARRAY.fullmatch(name):
            definition = b"\3" + uint(int(match[2]), 4) + compact(self[match[1]])
        elif match := _GENERIC.fullmatch(name):
            match match[1]:
                case "Vec":
                    definition = b"\2" + compact(self[match[2]])
                case "Compact":
                    definition = b"\6" + compact(self[match[2]])
                case _:
                    path = vec([text("Option")])
                    parameters = self._parameters([("T", match[2])])
                    some = Variant(1, "Some", [("", match[2])])
                    definition = self._variants([Variant(0, "None"), some])
        else:
            known = self._named[name]
            path = vec(text(part) for part in known.path.split("::") if part)
            parameters = self._parameters(known.parameters)
            match known:
                case Struct():
                    definition = b"\0" + self._fields(known.fields)
                case Enum():
                    definition = self._variants(known.variants)
        return path + parameters + definition + b"\0"

    def _parameters(self, parameters: Sequence[tuple[str, str]]) -> bytes:
        return vec(text(key) + option(compact(self[name])) for key, name in parameters)

    def _variants(self, variants: Sequence[Variant]) -> bytes:
        return b"\1" + vec(
            text(each.name) + self._fields(each.fields) + uint(each.index, 1) + b"\0"
            for each in variants
        )

    def _fields(self, fields: Fields) -> bytes:
        return vec(
            option(text(name) if name else None)
            + compact(self[kind])
            + option(text(kind))
            + b"\0"
            for name, kind in fields
        )
