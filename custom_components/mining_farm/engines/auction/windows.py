"""Subnet epochs and the validation windows that auctions are held for."""

from datetime import timedelta

from .models import Window

BLOCK_TIME = timedelta(seconds=12)
BLOCK_SECONDS = BLOCK_TIME.total_seconds()
BLOCKS_PER_WINDOW = 60
"""The sixth window of an epoch has one block more."""
_WINDOWS = 6


def epoch_start(block: int, netuid: int, tempo: int) -> int:
    """Return the first block of the subnet epoch that a block belongs to.

    An epoch has tempo + 1 blocks; which ones is decided by netuid, as on the chain.
    """
    # The chain runs an epoch in the block where (block + netuid + 1) % (tempo + 1) is
    # the tempo. That block is the first one here.
    return block - (block + netuid + 2) % (tempo + 1)


def epoch_end(block: int, netuid: int, tempo: int) -> int:
    """Return the last block of the subnet epoch that a block belongs to."""
    return epoch_start(block, netuid, tempo) + tempo


def validation_window(
    block: int, epoch: int, blocks_per_window: int = BLOCKS_PER_WINDOW
) -> Window:
    """Return the window of a block, counted from the start of a subnet epoch.

    The raster of windows begins one window before the epoch and goes on forever: a
    block past the epoch's end is in a window too.
    """
    first = epoch - blocks_per_window
    # The reference counts in 361 blocks whatever the tempo is.
    length = _WINDOWS * blocks_per_window + 1
    first += (block - first) // length * length
    index = min((block - first) // blocks_per_window, _WINDOWS - 1)
    start = first + index * blocks_per_window
    end = start + blocks_per_window - 1
    return Window(
        index=index, start=start, end=end + 1 if index == _WINDOWS - 1 else end
    )


def window_at(block: int, netuid: int, tempo: int) -> Window:
    """Return the window that a block belongs to."""
    return validation_window(block, epoch_start(block, netuid, tempo))


def next_window(window: Window, netuid: int, tempo: int) -> Window:
    """Return the window after a window of `window_at`.

    With a tempo other than 360 the next epoch may begin before a window's end, and
    the windows start again with it.
    """
    end = min(window.end, epoch_end(window.start, netuid, tempo))
    return window_at(end + 1, netuid, tempo)
