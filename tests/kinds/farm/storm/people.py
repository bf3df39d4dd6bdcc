"""Users at their switches and numbers, and who stops a farm and lets it go again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.common.holds_of_users import (
    UnconfirmedError,
    async_user_sets,
    async_user_starts,
    async_user_stops,
)
from custom_components.mining_farm.common.members import ReceiptOutcome, async_members
from custom_components.mining_farm.engines.farm import Hold, HoldKind, LeverKind, Owner
from custom_components.mining_farm.kinds.farm import controls
from homeassistant.exceptions import HomeAssistantError

from .machine import Machine
from .process import Process
from .target import FULL
from .world import MACHINES, World


class People:
    """Act through Home Assistant, while it runs."""

    def __init__(self, world: World, process: Process) -> None:
        """Stand before a site."""
        self.world = world
        self.process = process
        self.hass = world.hass
        self.random = world.random

    def act(self, name: str) -> None:
        """Let somebody do something; it may be refused."""
        if (site := self.process.site) is None:
            return
        group = site.groups.get("loop")
        asleep_only = self.random.random() < 0.4
        deeds: dict[str, Callable[[], Awaitable[object]]] = {
            "hand": lambda: controls.async_emergency_stop(
                site, by="me", asleep_only=asleep_only
            ),
            "let_go": lambda: controls.async_release_stop(site, by="me"),
            "off": lambda: self._switch(self.world.some(), on=False),
            "on": lambda: self._switch(self.world.some(), on=True),
            "limit": self._limit,
            "lift": self._lift,
            "set": lambda: self._set(self.world.some()),
        }
        if group is not None:
            deeds["release"] = lambda: controls.async_release_group(group, by="me")
        if (deed := deeds.get(name)) is not None:
            self.hass.async_create_background_task(self._do(deed), name)

    async def _limit(self) -> None:
        """Let some machines draw no more than so many W, or another number of them."""
        some = self.random.sample(
            list(self.world.machines), self.random.randint(1, MACHINES)
        )
        watts = self.random.choice([1200.0, 1800.0, 2450.0])
        hold = Hold(
            owner=Owner.ALLOCATION,
            source="watts",
            kind=HoldKind.AT_MOST,
            watts=watts,
            reason="watts",
            since=self.world.loop.wall,
        )
        await async_holds(self.hass).async_place(some, hold)

    async def _lift(self) -> None:
        """Let all machines draw what they did before."""
        await async_holds(self.hass).async_release(Owner.ALLOCATION, "watts")

    async def _set(self, machine: Machine) -> None:
        """Set what a machine draws, as the number of its kind does."""
        if machine.target is None or not self._is_usable(machine):
            return
        machine.switching = True
        watts = self.random.choice([1500.0, 2000.0, FULL])
        try:
            async with async_user_sets(self.hass, machine.name):
                receipt = await machine.target.by_user(watts)
                if receipt.outcome is not ReceiptOutcome.CONFIRMED:
                    raise HomeAssistantError("not confirmed")
        finally:
            machine.switching = False

    async def _do(self, deed: Callable[[], Awaitable[object]]) -> None:
        with suppress(HomeAssistantError):
            await deed()

    def _is_usable(self, machine: Machine) -> bool:
        """Return whether its entities are there, and none is at work."""
        loaded = async_members(self.hass).get(machine.name) is not None
        return loaded and not machine.switching

    async def _switch(self, machine: Machine, *, on: bool) -> None:
        """Use the switch of a machine, as its kind does."""
        lever = next(
            (
                lever
                for member in machine.members()
                for lever in member.levers
                if lever.kind is LeverKind.SLEEP
            ),
            None,
        )
        if lever is None or not self._is_usable(machine):
            return
        machine.switching = True
        try:
            if on:
                # It wakes for its user where somebody else holds it still.
                machine.tried.add(LeverKind.SLEEP)
                async with async_user_starts(self.hass, machine.name, machine.name):
                    await self._by_user(machine, lever.start)
            else:
                async with async_user_stops(self.hass, machine.name):
                    await self._by_user(machine, lever.stop)
        finally:
            machine.switching = False
            mine = async_holds(self.hass).of(machine.name)
            machine.wanted_down = any(h.owner is Owner.USER for h in mine.holds)

    async def _by_user(
        self, machine: Machine, order: Callable[[], Awaitable[Any]]
    ) -> None:
        self.world.by_user = machine.name
        coroutine = order()
        # Its first step is the order itself.
        task = asyncio.ensure_future(coroutine)
        try:
            await asyncio.sleep(0)
        finally:
            self.world.by_user = ""
        receipt = await task
        if receipt.outcome is ReceiptOutcome.SENT:
            raise UnconfirmedError("not confirmed")
        if receipt.outcome is not ReceiptOutcome.CONFIRMED:
            raise HomeAssistantError("not confirmed")
