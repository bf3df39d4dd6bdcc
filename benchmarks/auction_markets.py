"""Bids for the windows of a benchmark: the sorts of market that solvers find hard."""

from random import Random

LATE = "mixed, one bid changed in the last block"
KINDS = (
    "mixed prices and sizes",
    "sizes of three decimals",
    "one price",
    "equal workers",
    LATE,
)
"""In turns. Where prices or sizes are equal, many answers are equally good."""


def kind_of(number: int) -> str:
    """Return what sort of market a window has."""
    return KINDS[number % len(KINDS)]


def bid(number: int, bidder: int, turn: int = 0) -> str:
    """Return a miner's commitment in a window; another turn is another bid."""
    kind = kind_of(number)
    random = Random(f"{number} {bidder} {turn}")  # noqa: S311
    if kind == "equal workers":
        return f"2;b;BTC,0.97=0.3:{random.randint(8, 14)}"
    groups = []
    for _ in range(1 if kind == "one price" else random.choice((1, 2))):
        price = 97 if kind == "one price" else random.randrange(80, 106)
        steps = 1 if kind == "sizes of three decimals" else 10
        sizes = sorted(random.sample(range(100, 451, steps), 2))
        workers = ",".join(f"{size / 1000:g}:{random.randint(4, 12)}" for size in sizes)
        groups.append(f"BTC,{price / 100:g}={workers}")
    return f"2;b;{';'.join(groups)}"
