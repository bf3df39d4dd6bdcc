"""The parsers of `stats` and `devs` under the names that the original gives them."""

from .drivers.cgminer.boards import (
    determine_board_status,
    extract_board_indices,
    pick_stats_entry,
)
from .drivers.cgminer.parsing import parse_board_health

__all__ = [
    "determine_board_status",
    "extract_board_indices",
    "parse_board_health",
    "pick_stats_entry",
]
