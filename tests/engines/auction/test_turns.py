"""Work that many ask for at once."""

import asyncio
from functools import partial

import pytest

from custom_components.mining_farm.engines.auction.turns import Turns


class Work:
    """Counts what runs, and ends when a test lets it."""

    def __init__(self) -> None:
        """Have run nothing."""
        self.begun: list[str] = []
        self.running = 0
        self.most = 0
        self.cancelled = 0
        self.go = asyncio.Event()

    async def __call__(self, name: str) -> str:
        """Wait to be let go, and return the name."""
        self.begun.append(name)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        return name


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def _ask(turns: Turns[str], work: Work, *names: str) -> list[asyncio.Task[str]]:
    return [
        asyncio.create_task(turns.take(name, partial(work, name))) for name in names
    ]


async def test_many_who_ask_for_the_same_share_it() -> None:
    """Forty at once are one computation; who asks afterwards gets a new one."""
    turns: Turns[str] = Turns()
    work = Work()
    asked = _ask(turns, work, *["a"] * 40)
    await _settle()
    work.go.set()
    assert await asyncio.gather(*asked) == ["a"] * 40
    assert work.begun == ["a"]
    assert await turns.take("a", lambda: work("a")) == "a"
    assert work.begun == ["a", "a"]


async def test_different_ones_wait_for_their_turn() -> None:
    """Never two at once, in the order in which they were asked for."""
    turns: Turns[str] = Turns()
    work = Work()
    asked = _ask(turns, work, "a", "b", "c", "b")
    await _settle()
    assert work.begun == ["a"]
    work.go.set()
    assert await asyncio.gather(*asked) == ["a", "b", "c", "b"]
    assert (work.begun, work.most) == (["a", "b", "c"], 1)


async def test_it_goes_on_while_anybody_waits_for_it() -> None:
    """One of two is cancelled and the other gets it; both, and it is cancelled."""
    turns: Turns[str] = Turns()
    work = Work()
    first, second = _ask(turns, work, "a", "a")
    await _settle()
    first.cancel()
    await _settle()
    assert (work.running, work.cancelled) == (1, 0)
    second.cancel()
    await _settle()
    assert (work.running, work.cancelled) == (0, 1)
    work.go.set()
    assert await turns.take("a", lambda: work("a")) == "a"


async def test_what_is_being_cancelled_is_nobody_elses() -> None:
    """Who asks in that moment gets a new one, and not the end of the former."""
    turns: Turns[str] = Turns()
    work = Work()
    (first,) = _ask(turns, work, "a")
    await _settle()
    first.cancel()
    (second,) = _ask(turns, work, "a")
    await _settle()
    work.go.set()
    assert await second == "a"
    assert (work.begun, work.cancelled) == (["a", "a"], 1)


async def test_a_failure_reaches_all_who_asked() -> None:
    """And the next turn is not held up by it."""
    turns: Turns[str] = Turns()

    async def fail() -> str:
        await asyncio.sleep(0)
        raise ValueError("no winners")

    asked = [asyncio.create_task(turns.take("a", fail)) for _ in range(2)]
    for task in asked:
        with pytest.raises(ValueError, match="no winners"):
            await task
    work = Work()
    work.go.set()
    assert await turns.take("a", lambda: work("a")) == "a"
