"""How long anything about the chain may take."""

from dataclasses import dataclass

from ..windows import BLOCK_SECONDS

READ_WITHIN = 20.0
"""Seconds for any read, reconnecting included."""
# A mortal era is a power of two. The reference signs for 4 blocks, which leaves little
# to an endpoint that is some blocks behind.
ERA_PERIOD = 8
"""Blocks that a signed extrinsic may wait for its block."""
PREPARE_BLOCKS = 2
"""Block times until an extrinsic is sent."""
WAIT_BLOCKS = ERA_PERIOD + 10
"""Its life, and then the time until its last block is finalised."""
PUBLISH_BLOCKS = PREPARE_BLOCKS + WAIT_BLOCKS + 1
"""Block times until publishing has ended, one way or the other."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is too long, in seconds, by the time between two blocks."""

    block_time: float = BLOCK_SECONDS

    @property
    def connect(self) -> float:
        """An endpoint must be connected and report its height."""
        return self.block_time * 0.5

    @property
    def quiet(self) -> float:
        """An endpoint that said nothing for so long is asked something."""
        return self.block_time * 0.35

    @property
    def answer(self) -> float:
        """And must answer. With `quiet`: it is left within one block time."""
        return self.block_time * 0.35

    @property
    def compare(self) -> float:
        """The other endpoints are asked for their height."""
        return self.block_time * 5

    @property
    def pause(self) -> float:
        """Between two rounds of endpoints of which none works."""
        return self.block_time * 0.25

    @property
    def poll(self) -> float:
        """Between two looks at the chain for what it does not announce."""
        return self.block_time * 0.5
