"""The cooling of a Braiins OS, from Home Assistant."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    async_identify,
    registry,
)
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.exceptions import HomeAssistantError
from simulators.makes.braiins import BraiinsRest

from .axes import Axes

FAN = "number.rack_fan_speed"
MODE = "select.rack_fan_mode"
TARGET = "number.rack_target_temperature"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_fan_is_set_while_the_miner_is_paused(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it hashes an error says what to do first, and nothing is sent."""
    drivers = tuple(each for each in registry.DRIVERS if each.name == "braiins")
    monkeypatch.setattr(registry, "DRIVERS", drivers)
    miner = await axes.stack.enter_async_context(BraiinsRest(clock=axes.clock))
    account: dict[str, Any] = {"username": "root", "password": miner.machine.password}
    found = await async_identify(miner.host, miner.port)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Rack",
        data=entry_data(miner.host, found) | account,
        options={"detail": "standard", "controls": True},
        entry_id="rack",
    )
    entry.add_to_hass(axes.hass)
    await axes.hass.config_entries.async_setup(entry.entry_id)
    await axes.settle()
    assert (axes.state(MODE), axes.state(TARGET)) == ("automatic", "65.0")
    assert axes.get(FAN).attributes["min"] == 15
    with pytest.raises(HomeAssistantError, match="pause it first") as caught:
        await axes.call("number", "set_value", FAN, value=40)
    assert caught.value.translation_key == "miner_command_busy"
    assert not miner.writes
    await axes.call("switch", "turn_off", "switch.rack_mining")
    await axes.call("number", "set_value", FAN, value=40)
    assert (axes.state(FAN), axes.state(MODE)) == ("40", "manual")
    assert [asked.path for asked in miner.writes] == [
        "/api/v1/actions/pause",
        "/api/v1/cooling/mode",
    ]
