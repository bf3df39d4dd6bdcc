"""A rig that goes in the middle of a cut has power first."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.rig.resources import async_get_resources
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import issue_registry as ir

from .test_watch import memory, memory_files
from .watching import FakeOutlet, Farm

type Going = Callable[[Farm], Awaitable[object]]


async def unload(farm: Farm) -> object:
    """Unload the entry."""
    return await farm.hass.config_entries.async_unload("rig1")


async def reload(farm: Farm) -> object:
    """Load the entry again."""
    return await farm.hass.config_entries.async_reload("rig1")


async def disable(farm: Farm) -> object:
    """Disable the entry."""
    return await farm.hass.config_entries.async_set_disabled_by(
        "rig1", ConfigEntryDisabler.USER
    )


async def remove(farm: Farm) -> object:
    """Remove the entry."""
    return await farm.hass.config_entries.async_remove("rig1")


async def in_mid_cut(farm: Farm) -> FakeOutlet:
    """Return the outlet of a rig that is off, with a delay that does not end."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    resources = async_get_resources(farm.hass)
    sleep, never = resources.sleep, asyncio.Event()

    async def long(seconds: float) -> None:
        if seconds == 3:
            await never.wait()
        await sleep(seconds)

    resources.sleep = long
    await farm.hass.services.async_call(
        DOMAIN, "power_cycle", {"entity_id": "sensor.rig1_state"}
    )
    while outlet.on:
        await farm.hass.async_add_executor_job(lambda: None)
    assert outlet.log == ["off"]
    assert memory(farm, "rig1")["intent"] is not None
    return outlet


@pytest.mark.parametrize("go", [unload, reload, disable, remove])
async def test_power_comes_on_whatever_the_delay(farm: Farm, go: Going) -> None:
    """And only then the rig goes."""
    outlet = await in_mid_cut(farm)
    await go(farm)
    await farm.hass.async_block_till_done()
    assert outlet.log == ["off", "on"]
    if go is remove:
        assert memory_files(farm, "rig1") == []
    else:
        assert memory(farm, "rig1")["intent"] is None
        assert memory(farm, "rig1")["restarts_total"] == 1


async def test_what_cannot_be_given_power_is_not_forgotten(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """The entry is gone, and a human still knows."""
    outlet = await in_mid_cut(farm)
    outlet.reachable = False
    await remove(farm)
    await farm.hass.async_block_till_done()
    assert outlet.log == ["off"]
    assert memory(farm, "rig1")["intent"] is not None
    assert issue_registry.async_get_issue(DOMAIN, "rig_left_off_rig1") is not None
