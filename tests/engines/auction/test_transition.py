"""The original's polling around a change of windows."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.models import Window
from custom_components.mining_farm.engines.auction.window.transition import (
    follow_transition,
)
from tests.reference import twin, vectors

START = 270 + 361 * 20_000


class Heads:
    """Heads in their order, the last one for ever; counts what is asked."""

    def __init__(self, heads: list[int]) -> None:
        """Hand out the first at once."""
        self.heads = heads
        self.reads = 0
        self.pauses: list[float] = []

    async def read(self) -> int:
        """Return the next head."""
        head = self.heads[min(self.reads, len(self.heads) - 1)]
        self.reads += 1
        return head

    async def pause(self, seconds: float) -> None:
        """Pass no time."""
        self.pauses.append(seconds)


async def _follow(heads: Heads, tempo: int = 360) -> Window:
    return await follow_transition(
        await heads.read(), heads.read, heads.pause, netuid=89, tempo=tempo
    )


@twin("test_polls_near_the_change")
@pytest.mark.parametrize("case", vectors("auction", "window_transition.json"))
async def test_reference_transition(case: Mapping[str, Any]) -> None:
    """The reference's window, after as many polls and reads."""
    asked_for, expected = case["input"], case["expected"]
    assert asked_for["netuid"] == 89
    heads = Heads(asked_for["heads"])
    window = await _follow(heads, asked_for["tempo"])
    assert window == Window(
        index=expected["window_index"], start=expected["start"], end=expected["end"]
    )
    assert len(heads.pauses) == expected["polls"]
    assert heads.reads == expected["head_reads"]


@pytest.mark.parametrize(
    ("heads", "polls", "index"),
    [
        ([START + 56], 0, 1),
        ([START + 57], 48, 1),
        ([START + 59, START + 59, START + 60], 2, 2),
        ([START + 59] * 49 + [START + 60], 48, 1),
        ([START + 59, START + 59 + 361], 48, 1),
    ],
)
async def test_polls_near_the_change(heads: list[int], polls: int, index: int) -> None:
    """Each second from three blocks before the change, 48 times at most."""
    asked = Heads(heads)
    window = await _follow(asked)
    assert (len(asked.pauses), window.index) == (polls, index)
    assert set(asked.pauses) <= {1.0}
