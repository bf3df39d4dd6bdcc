"""What an entry keeps of a miner: what it can be ordered, and the level to wake it at."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    async_identify,
    registry,
)
from custom_components.mining_farm.kinds.miner.stored import entry_data
from simulators.makes.goldshell import Goldshell

from .axes import Axes

MINING = "switch.rack_mining"
LEVEL = "select.rack_power_level"


@pytest.fixture
async def miner(axes: Axes, monkeypatch: pytest.MonkeyPatch) -> Goldshell:
    """Start a Goldshell, and add the entry that controls it."""
    drivers = tuple(each for each in registry.DRIVERS if each.name == "goldshell")
    monkeypatch.setattr(registry, "DRIVERS", drivers)
    miner = await axes.stack.enter_async_context(Goldshell(clock=axes.clock))
    account: dict[str, Any] = {"username": "admin", "password": miner.machine.password}
    found = await async_identify(miner.host, miner.port)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Rack",
        data=entry_data(miner.host, found) | account,
        options={"detail": "standard", "controls": True, "least_rest": 0},
        entry_id="rack",
    )
    entry.add_to_hass(axes.hass)
    await axes.hass.config_entries.async_setup("rack")
    await axes.settle()
    return miner


async def test_what_acts_is_there_while_the_miner_is_off(
    axes: Axes, miner: Goldshell
) -> None:
    """It is unavailable, and not gone; nothing is sent when the miner comes back."""
    assert axes.state(MINING) == "on"
    await axes.hass.config_entries.async_unload("rack")
    miner.refuse()
    await axes.hass.config_entries.async_setup("rack")
    await axes.settle()
    assert (axes.state(MINING), axes.state(LEVEL)) == ("unavailable", "unavailable")
    miner.restore()
    await axes.after(31)
    assert axes.state(MINING) == "on"
    assert axes.get(LEVEL).attributes["options"] == [
        "normal: 725 MHz 0.62 V",
        "low: 600 MHz 0.58 V",
    ]
    assert not miner.writes


async def test_it_wakes_at_the_level_that_it_had_before_it_was_paused(
    axes: Axes, miner: Goldshell
) -> None:
    """Also where Home Assistant was restarted while it slept."""
    low = "low: 600 MHz 0.58 V"
    await axes.call("select", "select_option", LEVEL, option=low)
    await axes.settle()
    await axes.call("switch", "turn_off", MINING)
    assert (axes.state(MINING), axes.state(LEVEL)) == ("off", "unknown")
    await axes.hass.config_entries.async_reload("rack")
    await axes.settle()
    await axes.call("switch", "turn_on", MINING)
    await axes.settle()
    assert (axes.state(MINING), axes.state(LEVEL)) == ("on", low)
    assert [asked.json["select"] for asked in miner.writes] == [1, 2, 1]
