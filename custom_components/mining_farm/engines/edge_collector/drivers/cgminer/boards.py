"""Hashboards in a `stats` entry of an Antminer, and the judgement on a board."""

from collections.abc import Mapping
from functools import lru_cache
import re
from typing import Any, NamedTuple

from ...health import judge_board
from ...models import ORIGINAL_LIMITS, BoardHealth
from ...values import count, number

_CHAIN_KEYS = ("chain_acn", "chain_acs", "chain_rate")
# Six digits: a longer run is not a slot, and Python refuses to read an endless one.
_SLOT = re.compile(r"(?:chain_acn|chain_acs|chain_rate|temp_chip|temp_pcb)([0-9]{1,6})")


def pick_stats_entry(stats_response: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first STATS entry with chains; {} when there is none."""
    entries = stats_response.get("STATS")
    if isinstance(entries, list):
        for entry in entries:
            if isinstance(entry, dict) and _shape(tuple(entry)).has_chains:
                return entry
    return {}


def extract_board_indices(stats: Mapping[str, Any]) -> list[int]:
    """Return every slot that any board key of an entry names, sorted.

    Slots start at 1 on most models and at 6 on an S9; padded slots are named as well.
    """
    return list(_shape(tuple(stats)).slots)


class _Shape(NamedTuple):
    """What the keys of an entry say."""

    has_chains: bool
    slots: tuple[int, ...]


# An entry has a hundred keys, the same at every poll of every miner of its model.
@lru_cache(maxsize=128)
def _shape(keys: tuple[str, ...]) -> _Shape:
    matches = map(_SLOT.fullmatch, keys)
    return _Shape(
        has_chains=any(key.startswith(_CHAIN_KEYS) for key in keys),
        slots=tuple(sorted({int(match[1]) for match in matches if match})),
    )


def determine_board_status(board: Mapping[str, Any]) -> BoardHealth:
    """Judge a board by its `chips_ok`, `chips_total` and `temp_chip`, each maybe absent.

    The rule of the original, with its limits of 80 and 90 °C.
    """
    return judge_board(
        count(board.get("chips_ok")),
        count(board.get("chips_total")),
        number(board.get("temp_chip")),
        ORIGINAL_LIMITS,
    )
