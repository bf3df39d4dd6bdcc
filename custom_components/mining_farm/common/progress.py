"""The end of a progress step, also for a dialog that was not listening yet."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.core import HassJob, callback
from homeassistant.data_entry_flow import FlowResultType, UnknownFlow
from homeassistant.helpers.event import async_call_later

FIRST_REPEAT: Final = timedelta(seconds=1)
LAST_REPEAT: Final = timedelta(minutes=1)


@callback
def async_end_progress(flow: ConfigFlow, next_step_id: str) -> ConfigFlowResult:
    """Go on to the next step, and announce it until the dialog asks for it.

    Home Assistant announces the end of a progress once. Its dialog subscribes only after
    it has received the progress step: what ends before that would never be noticed.
    The task must not end within the call that creates it (eager_start=False): Home
    Assistant would hand that call's input to the next step.
    """
    _announce_later(flow, FIRST_REPEAT)
    return flow.async_show_progress_done(next_step_id=next_step_id)


@callback
def _announce_later(flow: ConfigFlow, delay: timedelta) -> None:
    @callback
    def announce(_now: datetime) -> None:
        if _is_awaited(flow):
            flow.async_notify_flow_changed()
            if delay < LAST_REPEAT:
                _announce_later(flow, delay * 2)

    async_call_later(flow.hass, delay, HassJob(announce, cancel_on_shutdown=True))


def _is_awaited(flow: ConfigFlow) -> bool:
    """Return whether the next step was not asked for yet."""
    try:
        flow.hass.config_entries.flow.async_get(flow.flow_id)
    except UnknownFlow:
        return False
    step = flow.cur_step
    return step is not None and step["type"] is FlowResultType.SHOW_PROGRESS_DONE
