"""A Braiins OS from Home Assistant: its fans while it is paused, and its hashboards."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    async_identify,
    registry,
)
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from simulators.makes.braiins import BraiinsRest

from .axes import Axes

FAN = "number.rack_fan_speed"
MODE = "select.rack_fan_mode"
TARGET = "number.rack_target_temperature"
SECOND_BOARD = "switch.rack_hashboard_2"

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


@pytest.fixture(autouse=True)
def braiins_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try addresses by the one driver that these tests are about."""
    drivers = tuple(each for each in registry.DRIVERS if each.name == "braiins")
    monkeypatch.setattr(registry, "DRIVERS", drivers)


async def start(axes: Axes, **options: Any) -> BraiinsRest:
    """Start a miner, and add the entry that controls it."""
    miner = await axes.stack.enter_async_context(BraiinsRest(clock=axes.clock))
    account: dict[str, Any] = {"username": "root", "password": miner.machine.password}
    found = await async_identify(miner.host, miner.port)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Rack",
        data=entry_data(miner.host, found) | account,
        options={"detail": "standard", "controls": True, **options},
        entry_id="rack",
    )
    entry.add_to_hass(axes.hass)
    await axes.hass.config_entries.async_setup(entry.entry_id)
    await axes.settle()
    return miner


async def test_a_fan_is_set_while_the_miner_is_paused(axes: Axes) -> None:
    """While it hashes an error says what to do first, and nothing is sent."""
    miner = await start(axes)
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


async def switch(axes: Axes, action: str) -> None:
    """Switch the second hashboard, and let the command come to its end."""
    await axes.call("switch", action, SECOND_BOARD)
    await axes.settle()


async def test_a_hashboard_is_switched_off_and_on(axes: Axes) -> None:
    """By its number at the device; the others stay, and what is so is not sent again."""
    miner = await start(axes, least_retune=0)
    assert axes.state(SECOND_BOARD) == "on"
    await switch(axes, "turn_off")
    assert axes.state(SECOND_BOARD) == "off"
    assert miner.machine.boards == {"1": True, "2": False, "3": True}
    await switch(axes, "turn_off")
    assert len(miner.writes) == 1
    await switch(axes, "turn_on")
    assert axes.state(SECOND_BOARD) == "on"
    assert [asked.json for asked in miner.writes] == [
        {"enable": False, "hashboard_ids": ["2"]},
        {"enable": True, "hashboard_ids": ["2"]},
    ]


async def test_a_hashboard_that_was_just_switched_rests(axes: Axes) -> None:
    """The miner tunes itself anew after each change."""
    miner = await start(axes)
    await switch(axes, "turn_off")
    with pytest.raises(ServiceValidationError) as caught:
        await switch(axes, "turn_on")
    assert caught.value.translation_key == "miner_command_too_soon"
    assert len(miner.writes) == 1


async def test_a_hashboard_that_does_not_obey_stays_as_it_is_read(axes: Axes) -> None:
    """It takes longer than a caller waits: the event reports the end."""
    miner = await start(axes)
    miner.ignore_writes()
    await switch(axes, "turn_off")
    event = axes.get("event.rack_last_command").attributes
    assert (event["event_type"], event["command"]) == ("unconfirmed", "board")
    assert axes.state(SECOND_BOARD) == "on"
    assert len(miner.writes) == 1
