"""The auction of the window of any one block."""

from collections.abc import Awaitable
from typing import Protocol

from ..errors import ChainError
from ..models import AuctionResult, Snapshot
from ..windows import window_at
from .auction import TakeResult
from .events import WatchChain


class Hold(Protocol):
    """Holds the auction of a snapshot."""

    def __call__(
        self, snapshot: Snapshot, early: TakeResult | None = None
    ) -> Awaitable[AuctionResult]:
        """Return the outcome; AuctionUndefinedError, SolverError."""


async def auction_at(
    chain: WatchChain, hold: Hold, *, netuid: int, block: int | None = None
) -> AuctionResult:
    """Return the outcome of the window that a block, or the head, belongs to."""
    if block is None:
        at = await chain.head()
        number, block_hash = at.number, at.hash
    else:
        number, block_hash = block, await _existing_hash(chain, block)
    window = window_at(number, netuid, await chain.tempo(block_hash))
    start_hash = await _existing_hash(chain, window.start)
    return await hold(await chain.snapshot(window, start_hash))


async def _existing_hash(chain: WatchChain, number: int) -> str:
    block_hash = await chain.block_hash(number)
    if block_hash is None:
        raise ChainError(f"there is no block {number} yet")
    return block_hash
