"""The outer layout of a commitment: text `v;t;d`, a 0xFF byte, a binary suffix."""

from dataclasses import dataclass

from ..errors import CommitmentError

TEXT_LIMIT = 128
"""Bytes of text that a commitment may have; readers do not check it."""
_SUFFIX_MARK = b"\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A commitment, not yet read as bids or prices."""

    version: int
    kind: str
    """b: bids, p: prices."""
    data: str
    suffix: bytes


def open_commitment(raw: bytes) -> Envelope | None:
    """Take a commitment apart; None where it is not one."""
    # UTF-8 never holds a 0xFF byte: the first one ends the text.
    text, _, suffix = raw.partition(_SUFFIX_MARK)
    try:
        version, kind, data = text.decode().strip().split(";", 2)
        # Validators read the version by Python's int(): " 2 " and "+2" are numbers too.
        return Envelope(version=int(version), kind=kind, data=data, suffix=suffix)
    except ValueError:
        return None


def seal_commitment(
    version: int, kind: str, data: str, suffix: bytes | None = None
) -> bytes:
    """Return a commitment's bytes; CommitmentError where its text is too long."""
    text = f"{version};{kind};{data}".encode()
    if len(text) > TEXT_LIMIT:
        raise CommitmentError(
            f"the commitment has {len(text)} bytes, {TEXT_LIMIT} are allowed"
        )
    return text if suffix is None else text + _SUFFIX_MARK + suffix
