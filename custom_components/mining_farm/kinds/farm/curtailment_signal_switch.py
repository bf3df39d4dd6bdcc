"""Begins a curtailment while an entity of Home Assistant is on, once for each time it is."""

from datetime import timedelta
from typing import Final

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import State
from homeassistant.util import dt as dt_util

from ...engines.farm import Curtailment, Target
from . import issues
from .const import CONF_SIGNAL_WATTS, SIGNAL_NAME
from .coordinator import SiteCoordinator
from .curtailment_plan import plan_of

LOST_AFTER: Final = timedelta(hours=1)
"""For so long what is in force goes on while nobody knows the signal."""


class SwitchSignal:
    """A signal that is on or off."""

    silent_issue = issues.SIGNAL_SILENT

    def __init__(self, site: SiteCoordinator, entity_id: str) -> None:
        """Take the farm."""
        self._site = site
        self._entity_id = entity_id

    async def async_heed(self, state: State | None) -> bool:
        """Begin when it is on, and hear of it when it is off."""
        curtailments = self._site.curtailments
        known = None if state is None else state.state
        if known not in (STATE_ON, STATE_OFF):
            return False
        if known == STATE_OFF:
            await curtailments.async_signal_off()
        elif not (curtailments.heeded or curtailments.get(SIGNAL_NAME)):
            await self._async_begin()
        return True

    async def _async_begin(self) -> None:
        watts = self._site.config_entry.options.get(CONF_SIGNAL_WATTS)
        planned = plan_of(self._site, Target(to=watts))
        await self._site.curtailments.async_curtail(
            SIGNAL_NAME,
            Curtailment(
                since=dt_util.utcnow(),
                signal=self._entity_id,
                need=planned.need,
                loads=planned.loads,
                count=planned.count,
            ),
            heeds=True,
        )

    async def async_wait(self, silent: timedelta) -> None:
        """Go on with what is in force for a while; it never goes on for ever."""
        curtailments = self._site.curtailments
        if silent < LOST_AFTER:
            return
        if curtailments.get(SIGNAL_NAME) is not None:
            await curtailments.async_release(SIGNAL_NAME, by=None)
        # On again, it is heeded again.
        await curtailments.async_signal_off()
