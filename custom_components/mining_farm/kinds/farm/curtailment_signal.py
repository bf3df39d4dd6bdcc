"""Begins a curtailment while an entity of Home Assistant is on, once for each time it is."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.util import dt as dt_util

from ...const import LOGGER
from ...engines.farm import Curtailment, Target
from .const import CONF_SIGNAL, CONF_SIGNAL_WATTS
from .coordinator import SiteCoordinator
from .curtailment import LOOKED_AT_EVERY, QUIET_START
from .curtailment_plan import plan_of

NAME: Final = "signal"
LOST_AFTER: Final = timedelta(hours=1)
"""For so long what is in force goes on while nobody knows the signal."""


class CurtailmentSignal:
    """The entity that the options of a farm name."""

    def __init__(self, site: SiteCoordinator, entity_id: str) -> None:
        """Take the farm."""
        self._site = site
        self._entity_id = entity_id
        self._quiet_until = dt_util.utcnow() + QUIET_START
        self._unknown_since: datetime | None = None
        self._busy = False

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
        # What is on right after a start may be a state of before.
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
            LOGGER.error("The signal %s waits: %s", self._entity_id, err)
        finally:
            self._busy = False

    async def _async_heed(self) -> None:
        state = self._site.hass.states.get(self._entity_id)
        curtailments = self._site.curtailments
        known = None if state is None else state.state
        if known not in (STATE_ON, STATE_OFF):
            await self._async_wait()
            return
        self._unknown_since = None
        if known == STATE_OFF:
            await curtailments.async_signal_off()
        elif not (curtailments.heeded or curtailments.is_in_force(NAME)):
            await self._async_begin()

    async def _async_begin(self) -> None:
        watts = self._site.config_entry.options.get(CONF_SIGNAL_WATTS)
        planned = plan_of(self._site, Target(to=watts))
        await self._site.curtailments.async_curtail(
            NAME,
            Curtailment(
                since=dt_util.utcnow(),
                signal=self._entity_id,
                need=planned.need,
                loads=planned.loads,
                count=planned.count,
            ),
            heeds=True,
        )

    async def _async_wait(self) -> None:
        """Go on with what is in force for a while; it never goes on for ever."""
        now, curtailments = dt_util.utcnow(), self._site.curtailments
        self._unknown_since = self._unknown_since or now
        if now - self._unknown_since < LOST_AFTER:
            return
        if curtailments.is_in_force(NAME):
            await curtailments.async_release(NAME, by=None)
        # On again, it is heeded again.
        await curtailments.async_signal_off()


@callback
def async_follow_signal(site: SiteCoordinator) -> None:
    """Follow the entity that the options name, if they do."""
    if entity_id := site.config_entry.options.get(CONF_SIGNAL):
        CurtailmentSignal(site, entity_id).async_start()
