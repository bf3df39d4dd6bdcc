"""Events of the watch, and what the watch asks of a chain."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..models import AuctionResult, BlockRef, Snapshot, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowUpdate:
    """A window's result: the first, a surer or a final one, or another than before."""

    result: AuctionResult
    final: bool
    """The window's first block can no longer be replaced."""
    correction: bool = False
    """Another result than before: the block was replaced, or the solver disagrees."""
    early: bool = False
    """The network's solver is still at work on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchProblem:
    """Something failed and is tried again; reported once, until it is over or another."""

    window: Window | None
    """None where not even the window is known."""
    error: Exception


type WatchEvent = WindowUpdate | WatchProblem


class WatchChain(Protocol):
    """What is asked of a chain; a ChainError on any failure."""

    async def head(self) -> BlockRef:
        """Return the best block."""

    async def finalised(self) -> BlockRef:
        """Return the last final block."""

    async def block_hash(self, number: int) -> str | None:
        """Return a block's hash; None where it does not exist yet."""

    async def tempo(self, block_hash: str) -> int:
        """Return the subnet's tempo."""

    async def snapshot(self, window: Window, block_hash: str) -> Snapshot:
        """Return the state at a window's first block."""

    def subscribe_heads(
        self, callback: Callable[[BlockRef], None]
    ) -> Callable[[], None]:
        """Call with each new best block; return what ends that."""
