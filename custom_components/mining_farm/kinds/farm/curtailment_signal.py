"""Follows the entity that the options of a farm name, for as long as its entry is loaded.

What follows from it: `curtailment_signal_switch` of one that is on or off,
`curtailment_signal_watts` of a number.
"""

from datetime import datetime, timedelta
from typing import Final, Protocol

from homeassistant.core import Event, EventStateChangedData, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.util import dt as dt_util

from ...common.complaint import Complaint
from . import issues
from .const import CONF_SIGNAL
from .coordinator import SiteCoordinator
from .curtailment import LOOKED_AT_EVERY, QUIET_START
from .curtailment_signal_switch import SwitchSignal
from .curtailment_signal_watts import WattsSignal
from .told_watts import tells_watts

SILENT_AFTER: Final = timedelta(minutes=15)
"""Then an issue says that nobody knows the signal."""


class Signal(Protocol):
    """What follows from the state of an entity."""

    silent_issue: str
    """Translation key of what is said of one that nobody knows."""

    async def async_heed(self, state: State | None) -> bool:
        """Do what follows; return whether the signal is known. HomeAssistantError."""

    async def async_wait(self, silent: timedelta) -> None:
        """Do what follows from one that nobody knew for so long. HomeAssistantError."""


class CurtailmentSignal:
    """The entity, and what follows from it."""

    def __init__(self, site: SiteCoordinator, entity_id: str, signal: Signal) -> None:
        """Take the farm, and what is done by its signal."""
        self._site = site
        self._entity_id = entity_id
        self._signal = signal
        self._quiet_until = dt_util.utcnow() + QUIET_START
        self._unknown_since: datetime | None = None
        self._busy = False
        self._complaint = Complaint(f"The signal {entity_id} waits")

    @callback
    def async_start(self) -> None:
        """Follow the entity for as long as the farm's entry is loaded."""
        site = self._site
        for stop in (
            async_track_state_change_event(site.hass, self._entity_id, self._changed),
            async_track_time_interval(
                site.hass, self._look, LOOKED_AT_EVERY, cancel_on_shutdown=True
            ),
        ):
            site.config_entry.async_on_unload(stop)

    @callback
    def _changed(self, _event: Event[EventStateChangedData]) -> None:
        self._look(dt_util.utcnow())

    @callback
    def _look(self, _now: datetime) -> None:
        # What is there right after a start may be a state of before.
        if self._busy or dt_util.utcnow() < self._quiet_until:
            return
        self._busy = True
        self._site.config_entry.async_create_background_task(
            self._site.hass, self._async_look(), f"{self._site.name} signal"
        )

    async def _async_look(self) -> None:
        try:
            await self._async_heed()
        except HomeAssistantError as err:
            self._complaint.tell(err)
            self._say_that_it_waits(err)
        else:
            self._complaint.settle()
            self._say_that_it_waits(None)
        finally:
            self._busy = False

    async def _async_heed(self) -> None:
        state, now = self._site.hass.states.get(self._entity_id), dt_util.utcnow()
        if await self._signal.async_heed(state):
            self._unknown_since = None
        else:
            self._unknown_since = self._unknown_since or now
            await self._signal.async_wait(now - self._unknown_since)
        self._say_that_nobody_knows_it(now)

    def _say_that_nobody_knows_it(self, now: datetime) -> None:
        since = self._unknown_since
        issues.update_silent_signal(
            self._site.hass,
            self._site.config_entry,
            self._entity_id,
            self._signal.silent_issue,
            silent=since is not None and now - since >= SILENT_AFTER,
        )

    def _say_that_it_waits(self, err: HomeAssistantError | None) -> None:
        issues.update_waiting_signal(
            self._site.hass, self._site.config_entry, self._entity_id, err
        )


@callback
def async_follow_signal(site: SiteCoordinator) -> None:
    """Follow the entity that the options name, if they do."""
    entry = site.config_entry
    issues.withdraw_signal(site.hass, entry)
    entity_id = entry.options.get(CONF_SIGNAL)
    if entity_id is None:
        return
    signal: Signal = (
        WattsSignal(site, entity_id)
        if tells_watts(entity_id)
        else SwitchSignal(site, entity_id)
    )
    CurtailmentSignal(site, entity_id, signal).async_start()
