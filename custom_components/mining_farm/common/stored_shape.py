"""What entries of a kind store: by key, what returns as much of a value as can be used."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
import math
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .kept import DAMAGE

type Take = Callable[[Any], object]
"""Returns what can be used of a stored value; raises DAMAGE where nothing can."""
type Fields = Mapping[str, Take]


def _nothing(_stored: Mapping[str, Any]) -> Fields:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredShape:
    """What the entries of one kind store.

    Keys that it does not name are left alone: a newer version may have stored more.
    """

    needed: Callable[[Mapping[str, Any]], Fields]
    """Of the data: without these nothing can be done. A missing one is taken as None."""
    data: Fields = field(default_factory=dict)
    """Of the data: what is dropped where it cannot be used."""
    options: Callable[[Mapping[str, Any]], Fields] = _nothing
    """Of the options: what is dropped where it cannot be used."""
    leaves: tuple[str, ...] = ()
    """Options that let Mining Farm act: off where anything was dropped."""
    when_refused: (
        Callable[[HomeAssistant, ConfigEntry[Any]], Awaitable[None]] | None
    ) = None
    """What is still done for an entry that cannot be set up."""


def unusable(needed: Fields, stored: Mapping[str, Any]) -> list[str]:
    """Return the keys that are needed and cannot be used."""
    return [
        key for key, take in needed.items() if not _is_usable(take, stored.get(key))
    ]


def usable(fields: Fields, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stored without what cannot be used."""
    kept = dict(stored)
    for key, take in fields.items():
        if key not in stored:
            continue
        try:
            kept[key] = take(stored[key])
        except DAMAGE:
            del kept[key]
    return kept


def _is_usable(take: Take, value: object) -> bool:
    try:
        return take(value) == value
    except DAMAGE:
        return False


def text(value: Any) -> str:  # noqa: ANN401
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError("no text")
    return value


def written(value: Any) -> str:  # noqa: ANN401
    """Return a text, which may be empty."""
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004
    return value


def flag(value: Any) -> bool:  # noqa: ANN401
    """Return a truth value."""
    if not isinstance(value, bool):
        raise ValueError("no truth value")  # noqa: TRY004 One of DAMAGE, as all others
    return value


def number(low: float, high: float) -> Callable[[Any], float]:
    """Return what takes a number within bounds, which are included."""

    def take(value: Any) -> float:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError("no number")  # noqa: TRY004
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError("out of bounds")
        return value

    return take


def whole(low: int, high: int) -> Callable[[Any], float]:
    """Return what takes a whole number within bounds, which are included."""
    within = number(low, high)

    def take(value: Any) -> float:  # noqa: ANN401
        # Of a form, a whole number may be stored as 3.0.
        if within(value) != int(value):
            raise ValueError("no whole number")
        return within(value)

    return take


def maybe(take: Take) -> Take:
    """Return what takes None as well."""
    return lambda value: None if value is None else take(value)


def one_of(*choices: str) -> Callable[[Any], str]:
    """Return what takes one of some texts."""

    def take(value: Any) -> str:  # noqa: ANN401
        if text(value) not in choices:
            raise ValueError("not known here")
        chosen: str = value
        return chosen

    return take


def each(take: Take) -> Take:
    """Return what takes a list, without those of it that cannot be used."""

    def take_list(value: Any) -> list[Any] | tuple[Any, ...]:  # noqa: ANN401
        if not isinstance(value, (list, tuple)):
            raise ValueError("no list")  # noqa: TRY004
        return type(value)(item for item in value if _is_usable(take, item))

    return take_list


def mapping(fields: Fields) -> Take:
    """Return what takes a mapping, without what of it cannot be used."""

    def take_mapping(value: Any) -> dict[str, Any]:  # noqa: ANN401
        if not isinstance(value, Mapping):
            raise ValueError("no mapping")  # noqa: TRY004
        return usable(fields, value)

    return take_mapping
