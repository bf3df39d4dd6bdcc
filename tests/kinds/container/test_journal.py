"""What outlasts a restart of Home Assistant and a reload of the entry."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.mining_farm.const import DOMAIN
from homeassistant.const import STATE_OFF, STATE_ON
from simulators.antspace import AntspaceSimulator

from .conftest import Site
from .test_resilience import ALARMS, LEAK

EVENT = "event.north_alarms"


def last_event(site: Site) -> tuple[str | None, str | None]:
    """Return the last event: its type, and its alarm."""
    attributes = site.get(EVENT).attributes
    return attributes.get("event_type"), attributes.get("alarm")


async def reload(site: Site) -> None:
    """Load the entry again, as after a restart."""
    assert await site.hass.config_entries.async_reload("north")
    await site.settle()


@pytest.mark.parametrize("seconds", [0, 31], ids=["at once", "later"])
async def test_an_alarm_that_lasts_is_not_raised_again(
    site: Site, north: AntspaceSimulator, seconds: float
) -> None:
    """It keeps its beginning, and triggers no second event."""
    await site.add(north)
    north.raise_alarm("leakage_fault")
    await site.polls()
    assert last_event(site) == ("raised", "leakage_fault")
    since = site.get(ALARMS).attributes["alarms"][0]["since"]
    if seconds:
        await site.after(seconds)
    raised = site.state(EVENT)
    changes = async_capture_events(site.hass, "state_changed")

    await reload(site)
    await site.polls(2)
    assert site.state(LEAK) == STATE_ON
    assert site.get(ALARMS).attributes["alarms"][0]["since"] == since
    assert site.state(EVENT) == raised
    again = {
        event.data["new_state"].state
        for event in changes
        if event.data["entity_id"] == EVENT and event.data["new_state"] is not None
    }
    assert again <= {raised, "unavailable"}


@pytest.mark.usefixtures("read_back")
async def test_what_is_read_after_the_end_is_not_kept(
    site: Site, north: AntspaceSimulator, hass_storage: dict[str, Any]
) -> None:
    """What a command reads after its entry ended triggers no event: the next entry does it."""
    entry = await site.add(north, controls=True)
    ended = entry.runtime_data
    north.delay(2, "minerInfo")
    asked = site.hass.async_create_task(
        site.hass.services.async_call(
            "button",
            "press",
            {"entity_id": "button.north_reset_cooling"},
            blocking=True,
        )
    )
    while not north.writes:
        await asyncio.sleep(0)
    north.raise_alarm("leakage_fault")
    while "minerInfo" not in north.requests[-1].target:
        await asyncio.sleep(0)
    assert await site.hass.config_entries.async_unload(entry.entry_id)
    site.clock.advance(2)
    await asyncio.gather(asked, return_exceptions=True)
    assert "leakage_fault" in ended.journal.alarms
    await site.after(6)
    north.restore()
    await site.load(entry)
    assert last_event(site) == ("raised", "leakage_fault")
    await site.hass.config_entries.async_remove(entry.entry_id)
    await site.after(6)
    assert f"{DOMAIN}.container.north" not in hass_storage


async def test_an_alarm_that_ended_meanwhile_is_cleared(
    site: Site, north: AntspaceSimulator
) -> None:
    """The end triggers an event although it came while the entry was not loaded."""
    entry = await site.add(north)
    north.raise_alarm("leakage_fault")
    await site.polls()
    await site.hass.config_entries.async_unload(entry.entry_id)
    north.clear_alarm("leakage_fault")
    await site.after(600)
    await site.load(entry)
    assert last_event(site) == ("cleared", "leakage_fault")
    assert site.get(EVENT).attributes["severity"] == "critical"
    assert site.state(LEAK) == STATE_OFF
    assert site.state(ALARMS) == "0"


async def test_silence_clears_no_alarm(site: Site, north: AntspaceSimulator) -> None:
    """An alarm lasts through silence, and a lost PLC, until it is reported off."""
    await site.add(north)
    north.raise_alarm("leakage_fault")
    await site.polls()
    raised = site.state(EVENT)
    north.refuse()
    await site.polls(5)
    north.restore()
    await site.polls()
    assert site.state(EVENT) == raised
    assert site.state(LEAK) == STATE_ON


async def test_an_alarm_is_one_event(site: Site, north: AntspaceSimulator) -> None:
    """However often it is polled; what comes back is another one."""
    await site.add(north)
    changes = async_capture_events(site.hass, "state_changed")
    north.raise_alarm("leakage_fault")
    await site.polls(3)
    north.clear_alarm("leakage_fault")
    await site.polls(3)
    north.raise_alarm("leakage_fault")
    await site.polls(3)
    happened = [
        event.data["new_state"].attributes["event_type"]
        for event in changes
        if event.data["entity_id"] == EVENT
    ]
    assert happened == ["raised", "cleared", "raised"]


async def test_nothing_new_is_not_written(
    site: Site, north: AntspaceSimulator, hass_storage: dict[str, Any]
) -> None:
    """The disk is spared while neither alarms nor target change."""
    await site.add(north)
    await site.after(6)
    key = "mining_farm.container.north"
    assert hass_storage[key]["data"] == {
        "alarms": [],
        "past": [],
        "manual_set_point": 35.0,
        "miners": {},
        "last_number": 0,
    }
    del hass_storage[key]
    await site.polls(3)
    await site.hass.config_entries.async_unload("north")
    assert key not in hass_storage


async def test_a_target_of_pid_mode_is_not_kept_as_the_users(
    site: Site, north: AntspaceSimulator, hass_storage: dict[str, Any]
) -> None:
    """The last target without PID is what leaving PID goes back to."""
    await site.add(north)
    north.set_fields({"pid_mode": True, "supply_liquid_set_temp": 38})
    await site.polls()
    await site.hass.config_entries.async_unload("north")
    kept = hass_storage["mining_farm.container.north"]["data"]
    assert kept["manual_set_point"] == 35.0
