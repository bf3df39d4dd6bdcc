"""Diagnostics of an entry, whatever became of it; nothing secret is in them."""

import json

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.diagnostics import async_get_config_entry_diagnostics
from homeassistant.core import HomeAssistant
from simulators.antminer import AntminerSimulator
from tests.simulators.kasa.conftest import free_host

SECRETS = {"username": "m4rk-root", "password": "m4rk-word"}


async def added(hass: HomeAssistant, host: str, **data: object) -> MockConfigEntry:
    """Return the entry of a miner, after Home Assistant has tried to load it."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Miner",
        data={"kind": "miner", "host": host, "port": 4028, **SECRETS, **data},
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def test_of_an_entry_that_is_not_loaded(
    hass: HomeAssistant, loopback: None
) -> None:
    """Its state, and why it could not be loaded."""
    entry = await added(hass, free_host())
    told = await async_get_config_entry_diagnostics(hass, entry)
    assert told.keys() == {"state", "reason"}
    assert told["state"] == "setup_retry"
    assert told["reason"]
    assert "m4rk" not in json.dumps(told)


async def test_of_an_entry_that_cannot_be_used(hass: HomeAssistant) -> None:
    """One of a kind that this version does not know has no diagnostics of its kind."""
    entry = await added(hass, "192.0.2.1", kind="of tomorrow")
    told = await async_get_config_entry_diagnostics(hass, entry)
    assert told["state"] == "setup_error"
    assert "m4rk" not in json.dumps(told)


async def test_of_a_loaded_entry(hass: HomeAssistant, loopback: None) -> None:
    """What its kind knows of it, and nothing of its account."""
    async with AntminerSimulator("s19jpro") as miner:
        entry = await added(hass, miner.host, port=miner.port)
        told = await async_get_config_entry_diagnostics(hass, entry)
        assert "Antminer S19j Pro" in json.dumps(told, default=str)
        assert "m4rk" not in json.dumps(told, default=str)
        await hass.config_entries.async_unload(entry.entry_id)
