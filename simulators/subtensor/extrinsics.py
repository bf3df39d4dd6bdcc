"""Signed extrinsics, version 4: what their bytes say and what must have been signed."""

from dataclasses import dataclass

from .metadata import EXTRINSIC_VERSION
from .scale import Reader, blob, compact, option, uint
from .storage import RAW_LIMIT, blake2_256

_SIGNED = 0x80 | EXTRINSIC_VERSION
_BARE = EXTRINSIC_VERSION
_BY_ID = 0
_SR25519 = 1
_SET_COMMITMENT = bytes((18, 0))
_SET_TIME = bytes((2, 0))
_HASHED_ABOVE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Extrinsic:
    """A signed extrinsic."""

    raw: bytes
    account: bytes
    signature: bytes
    era: bytes
    nonce: int
    extra: bytes
    """Era, nonce, tip and metadata hash mode as sent."""
    call: bytes

    @property
    def hash(self) -> str:
        """Its hash, in hex."""
        return f"0x{blake2_256(self.raw).hex()}"

    def birth(self, current: int) -> int:
        """Return the block that its era begins with; 0: it is immortal."""
        if self.era == b"\0":
            return 0
        coded = int.from_bytes(self.era, "little")
        period = 2 << (coded & 15)
        phase = (coded >> 4) * max(period >> 12, 1)
        return (max(current, phase) - phase) // period * period + phase

    def payload(
        self, *, spec_version: int, version: int, genesis: bytes, birth: bytes
    ) -> bytes:
        """Return what must have been signed, given versions and two block hashes."""
        implied = uint(spec_version, 4) + uint(version, 4)
        payload = self.call + self.extra + implied + genesis + birth + option(None)
        return blake2_256(payload) if len(payload) > _HASHED_ABOVE else payload


def decode(raw: bytes) -> Extrinsic:
    """Read a signed extrinsic.

    Raises:
        ValueError: It is none, or uses what this chain does not simulate.
    """
    outer = Reader(raw)
    body = Reader(outer.blob())
    if outer.rest():
        raise ValueError("bytes left behind the extrinsic")
    _expect(body.uint(1), _SIGNED, "version")
    _expect(body.uint(1), _BY_ID, "address")
    account = body.take(32)
    _expect(body.uint(1), _SR25519, "signature")
    signature = body.take(64)
    extras = Reader(extra_and_call := body.rest())
    era = extras.take(1)
    if era != b"\0":
        era += extras.take(1)
    nonce = extras.compact()
    extras.compact()
    _expect(extras.uint(1), 0, "metadata hash mode")
    return Extrinsic(
        raw=raw,
        account=account,
        signature=signature,
        era=era,
        nonce=nonce,
        extra=extra_and_call[: extras.position],
        call=extras.rest(),
    )


def commitment(call: bytes) -> tuple[int, list[bytes]]:
    """Return netuid and fields of a set_commitment.

    Raises:
        ValueError: It is another call, or one that does not decode.
    """
    reader = Reader(call)
    if reader.take(2) != _SET_COMMITMENT:
        raise ValueError("another call than set_commitment")
    netuid = reader.uint(2)
    fields = [_field(reader) for _ in range(reader.compact())]
    if reader.rest():
        raise ValueError("bytes left behind the call")
    return netuid, fields


def timestamp(milliseconds: int) -> bytes:
    """Return the unsigned extrinsic that begins each block: Timestamp.set."""
    return blob(bytes((_BARE,)) + _SET_TIME + compact(milliseconds))


def _field(reader: Reader) -> bytes:
    """Take one Data and return its bytes."""
    kind = reader.uint(1)
    match kind:
        case 0 | 135:
            return uint(kind, 1)
        case 130 | 131 | 132 | 133:
            return uint(kind, 1) + reader.take(32)
        case 134:
            return uint(kind, 1) + blob(reader.blob()) + reader.take(8)
        case 136:
            return uint(kind, 1) + blob(reader.blob())
    if kind > 1 + RAW_LIMIT:
        raise ValueError(f"no Data of kind {kind}")
    return uint(kind, 1) + reader.take(kind - 1)


def _expect(found: int, wanted: int, what: str) -> None:
    if found != wanted:
        raise ValueError(f"{what} must be {wanted}, not {found}")
