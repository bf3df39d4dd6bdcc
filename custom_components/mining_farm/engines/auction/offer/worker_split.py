"""Workers of a form or a file, as a commitment may hold them. Sizes in PH/s."""

from collections.abc import Iterable, Mapping

from ..errors import CommitmentError, NumberError
from ..models import WorkerSet
from ..wire.bids import MAX_SIZE_FP18, MAX_WORKERS, MIN_SIZE_FP18
from ..wire.numbers import format_fp18, parse_fp18


def worker_set(price_multiplier: str, sizes: Mapping[str, int]) -> WorkerSet:
    """Return what a table of counts by size asks for; CommitmentError past a limit.

    Sizes that spell the same number add up. A multiplier above 1.05 is no error: such
    a bid is published, and loses.
    """
    counts: dict[int, int] = {}
    for size, count in sizes.items():
        number = _number(size, "worker size")
        if not MIN_SIZE_FP18 <= number <= MAX_SIZE_FP18:
            raise CommitmentError(f"worker size {size!r} is not 0.05 to 0.45 PH/s")
        if count < 1:
            raise CommitmentError(f"worker size {size!r}: the count is below 1")
        counts[number] = counts.get(number, 0) + count
    return _workers(price_multiplier, counts)


def split_hashrates(price_multiplier: str, hashrates: Iterable[str]) -> WorkerSet:
    """Return hashrates in PH/s cut into workers; CommitmentError past a limit.

    Each is cut into as many of 0.45 as fit and one of the rest. A rest below 0.05 is
    brought to 0.05 at the cost of one of the others.
    """
    counts: dict[int, int] = {}
    for hashrate in hashrates:
        for size, count in _split(hashrate):
            counts[size] = counts.get(size, 0) + count
    return _workers(price_multiplier, counts)


def list_hashrates(price_multiplier: str, hashrates: Iterable[str]) -> WorkerSet:
    """Return one worker for each hashrate in PH/s, whole as version 1 has them."""
    counts: dict[int, int] = {}
    for hashrate in hashrates:
        number = _number(hashrate, "hashrate")
        counts[number] = counts.get(number, 0) + 1
    return _workers(price_multiplier, counts)


def total_hashrate_fp18(*sets: WorkerSet) -> int:
    """Return what all workers together promise, PH/s."""
    return sum(
        parse_fp18(size) * count
        for workers in sets
        for size, count in workers.sizes.items()
    )


def _split(hashrate: str) -> Iterable[tuple[int, int]]:
    number = _number(hashrate, "hashrate")
    if number <= 0:
        raise CommitmentError(f"hashrate {hashrate!r} is not above 0")
    full, rest = divmod(number, MAX_SIZE_FP18)
    if 0 < rest < MIN_SIZE_FP18:
        if not full:
            raise CommitmentError(f"hashrate {hashrate!r} is below 0.05 PH/s")
        # Both parts have to be of a size that the network takes: 0.46 is 0.41 and 0.05.
        full -= 1
        yield MAX_SIZE_FP18 - (MIN_SIZE_FP18 - rest), 1
        rest = MIN_SIZE_FP18
    if full:
        yield MAX_SIZE_FP18, full
    if rest:
        yield rest, 1


def _workers(price_multiplier: str, counts: Mapping[int, int]) -> WorkerSet:
    price = _number(price_multiplier, "price multiplier")
    if not counts:
        raise CommitmentError("there are no workers")
    if (total := sum(counts.values())) > MAX_WORKERS:
        raise CommitmentError(f"{total} workers are more than {MAX_WORKERS}")
    return WorkerSet(
        price_fp18=price,
        sizes={format_fp18(size): count for size, count in sorted(counts.items())},
    )


def _number(text: str, name: str) -> int:
    try:
        return parse_fp18(text)
    except NumberError as err:
        raise CommitmentError(f"{name}: {err}") from err
