"""A rig that goes in the middle of a cut has power first."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mining_farm import async_setup
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.restart import Intent, Memory, Reason
from custom_components.mining_farm.kinds.rig.journal import RigJournal
from custom_components.mining_farm.kinds.rig.resources import async_get_resources
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .test_hazards import answer_repair
from .test_watch import leave_on_disk, memory, memory_files
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
    issue = issue_registry.async_get_issue(DOMAIN, "rig_removed_off_rig1")
    assert issue is not None
    # It outlasts a restart of Home Assistant until it was read.
    assert issue.is_persistent
    assert issue_registry.async_get_issue(DOMAIN, "rig_left_off_rig1") is None


DISABLED = "rig_disabled_off_rig1"


async def disabled_in_mid_cut(farm: Farm, *, lost: bool = False) -> FakeOutlet:
    """Return the outlet of a rig that was disabled in mid-cut, after a kill and a start."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await disable(farm)
    outlet.on, now = False, dt_util.utcnow()
    intent = Intent(off_at=now, on_at=now, reason=Reason.POOL_SILENT)
    await RigJournal(farm.hass, "rig1").async_store(Memory(seen=True, intent=intent))
    if lost:
        leave_on_disk(farm, "rig1", "{")
    return outlet


async def start(farm: Farm) -> None:
    """Let Home Assistant set up the integration as at its start."""
    await async_setup(farm.hass, {})
    await farm.hass.async_block_till_done()


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("choice", ["turn_on", "leave_off"])
async def test_a_disabled_rig_that_a_crash_left_off_is_asked_about(
    farm: Farm,
    issue_registry: ir.IssueRegistry,
    hass_client: ClientSessionGenerator,
    choice: str,
    lost: bool,
) -> None:
    """It is not set up, so that no start finishes its cut; nothing is switched unasked."""
    outlet = await disabled_in_mid_cut(farm, lost=lost)
    await start(farm)
    assert issue_registry.async_get_issue(DOMAIN, DISABLED) is not None
    assert outlet.log == []
    await answer_repair(farm, hass_client, DISABLED, choice)
    assert issue_registry.async_get_issue(DOMAIN, DISABLED) is None
    assert outlet.log == (["on"] if choice == "turn_on" else [])
    assert memory(farm, "rig1")["intent"] is None
    await start(farm)
    assert issue_registry.async_get_issue(DOMAIN, DISABLED) is None
    await farm.hass.config_entries.async_set_disabled_by("rig1", None)
    await farm.after(10)
    assert outlet.on is (choice == "turn_on")


async def test_a_disabled_rig_whose_plug_does_not_answer_stays_a_repair(
    farm: Farm,
    issue_registry: ir.IssueRegistry,
    hass_client: ClientSessionGenerator,
) -> None:
    """And once it is enabled again, its cut is finished."""
    outlet = await disabled_in_mid_cut(farm)
    outlet.reachable = False
    await start(farm)
    await answer_repair(farm, hass_client, DISABLED, "turn_on")
    assert issue_registry.async_get_issue(DOMAIN, DISABLED) is not None
    assert memory(farm, "rig1")["intent"] is not None
    outlet.reachable = True
    await farm.hass.config_entries.async_set_disabled_by("rig1", None)
    await farm.after(1)
    assert outlet.log == ["on"]
    assert issue_registry.async_get_issue(DOMAIN, DISABLED) is None


async def test_a_disabled_rig_that_is_on_is_no_repair(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """Somebody gave it power, or the cut never began."""
    outlet = await disabled_in_mid_cut(farm)
    outlet.on = True
    await start(farm)
    assert issue_registry.async_get_issue(DOMAIN, DISABLED) is None
    assert memory(farm, "rig1")["intent"] is None
    assert outlet.log == []


async def test_a_rig_that_is_disabled_while_its_plug_is_away_is_asked_about_at_once(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """Nothing goes on trying for an entry that is not loaded."""
    outlet = await in_mid_cut(farm)
    outlet.reachable = False
    await disable(farm)
    await farm.hass.async_block_till_done()
    assert issue_registry.async_get_issue(DOMAIN, DISABLED) is not None
    assert issue_registry.async_get_issue(DOMAIN, "rig_left_off_rig1") is None
