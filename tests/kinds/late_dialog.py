"""A dialog that did not listen yet when a progress step ended."""

from datetime import timedelta

from pytest_homeassistant_custom_component.common import async_fire_time_changed

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import Event, HomeAssistant
from homeassistant.data_entry_flow import EVENT_DATA_ENTRY_FLOW_PROGRESSED
from homeassistant.util import dt as dt_util


async def go_on_late(
    hass: HomeAssistant, progress: ConfigFlowResult
) -> ConfigFlowResult:
    """Miss the end of a progress step; return the step that it goes on with.

    The end is announced again until the dialog asks, and not once more after that.
    """
    flow_id = progress["flow_id"]
    announced: list[str] = []

    def listen(event: Event) -> None:
        announced.append(event.data["flow_id"])

    await hass.async_block_till_done()
    stop = hass.bus.async_listen(EVENT_DATA_ENTRY_FLOW_PROGRESSED, listen)
    for seconds in (2, 5):
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds))
        await hass.async_block_till_done()
    assert announced == [flow_id, flow_id]
    result = await hass.config_entries.flow.async_configure(flow_id)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=10))
    await hass.async_block_till_done()
    assert announced == [flow_id, flow_id]
    stop()
    return result
