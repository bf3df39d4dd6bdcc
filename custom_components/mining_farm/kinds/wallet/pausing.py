"""Pauses the wallet's machines for windows in which all its bids have lost."""

import asyncio
from datetime import timedelta
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...common.complaint import Complaint
from ...common.holds import async_holds
from ...common.machines import async_machines
from ...const import DOMAIN
from ...engines.auction import AuctionResult
from ...engines.farm import Hold, HoldKind, Owner
from .const import CONF_MACHINES, CONF_PAUSE_LOST

LOST: Final = "window_lost"
"""Reason of the hold."""
EXPIRES_AFTER: Final = timedelta(minutes=16)
"""A window's length, and the time that its solver has: no later result is of now."""


class WindowPause:
    """Holds the machines asleep from a lost window to the next that is not.

    They are never cut from power. Nothing is paused for the window that was under way
    when this began, and none for longer than a window of which nothing is known.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Do nothing yet."""
        self._hass = hass
        self._entry = entry
        self._holds = async_holds(hass)
        self._turn = asyncio.Lock()
        name = entry.title
        self._stay_paused = Complaint(f"{name}: machines stay paused", logging.WARNING)
        self._not_paused = Complaint(
            f"{name}: machines are not paused", logging.WARNING
        )
        self._first: int | None = None
        """The first block of the window that was under way."""
        self._latest: AuctionResult | None = None
        self._known_at = dt_util.utcnow()

    @property
    def _wanted(self) -> bool:
        return bool(self._entry.options.get(CONF_PAUSE_LOST))

    async def async_begin(self) -> None:
        """Let go what is no longer paused because of this wallet."""
        if not self._wanted:
            await self.async_release()

    @callback
    def take(self, result: AuctionResult) -> None:
        """Take a result that is sure enough to act upon."""
        if self._first is None:
            self._first = result.window.start
        latest = self._latest
        if latest is not None and result.window.start < latest.window.start:
            return
        self._latest, self._known_at = result, dt_util.utcnow()
        if self._wanted:
            self._entry.async_create_background_task(
                self._hass, self._async_follow(), f"{DOMAIN} pause of lost windows"
            )

    async def async_expire(self) -> None:
        """Let the machines go when nothing is known of the present window."""
        if dt_util.utcnow() - self._known_at > EXPIRES_AFTER:
            await self.async_release()

    async def async_release(self) -> None:
        """Let all machines go that are paused because of this wallet."""
        try:
            await self._holds.async_release(Owner.WALLET, self._entry.entry_id)
        except HomeAssistantError as err:
            # Tried again with the next result, or the next poll.
            self._stay_paused.tell(err)
        else:
            self._stay_paused.settle()

    async def _async_follow(self) -> None:
        async with self._turn:
            result = self._latest
            if result is None:
                return
            if not result.own or any(bid.won for bid in result.own):
                await self.async_release()
            elif self._first is not None and result.window.start > self._first:
                await self._async_pause()

    async def _async_pause(self) -> None:
        machines = async_machines(self._hass)
        linked = [
            machine.id
            for entry_id in self._entry.options.get(CONF_MACHINES, ())
            if (machine := machines.of_entry(entry_id)) is not None
            and any(not lever.kind.cuts for lever in machine.levers)
        ]
        hold = Hold(
            owner=Owner.WALLET,
            source=self._entry.entry_id,
            kind=HoldKind.ASLEEP,
            reason=LOST,
            since=dt_util.utcnow(),
        )
        held = set(self._holds.held_by(Owner.WALLET, self._entry.entry_id))
        try:
            await self._holds.async_release(
                Owner.WALLET, self._entry.entry_id, held.difference(linked)
            )
            await self._holds.async_place(linked, hold)
        except HomeAssistantError as err:
            self._not_paused.tell(err)
        else:
            self._not_paused.settle()
