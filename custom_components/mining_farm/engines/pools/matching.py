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
    # Ethermine is said to return names in lower case; CKPool puts the address before
    # them, Braiins the account.
    for fits in (_exactly, _but_for_case, _but_for_prefix, _but_for_both):
        found = [i for i, known in enumerate(names) if fits(name, known)]
        if found:
            return found[0] if len(found) == 1 else Match.AMBIGUOUS
    return 0 if list(names) == [ANY] else Match.NONE


def _exactly(name: str, known: str) -> bool:
    return name == known


def _but_for_case(name: str, known: str) -> bool:
    return name.casefold() == known.casefold()


def _but_for_prefix(name: str, known: str) -> bool:
    """Return whether one is the other with an account or address before it.

    Two prefixes that differ are two racks: `a.rig` is not `b.rig`.
    """
    return bool(name and known) and (
        name == known.partition(".")[2] or known == name.partition(".")[2]
    )


def _but_for_both(name: str, known: str) -> bool:
    return _but_for_prefix(name.casefold(), known.casefold())
