"""Finds a worker by its name the way people type names."""

from collections.abc import Sequence
from enum import Enum

ANY = "*"
"""Name of the only worker in a reply that does not repeat the name asked for."""


class Match(Enum):
    """Why no worker was found."""

    NONE = "none"
    AMBIGUOUS = "ambiguous"


def match_name(name: str, names: Sequence[str]) -> int | Match:
    """Return the index of the one worker meant by a name.

    Several that differ only by case or prefix are several rigs: they are never merged,
    and none of them is guessed.
    """
    for alike in (str, str.casefold, _label, _folded_label):
        wanted = alike(name)
        found = [i for i, known in enumerate(names) if alike(known) == wanted]
        if found:
            return found[0] if len(found) == 1 else Match.AMBIGUOUS
    return 0 if list(names) == [ANY] else Match.NONE


def _label(name: str) -> str:
    """Return the name without the account or address that some pools put before it."""
    return name.partition(".")[2] or name


def _folded_label(name: str) -> str:
    return _label(name).casefold()
