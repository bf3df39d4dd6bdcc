"""Sessions to newer plugs belong to the farm, not to one of its entries."""

from unittest.mock import patch

from custom_components.mining_farm.kinds.rig.resources import async_get_resources
from homeassistant import config_entries
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import HomeAssistant

from .surroundings import Surroundings, rig_entry


async def test_a_session_outlives_the_entry_that_connected_first(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Other rigs on the strip still use it; Home Assistant's end ends it."""
    connections = "custom_components.mining_farm.kinds.rig.resources.KasaConnections"
    with patch(connections) as made:
        async_get_resources(hass)
    new_session = made.call_args.kwargs["session_factory"]
    entry = rig_entry(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    token = config_entries.current_entry.set(entry)
    first, second = new_session(), new_session()
    config_entries.current_entry.reset(token)
    assert first.cookie_jar is not second.cookie_jar
    await hass.config_entries.async_unload(entry.entry_id)
    assert not first.closed
    hass.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
    await hass.async_block_till_done()
    assert first.closed
    assert second.closed
