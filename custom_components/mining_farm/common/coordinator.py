"""Polling of one device: fresh data, a grace for missed polls, then lost."""

from abc import abstractmethod
import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import random
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..const import LOGGER

MINIMUM_GRACE = timedelta(seconds=90)
# One missed poll passes, and the next one has half an interval to answer.
POLLS_OF_GRACE = 2.5
FIRST_POLL_PATIENCE = 3.0


class FarmCoordinator[DataT](DataUpdateCoordinator[DataT]):
    """Polls one device.

    A missed poll changes nothing. Once the last good data are older than the grace,
    the update counts as failed and everything measured turns unavailable at once,
    by a timer: no further poll has to come.
    """

    # What core holds fills a dict by itself; ours beside it would make that four times as
    # large, for each of a thousand devices.
    __slots__ = (
        "_apart",
        "_failure",
        "_grace_timer",
        "_interval",
        "grace",
        "known",
        "last_seen",
    )

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        name: str,
        interval: timedelta,
        known: bool,
    ) -> None:
        """Poll every `interval` for as long as an entity listens.

        A known device is one that was seen before.
        """
        super().__init__(
            hass, LOGGER, config_entry=entry, name=name, update_interval=interval
        )
        self._interval = interval
        self._apart = True
        """Whether the next poll comes at a moment by chance."""
        self.grace = max(MINIMUM_GRACE, POLLS_OF_GRACE * interval)
        self.known = known
        self.last_seen: datetime | None = None
        self._failure: UpdateFailed | None = None
        self._grace_timer: Callable[[], None] | None = None
        entry.async_on_unload(self._cancel_grace_timer)

    @property
    def fresh(self) -> bool:
        """Whether there are good data no older than the grace."""
        return self.last_update_success and self.data is not None

    def platforms(self, of_kind: Sequence[Platform]) -> list[Platform]:
        """Return which platforms of its kind the entry needs, the same at each call."""
        return list(of_kind)

    @abstractmethod
    async def _async_poll(self) -> DataT:
        """Read the device; raise UpdateFailed when it gives no good data."""

    @override
    async def _async_update_data(self) -> DataT:
        try:
            data = await self._async_poll()
        except UpdateFailed as err:
            self._failure = err
            # Home Assistant counts an update as failed at its first error: until the grace
            # ends, the last data stand in for it.
            if self._grace_timer is None:
                raise
            return self.data
        self._failure = None
        self.last_seen = dt_util.utcnow()
        self._start_grace_timer()
        return data

    @callback
    @override
    def _schedule_refresh(self) -> None:
        if self._apart:
            self.update_interval = self._interval * random()  # noqa: S311
        super()._schedule_refresh()
        self._apart, self.update_interval = False, self._interval

    @override
    async def async_refresh(self) -> None:
        # Those that load together, or are ordered together, would poll together from then
        # on: a thousand at once keep the loop busy for seconds.
        self._apart = True
        await super().async_refresh()

    @callback
    def async_poll_every(self, interval: timedelta) -> None:
        """Poll in another rhythm from now on."""
        self._interval, self._apart = interval, True
        self._schedule_refresh()

    async def async_first_poll(self) -> None:
        """Poll a known device for the first time.

        Start-up waits no longer for it than a healthy device needs; the poll goes on.
        """
        # Home Assistant's start-up waits for every other kind of task, and wait_for would
        # cancel the poll.
        poll = self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), name=f"{self.name} first poll"
        )
        await asyncio.wait({poll}, timeout=FIRST_POLL_PATIENCE)

    @callback
    def _start_grace_timer(self) -> None:
        self._cancel_grace_timer()
        self._grace_timer = async_call_later(
            self.hass, self.grace, HassJob(self._grace_ended, cancel_on_shutdown=True)
        )

    @callback
    def _cancel_grace_timer(self) -> None:
        if self._grace_timer is not None:
            self._grace_timer()
            self._grace_timer = None

    @callback
    def _grace_ended(self, _now: datetime) -> None:
        self._grace_timer = None
        self.async_set_update_error(
            self._failure or UpdateFailed("the poll did not return")
        )
