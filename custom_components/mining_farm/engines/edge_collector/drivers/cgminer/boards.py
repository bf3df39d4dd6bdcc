"""Hashboards in a `stats` entry of an Antminer, and the judgement on a board."""

from collections.abc import Mapping
from typing import Any

from ...health import judge_board
from ...models import ORIGINAL_LIMITS, BoardHealth
from ...values import count, number
from .shapes import Shape, shape_of


def pick_stats_entry(stats_response: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first STATS entry with chains; {} when there is none."""
    return find_stats_entry(stats_response)[0]


def find_stats_entry(
    stats_response: Mapping[str, Any],
) -> tuple[dict[str, Any], Shape]:
    """Return the first STATS entry with chains and its shape; {} when there is none."""
    entries = stats_response.get("STATS")
    if isinstance(entries, list):
        for entry in entries:
            if isinstance(entry, dict) and (shape := shape_of(entry)).has_chains:
                return entry, shape
    return {}, shape_of(())


def extract_board_indices(stats: Mapping[str, Any]) -> list[int]:
    """Return every slot that any board key of an entry names, sorted.

    Slots start at 1 on most models and at 6 on an S9; padded slots are named as well.
    """
    return [slot.number for slot in shape_of(stats).slots]


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
