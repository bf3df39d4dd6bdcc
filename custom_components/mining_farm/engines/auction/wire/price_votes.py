"""Prices and bans on the wire, as validators commit them."""

from ..errors import NumberError
from ..models import PriceVote
from .commitments import open_commitment, seal_commitment
from .numbers import format_fp18, parse_fp18

_KIND = "p"
_VERSION = 1
_BITMAP_BYTES = 32


def decode_price_vote(raw: bytes) -> PriceVote | None:
    """Return a validator's prices and bans; None where the commitment has none.

    Prices that cannot be read are left out one by one; of equal keys the last counts.
    A bitmap that is not of 32 bytes bans no hotkey. No bytes make it raise.
    """
    envelope = open_commitment(raw)
    if envelope is None or envelope.kind != _KIND:
        return None
    prices: dict[str, int] = {}
    for segment in envelope.data.split(";"):
        # Validators trim the value and not the key: " cap" is no cap.
        key, _, value = segment.partition("=")
        if not key:
            continue
        try:
            prices[key] = parse_fp18(value)
        except NumberError:
            continue
    complete = len(envelope.suffix) == _BITMAP_BYTES
    # Uid u is bit u % 8 of byte u // 8, counted from the lowest.
    bans = int.from_bytes(envelope.suffix, "little") if complete else 0
    return PriceVote(prices=prices, bans=bans)


def encode_price_vote(vote: PriceVote) -> bytes:
    """Return the commitment of prices and bans; CommitmentError where it is too long."""
    data = ";".join(f"{key}={format_fp18(price)}" for key, price in vote.prices.items())
    suffix = vote.bans.to_bytes(_BITMAP_BYTES, "little")
    return seal_commitment(_VERSION, _KIND, data, suffix)
