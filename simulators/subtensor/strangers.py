"""Odd commitments that anyone may put on the chain, and that readers have to bear."""

from .accounts import named
from .scale import blob, uint
from .storage import data_field

_SEALED = blob(bytes(range(48))) + uint(9_000_000, 8)
_TIMELOCK = uint(134, 1) + _SEALED
REVEAL_FAILED = uint(137, 1) + _SEALED
"""What becomes of a timelock that cannot be revealed, in a later runtime."""

KINDS: dict[str, tuple[bytes, ...]] = {
    "no_fields": (),
    "none": (uint(0, 1),),
    "raw0": (data_field(b""),),
    "hash": (uint(130, 1) + bytes(32),),
    "timelock": (_TIMELOCK,),
    "reset_bonds": (uint(135, 1),),
    "big_raw": (data_field(b"2;b;BTC,1=0.1:1" + b" " * 200),),
    "not_utf8": (data_field(b"\xc3\x28;b;BTC,1=0.1:1"),),
    "negative_bid": (data_field(b"2;b;BTC,-1=0.1:5"),),
    "negative_vote": (data_field(b"1;p;TAO_USDC=-400;ALPHA_TAO=0.01;HASHP_USDC=46"),),
    "oversized_worker": (data_field(b"2;b;BTC,1=0.46:1"),),
    "version_1": (data_field(b"1;b;1=0.1,0.1"),),
    "url": (data_field(b"https://example.org/miner"),),
    "two_fields": (data_field(b"2;b;BTC,0.9=0.1:1"), data_field(b"second")),
}
"""Fields by the name of the oddity."""


def account(kind: str) -> bytes:
    """Return the account of the stranger with that oddity; it is no member."""
    return named(f"stranger {kind}")
