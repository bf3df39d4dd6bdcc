"""Carries a cut out so that the outlet ends up on, whatever happens on the way."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from .changes import abandon_cut, finish_cut, kept_off, turn_on_failed, turned_on
from .memory import Memory
from .models import Policy

FIRST_BACK_OFF_S = 5.0
LONGEST_BACK_OFF_S = 300.0


class OutletFailure(Exception):  # noqa: N818
    """The outlet could not be reached, or did not confirm a command."""

    def __init__(self, message: str, *, sent: bool) -> None:
        """Note whether a command may have reached the outlet."""
        super().__init__(message)
        self.sent = sent


class Outlet(Protocol):
    """A rig's outlet; commands return once they are confirmed."""

    async def async_is_on(self) -> bool:
        """Return whether the outlet is on; OutletFailure when it does not say."""

    async def async_turn_on(self) -> None:
        """Turn on and confirm; OutletFailure when that cannot be done."""

    async def async_turn_off(self) -> None:
        """Turn off and confirm; OutletFailure when that cannot be done."""


class Journal(Protocol):
    """Where a rig's memory is kept."""

    async def async_store(self, memory: Memory) -> None:
        """Return once the memory is on disk."""

    async def async_change(self, change: Callable[[Memory], Memory]) -> Memory:
        """Store and return the newest memory with a change."""


async def _never() -> bool:
    return False


class PowerCycler:
    """Switches one rig's outlet; every step is on disk before it is taken."""

    def __init__(
        self,
        outlet: Outlet,
        journal: Journal,
        policy: Policy,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]],
        on_left_off: Callable[[], None],
        keeps_off: Callable[[], Awaitable[bool]] = _never,
    ) -> None:
        """Take the outlet, the journal, clocks, and what is called when the outlet was left off.

        `keeps_off` returns whether the power is not to come back now.
        """
        self._outlet = outlet
        self._journal = journal
        self._policy = policy
        self._now = now
        self._sleep = sleep
        self._on_left_off = on_left_off
        self._keeps_off = keeps_off

    async def async_cut(self, memory: Memory) -> Memory:
        """Turn off, wait, turn on; the memory holds the intent already."""
        await self._journal.async_store(memory)
        try:
            await self._outlet.async_turn_off()
        except OutletFailure as err:
            # A command that was sent may have arrived all the same: then only an outlet
            # that says that it is on was surely not cut.
            if not err.sent or await self._is_on():
                sent = err.sent
                return await self._journal.async_change(
                    lambda memory: abandon_cut(self._now(), memory, sent=sent)
                )
        else:
            await self._sleep(self._policy.power_cycle_on_delay.total_seconds())
        return await self.async_finish()

    async def async_finish(self) -> Memory:
        """Turn on what a cut has turned off, and try until it is on."""
        # Without an end: some plugs are reported to obey off, and to ignore on for a
        # while.
        back_off = FIRST_BACK_OFF_S
        while True:
            if await self._keeps_off():
                return await self._journal.async_change(
                    lambda memory: kept_off(self._now(), memory)
                )
            try:
                await self._outlet.async_turn_on()
            except OutletFailure:
                self._on_left_off()
                await self._sleep(back_off)
                back_off = min(2 * back_off, LONGEST_BACK_OFF_S)
            else:
                return await self._journal.async_change(
                    lambda memory: finish_cut(self._now(), self._policy, memory)
                )

    async def async_turn_on(self, memory: Memory) -> Memory:
        """Turn on an outlet that is off without anybody's wish."""
        await self._journal.async_store(memory)
        try:
            await self._outlet.async_turn_on()
        except OutletFailure as err:
            sent = err.sent
            return await self._journal.async_change(
                lambda memory: turn_on_failed(self._now(), memory, sent=sent)
            )
        return await self._journal.async_change(
            lambda memory: turned_on(self._now(), self._policy, memory)
        )

    async def _is_on(self) -> bool:
        try:
            return await self._outlet.async_is_on()
        except OutletFailure:
            return False
