"""A thousand miners added in one flow, while Home Assistant still starts."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
import logging

import pytest

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from simulators.antminer import AntminerSimulator
from simulators.farm import MIX

from .test_flow import answer
from .test_flow_many import defaults, scan

MINERS, IN_A_NETWORK = 1000, 250
NETWORK = "127.31"
PORT = 4028
SPEAKERS = ("homeassistant", "homeassistant.core", f"custom_components.{DOMAIN}")
"""Who would say that events were dropped, or that a first poll failed."""


@pytest.fixture
async def addresses(loopback: None) -> AsyncGenerator[str]:
    """Return the ranges in which simulated miners of several makes answer."""
    async with AsyncExitStack() as stack:
        for number in range(MINERS):
            network, host = divmod(number, IN_A_NETWORK)
            miner = AntminerSimulator(
                MIX[number % len(MIX)],
                f"{NETWORK}.{network}.{host + 1}",
                PORT,
                seed=number,
                worker=f"farm.{number}",
            )
            await stack.enter_async_context(miner)
        networks = range(MINERS // IN_A_NETWORK)
        yield "\n".join(f"{NETWORK}.{each}.1-{IN_A_NETWORK}" for each in networks)


async def test_a_thousand_miners_in_one_flow(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, addresses: str
) -> None:
    """6,000 new entities at a start, of which core bears 5,000, and it says nothing."""
    # What only a test keeps: where every timer and task came from.
    hass.loop.set_debug(False)
    caplog.set_level(logging.WARNING)
    hass.set_state(CoreState.starting)
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})
    found = await scan(hass, addresses)
    proposed = defaults(found)
    assert len(proposed["miners"]) == MINERS
    assert proposed["detail"] == "farm"
    result = await answer(hass, found, **proposed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done(wait_background_tasks=True)

    entries = hass.config_entries.async_entries(DOMAIN)
    assert [entry.state for entry in entries] == [ConfigEntryState.LOADED] * MINERS
    registry = er.async_get(hass)
    ours = [each for each in registry.entities.values() if each.platform == DOMAIN]
    assert len(ours) == 6 * MINERS
    assert {hass.states.get(each.entity_id) is None for each in ours} == {False}
    said = [record.message for record in caplog.records if record.name in SPEAKERS]
    assert said == []
