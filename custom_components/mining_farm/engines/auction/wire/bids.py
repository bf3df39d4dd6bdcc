"""Bids on the wire: version 2 counts workers by size, version 1 lists each of them."""

from collections.abc import Iterable, Sequence

from ..errors import CommitmentError, NumberError
from ..models import Bid, WorkerSet
from .commitments import open_commitment, seal_commitment
from .numbers import format_fp18, parse_fp18

MIN_SIZE_FP18 = 5 * 10**16
MAX_SIZE_FP18 = 45 * 10**16
"""A worker of version 2 has 0.05 to 0.45 PH/s, both included."""
MAX_WORKERS = 1000
"""Of one commitment of version 2."""
_KIND = "b"
_ALGORITHM = "BTC"
_COUNTED = 2
"""The first version that counts workers by size."""


def decode_bids(raw: bytes, *, v2_only: bool = False) -> tuple[Bid, ...] | None:
    """Return the bids of a commitment in its order; None where it is malformed or none.

    Sizes are spelled minimally. Prices may be anything, in version 1 sizes too. No
    bytes make it raise.
    """
    envelope = open_commitment(raw)
    if envelope is None or envelope.kind != _KIND:
        return None
    decode = _decode_counted if envelope.version >= _COUNTED else _decode_listed
    if v2_only and decode is _decode_listed:
        return None
    try:
        # A commitment of no bids is valid: it counts among those of the window.
        return decode(envelope.data.strip()) if envelope.data.strip() else ()
    except ValueError:
        return None


def encode_workers(sets: Iterable[WorkerSet]) -> bytes:
    """Return the commitment for sets of workers; CommitmentError with the limit."""
    return encode_bids(
        Bid(size=size, price_fp18=workers.price_fp18, count=count)
        for workers in sets
        for size, count in workers.sizes.items()
    )


def encode_bids(bids: Iterable[Bid], *, version: int = _COUNTED) -> bytes:
    """Return a commitment of bids; CommitmentError where a limit is passed.

    Version 2 merges equal sizes at equal prices; version 1 repeats each worker.
    """
    encode = _encode_counted if version >= _COUNTED else _encode_listed
    return seal_commitment(version, _KIND, encode(bids))


def _decode_counted(data: str) -> tuple[Bid, ...]:
    """Read `BTC,PRICE=SIZE:COUNT,...;...`; ValueError at the first problem."""
    bids: list[Bid] = []
    for group in data.split(";"):
        head, _, items = group.partition("=")
        algorithm, price = head.strip().rsplit(",", 1)
        if algorithm.strip() != _ALGORITHM:
            raise CommitmentError(f"not {_ALGORITHM}: {algorithm}")
        price_fp18 = parse_fp18(price)
        counts: dict[int, int] = {}
        for item in items.split(","):
            size_text, count_text = item.strip().split(":", 1)
            count, size = int(count_text), _checked_size(size_text)
            if count <= 0:
                raise CommitmentError(f"a count of {count_text}")
            counts[size] = counts.get(size, 0) + count
        # Groups of one price stay apart: the order of the bids is that of the solver.
        bids += (
            Bid(size=format_fp18(size), price_fp18=price_fp18, count=count)
            for size, count in counts.items()
        )
    _check_total(bids)
    return tuple(bids)


def _decode_listed(data: str) -> tuple[Bid, ...]:
    """Read `PRICE=SIZE,SIZE;...`; ValueError at the first problem."""
    bids: list[Bid] = []
    for group in data.split(";"):
        price, _, sizes = group.partition("=")
        price_fp18 = parse_fp18(price)
        for size in sizes.split(","):
            minimal = format_fp18(parse_fp18(size))
            bids.append(Bid(size=minimal, price_fp18=price_fp18))
    return tuple(bids)


def _encode_counted(bids: Iterable[Bid]) -> str:
    groups: dict[int, dict[int, int]] = {}
    checked: list[Bid] = []
    for bid in bids:
        if bid.count <= 0:
            raise CommitmentError(f"{bid.count} workers of {bid.size} PH/s")
        size = _checked_size(bid.size)
        counts = groups.setdefault(bid.price_fp18, {})
        counts[size] = counts.get(size, 0) + bid.count
        checked.append(bid)
    _check_total(checked)
    # The reference's miner publishes whenever the texts differ: in another order, two
    # programs with one hotkey would go on replacing each other's commitment.
    return ";".join(
        f"{_ALGORITHM},{format_fp18(price)}="
        + ",".join(
            f"{format_fp18(size)}:{count}" for size, count in sorted(counts.items())
        )
        for price, counts in sorted(groups.items())
    )


def _encode_listed(bids: Iterable[Bid]) -> str:
    groups: dict[int, list[str]] = {}
    for bid in bids:
        sizes = groups.setdefault(bid.price_fp18, [])
        sizes += [format_fp18(_parsed_size(bid.size))] * bid.count
    # The reference sorts these as texts, unlike those of version 2.
    return ";".join(
        f"{format_fp18(price)}=" + ",".join(sorted(sizes))
        for price, sizes in sorted(groups.items())
    )


def _parsed_size(text: str) -> int:
    try:
        return parse_fp18(text)
    except NumberError as err:
        raise CommitmentError(f"not a worker's size: {err}") from err


def _checked_size(text: str) -> int:
    size = _parsed_size(text)
    if not MIN_SIZE_FP18 <= size <= MAX_SIZE_FP18:
        raise CommitmentError(
            f"a worker of {text} PH/s: between {format_fp18(MIN_SIZE_FP18)} and "
            f"{format_fp18(MAX_SIZE_FP18)} are allowed"
        )
    return size


def _check_total(bids: Sequence[Bid]) -> None:
    total = sum(bid.count for bid in bids)
    if total > MAX_WORKERS:
        raise CommitmentError(f"{total} workers: {MAX_WORKERS} are allowed")
