"""Epochs of a subnet: when the tempo has passed, or when its owner has asked for one.

In three maps of `SubtensorModule`, by netuid, u64 each: `LastEpochBlock`,
`PendingEpochAt` (0: none is asked for) and `SubnetEpochIndex`; subtensor PR 2638.
"""

from .blocks import Draft
from .scale import uint
from .storage import LAST_EPOCH, PENDING_EPOCH, SUBNET_EPOCH, epoch_key, tempo_key


def begin(draft: Draft, netuid: int, tempo: int) -> None:
    """Let the last epoch be that of the usual raster."""
    since = (draft.number + netuid + 2) % (tempo + 1)
    _write(draft, LAST_EPOCH, netuid, draft.number - since)
    _write(draft, PENDING_EPOCH, netuid, 0)
    _write(draft, SUBNET_EPOCH, netuid, (draft.number - since) // (tempo + 1))


def ask(draft: Draft, netuid: int, blocks: int) -> None:
    """Let the owner ask for an epoch, so many blocks from now."""
    _write(draft, PENDING_EPOCH, netuid, draft.number + blocks)


def advance(draft: Draft, netuid: int) -> None:
    """Begin an epoch where one is due in this block."""
    pending = _read(draft, PENDING_EPOCH, netuid)
    tempo = int.from_bytes(draft.storage[tempo_key(netuid)], "little")
    since = draft.number - _read(draft, LAST_EPOCH, netuid)
    if since > tempo or 0 < pending <= draft.number:
        _write(draft, LAST_EPOCH, netuid, draft.number)
        _write(draft, PENDING_EPOCH, netuid, 0)
        index = _read(draft, SUBNET_EPOCH, netuid)
        _write(draft, SUBNET_EPOCH, netuid, index + 1)


def _read(draft: Draft, item: bytes, netuid: int) -> int:
    return int.from_bytes(draft.storage[epoch_key(item, netuid)], "little")


def _write(draft: Draft, item: bytes, netuid: int, value: int) -> None:
    draft.storage[epoch_key(item, netuid)] = uint(value, 8)
