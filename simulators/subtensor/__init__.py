"""A simulated Subtensor chain: its nodes, a subnet that bids for hashrate, its faults."""

from .accounts import ALICE, BOB, Key, ss58
from .chain import START_BLOCK, Chain
from .node import SubtensorNode
from .simulator import SubtensorSimulator

__all__ = [
    "ALICE",
    "BOB",
    "START_BLOCK",
    "Chain",
    "Key",
    "SubtensorNode",
    "SubtensorSimulator",
    "ss58",
]
