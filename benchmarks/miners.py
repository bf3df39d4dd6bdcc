"""Miners: one poll, a hundred at once, and Home Assistant with a farm of them."""

from collections.abc import Iterator

from . import farm_detail, home_assistant, pages
from .contest import compare
from .ratio import compare_warmth

_STOCK = "s19jpro"


def measure(*, quick: bool) -> Iterator[str]:
    """Yield the tables."""
    yield compare(
        "One poll of a stock S19j Pro over loopback, each client in its own process",
        _STOCK,
        1,
        rounds=3 if quick else 10,
        # Ten minutes for the client whose polls are 30 s apart.
        polls=20,
    )
    yield compare_warmth(_STOCK, share=0.1 if quick else 1.0)
    yield compare(
        "100 miners polled at once, each reply takes 30 ms",
        _STOCK,
        100,
        rounds=3 if quick else 10,
        polls=1,
        reply_s=0.03,
    )
    sizes, seconds = ((100,), 35) if quick else ((300, 1000), 62)
    yield from home_assistant.measure(sizes, seconds)
    yield from farm_detail.measure((100,) if quick else (300, 1000, 3000), seconds)
    yield from pages.measure(100 if quick else 1000)
