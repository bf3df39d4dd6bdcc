"""Arrays of tables, as they stand in a TOML document that keeps its form."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomlkit.items import AbstractTable


type WonByPool = Mapping[str | None, Sequence[float]]
"""Hashrates won, PH/s, by the pool or goal that gets them; None: the usual one."""


def is_array(value: object) -> bool:
    """Return whether a value is an array, spelled either way."""
    from tomlkit.items import AoT, Array  # noqa: PLC0415 Only who routes needs it

    return isinstance(value, AoT | Array)


def tables(value: object) -> list[AbstractTable]:
    """Return the tables of an array; none of what is no array."""
    from tomlkit.items import AbstractTable, AoT, Array  # noqa: PLC0415

    if not isinstance(value, AoT | Array):
        return []
    return [item for item in value if isinstance(item, AbstractTable)]
