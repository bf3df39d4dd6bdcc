"""A cut is carried out, or undone; never left half done."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json
from typing import Any, Literal

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.mining_farm.engines.restart import Intent, Memory, Policy, Reason
from custom_components.mining_farm.engines.restart.cycle import (
    OutletFailure,
    PowerCycler,
)

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BEGUN = Memory(
    seen=True,
    intent=Intent(
        off_at=START, on_at=START + timedelta(seconds=3), reason=Reason.POOL_SILENT
    ),
)
type Fault = Literal["none", "lost before", "lost after", "no effect"]
FAULTS = st.sampled_from(["none", "lost before", "lost after", "no effect"])


class Crash(BaseException):
    """The process was killed."""


class World:
    """An outlet and a disk that outlive crashes, and a clock."""

    def __init__(self, faults: list[Fault] | None = None, crash_at: int = -1) -> None:
        """Let commands fail in turn, and the process die at one of its awaits."""
        self.on = True
        self.disk = Memory(seen=True)
        self.log: list[str] = []
        self.now = START
        self._faults = list(faults or [])
        self._crash_at = crash_at
        self._awaits = 0

    def _await(self) -> None:
        if self._awaits == self._crash_at:
            self._awaits += 1
            raise Crash
        self._awaits += 1

    async def async_store(self, memory: Memory) -> None:
        """Write the memory; the process may die before or after."""
        self._await()
        self.disk = memory
        self._await()

    async def async_change(self, change: Callable[[Memory], Memory]) -> Memory:
        """Write the newest memory with a change."""
        await self.async_store(change(self.disk))
        return self.disk

    async def async_is_on(self) -> bool:
        """Tell the truth."""
        self._await()
        return self.on

    async def async_turn_on(self) -> None:
        """Switch on, or fail in one of the ways plugs do."""
        self._switch(on=True)

    async def async_turn_off(self) -> None:
        """Switch off, or fail in one of the ways plugs do."""
        self._switch(on=False)

    def _switch(self, *, on: bool) -> None:
        self._await()
        fault = self._faults.pop(0) if self._faults else "none"
        if fault in ("none", "lost after"):
            if self.on is not on:
                self.log.append("on" if on else "off")
            self.on = on
        self._await()
        if fault != "none":
            raise OutletFailure(fault, sent=fault != "lost before")

    async def async_sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._await()
        self.now += timedelta(seconds=seconds)

    def cycler(self, on_left_off: Callable[[], None] = lambda: None) -> PowerCycler:
        """Return what a fresh process would use."""
        return PowerCycler(
            self,
            self,
            Policy(),
            now=lambda: self.now,
            sleep=self.async_sleep,
            on_left_off=on_left_off,
        )


async def test_a_cut_is_off_wait_on_and_counted() -> None:
    """With the intent on disk before anything happens."""
    world = World()
    memory = await world.cycler().async_cut(BEGUN)
    assert world.log == ["off", "on"]
    assert world.now == START + timedelta(seconds=3)
    assert memory == world.disk
    assert (memory.intent, memory.restarts_in_row) == (None, 1)


@pytest.mark.parametrize("fault", ["lost before", "no effect"])
async def test_a_plug_that_does_not_go_off_counts_no_restart(fault: Fault) -> None:
    """The outlet says that it is still on: nothing happened."""
    world = World([fault])
    memory = await world.cycler().async_cut(BEGUN)
    assert world.log == []
    failures = memory.plug_failures + memory.disobeyed
    assert (memory.restarts_total, failures) == (0, 1)
    assert memory.plug_retry_at or memory.disobeyed_retry_at


async def test_a_command_whose_answer_is_lost_is_counted() -> None:
    """The power was cut, though the plug did not say so."""
    world = World(["lost after"])
    memory = await world.cycler().async_cut(BEGUN)
    assert world.log == ["off", "on"]
    assert memory.restarts_total == 1


async def test_a_plug_that_goes_off_but_not_on_is_told_and_tried_again() -> None:
    """With growing pauses, until the rig has power."""
    told: list[datetime] = []
    world = World(["none", "no effect", "no effect", "lost before"])
    await world.cycler(lambda: told.append(world.now)).async_cut(BEGUN)
    assert world.on
    assert world.log == ["off", "on"]
    assert [(at - START).total_seconds() for at in told] == [3, 8, 18]


@settings(max_examples=300, deadline=None)
@given(st.lists(FAULTS, max_size=5), st.integers(0, 14))
async def test_killed_at_any_await_it_ends_on_and_cut_at_most_once(
    faults: list[Fault], crash_at: int
) -> None:
    """A new process finds the intent on disk and finishes it first."""
    world = World(faults, crash_at)
    try:
        await world.cycler().async_cut(BEGUN)
    except Crash:
        if world.disk.intent is not None:
            await world.cycler().async_finish()
    assert world.on
    assert world.log.count("off") <= 1
    assert world.disk.intent is None
    if "off" in world.log:
        assert world.disk.restarts_total == 1


TIMES = st.none() | st.integers(0, 10**9).map(
    lambda seconds: START + timedelta(seconds=seconds)
)
INTENTS = st.none() | st.builds(
    Intent,
    off_at=TIMES.filter(bool),
    on_at=TIMES.filter(bool),
    reason=st.sampled_from(Reason),
)


@given(
    st.builds(
        Memory,
        seen=st.booleans(),
        restarts_total=st.integers(0, 999),
        cooldown_until=TIMES,
        unstable=st.booleans(),
        intent=INTENTS,
        plug_retry_at=TIMES,
    )
)
def test_storing_loses_nothing(memory: Memory) -> None:
    """A memory survives the way through a file."""
    assert Memory.from_dict(json.loads(json.dumps(memory.as_dict()))) == memory


@pytest.mark.parametrize(
    "stored", [{}, {"intent": 1}, {**Memory().as_dict(), "last_cut": "x"}]
)
def test_a_damaged_memory_is_refused(stored: dict[str, Any]) -> None:
    """It is not taken for one without restarts."""
    with pytest.raises(ValueError, match=r"damaged|Invalid"):
        Memory.from_dict(stored)
