"""What may be signed: one call on one chain, compared byte by byte.

Names and types come from the node's own metadata, so they prove nothing: a node may call
a transfer `set_commitment`. What is wanted is therefore encoded here, by the numbers that
the pallet has on each chain (subtensor, runtime/src/lib.rs: `Commitments = 18`;
pallets/commitments: `set_commitment` is call 0), and what a node has us sign must be that.
"""

from dataclasses import dataclass
from typing import Final

from ..errors import SigningPart, UnsafeExtrinsicError
from .networks import FINNEY_GENESIS, TEST_GENESIS
from .pace import ERA_PERIOD

_SET_COMMITMENT: Final = bytes((18, 0))
_CALLS: Final = {FINNEY_GENESIS: _SET_COMMITMENT, TEST_GENESIS: _SET_COMMITMENT}
"""The call by the chain's first block; chains of one's own are built like these two."""
_NO_TIP: Final = b"\0"
_NO_METADATA_HASH: Final = b"\0"
_ERA_BYTES: Final = 2
_VERSION_BYTES: Final = 8
"""Of runtime and transactions: any, so that an upgrade that changes no number passes."""
_HASH_BYTES: Final = 32
_BEHIND_NONCE: Final = 2 + _VERSION_BYTES + 2 * _HASH_BYTES + 1
"""Tip, whether a hash of the metadata is signed, versions, two blocks, no such hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A commitment as it was meant."""

    genesis: str
    netuid: int
    payload: bytes
    nonce: int


def check_signing(data: bytes, wanted: Wanted) -> None:
    """Raise UnsafeExtrinsicError unless the bytes commit what is wanted and no more."""
    rest = _Rest(data)
    call = _CALLS.get(wanted.genesis, _SET_COMMITMENT)
    if (found := rest.take(len(call))) != call:
        raise UnsafeExtrinsicError(
            f"the node numbers the call {_dotted(found)}, and it is {_dotted(call)}",
            SigningPart.CALL,
        )
    rest.expect(_content(wanted), SigningPart.CONTENT)
    era = int.from_bytes(rest.take(_ERA_BYTES), "little")
    if 2 << (era & 0xF) != ERA_PERIOD or era >> 4 >= ERA_PERIOD:
        raise UnsafeExtrinsicError(
            f"the extrinsic would not live for {ERA_PERIOD} blocks", SigningPart.ERA
        )
    rest.expect(_compact(wanted.nonce), SigningPart.NONCE)
    rest.expect_length(_BEHIND_NONCE)
    rest.expect(_NO_TIP, SigningPart.TIP)
    rest.expect(_NO_METADATA_HASH, SigningPart.EXTENSIONS)
    rest.take(_VERSION_BYTES)
    rest.expect(bytes.fromhex(wanted.genesis.removeprefix("0x")), SigningPart.GENESIS)
    # The hash of the block that the era begins with binds the signature to a time.
    rest.take(_HASH_BYTES)
    rest.expect(_NO_METADATA_HASH, SigningPart.EXTENSIONS)


class _Rest:
    """What was not looked at yet."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, length: int) -> bytes:
        taken, self._data = self._data[:length], self._data[length:]
        if len(taken) < length:
            raise UnsafeExtrinsicError("something of what is signed is missing")
        return taken

    def expect(self, wanted: bytes, part: SigningPart) -> None:
        if self._data[: len(wanted)] != wanted:
            raise UnsafeExtrinsicError(f"what is signed has another {part}", part)
        self._data = self._data[len(wanted) :]

    def expect_length(self, length: int) -> None:
        if len(self._data) != length:
            raise UnsafeExtrinsicError(
                "more or less is signed besides the call than this version knows"
            )


def _content(wanted: Wanted) -> bytes:
    """Encode netuid and `CommitmentInfo`: one field, `Raw{n}`, which is variant 1 + n."""
    payload = wanted.payload
    field = (1 + len(payload)).to_bytes() + payload
    return wanted.netuid.to_bytes(2, "little") + _compact(1) + field


def _compact(number: int) -> bytes:
    """Encode a u32 as SCALE's Compact: the shortest of its forms."""
    if number < 1 << 6:
        return (number << 2).to_bytes(1, "little")
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    if number < 1 << 30:
        return (number << 2 | 2).to_bytes(4, "little")
    return b"\3" + number.to_bytes(4, "little")


def _dotted(call: bytes) -> str:
    return ".".join(map(str, call))
