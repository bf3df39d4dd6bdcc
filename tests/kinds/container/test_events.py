"""A container's alarms as events: raised and cleared once each, with their severity."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, Event
from simulators.antspace import AntspaceSimulator, Model

from .conftest import Site

ALARMS = "event.north_alarms"


def events_of(changes: list[Event[dict[str, Any]]]) -> list[tuple[str, str, str]]:
    """Return type, alarm and severity of each event."""
    return [
        (state.attributes["event_type"], state.attributes["alarm"], severity)
        for change in changes
        if (state := change.data["new_state"]) is not None
        and state.entity_id == ALARMS
        and (severity := state.attributes.get("severity"))
    ]


async def test_raised_and_cleared(site: Site, north: AntspaceSimulator) -> None:
    """An alarm triggers an event when it comes and when it goes, and not in between."""
    await site.add(north)
    assert site.state(ALARMS) == "unknown"
    changes = async_capture_events(site.hass, "state_changed")
    north.raise_alarm("fan2_fault")
    await site.polls(3)
    assert events_of(changes) == [("raised", "fan2_fault", "high")]
    raised = site.get(ALARMS).attributes
    assert raised["name"] == "fan_fault"
    assert raised["number"] == 2
    assert raised["cleared_at"] is None
    north.clear_alarm("fan2_fault")
    await site.polls(2)
    assert events_of(changes)[1:] == [("cleared", "fan2_fault", "high")]
    cleared = site.get(ALARMS).attributes
    assert cleared["raised_at"] == raised["raised_at"]
    assert cleared["cleared_at"] > raised["raised_at"]


async def test_several_in_one_poll(site: Site, north: AntspaceSimulator) -> None:
    """Each alarm of one poll is an event of its own."""
    await site.add(north)
    changes = async_capture_events(site.hass, "state_changed")
    north.raise_alarm("leakage_fault")
    north.raise_alarm("spray_pump_fault")
    await site.polls()
    assert set(events_of(changes)) == {
        ("raised", "leakage_fault", "critical"),
        ("raised", "spray_pump_fault", "high"),
    }


async def test_what_was_on_at_the_first_poll(
    site: Site, north: AntspaceSimulator
) -> None:
    """An alarm that is older than the entry triggers an event, once automations listen."""
    north.raise_alarm("power_fault")
    await site.add(north)
    assert site.get(ALARMS).attributes["alarm"] == "power_fault"
    assert site.get(ALARMS).attributes["severity"] == "medium"


async def test_a_known_alarm_triggers_no_event_after_a_restart(
    site: Site, north: AntspaceSimulator
) -> None:
    """What lasts over a restart is not raised again; what ended meanwhile is cleared."""
    north.raise_alarm("fan1_fault")
    north.raise_alarm("power_fault")
    entry = await site.add(north)
    assert await site.hass.config_entries.async_unload(entry.entry_id)
    north.clear_alarm("power_fault")
    changes = async_capture_events(site.hass, "state_changed")
    await site.load(entry)
    await site.polls()
    assert events_of(changes) == [("cleared", "power_fault", "medium")]


async def test_what_is_found_while_home_assistant_starts(
    site: Site, north: AntspaceSimulator
) -> None:
    """It waits until automations listen: they do only once all is started."""
    site.hass.set_state(CoreState.not_running)
    north.raise_alarm("leakage_fault")
    await site.add(north)
    assert site.state("binary_sensor.north_leak") == "on"
    assert site.state(ALARMS) == "unknown"
    site.hass.set_state(CoreState.running)
    site.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await site.settle()
    assert site.get(ALARMS).attributes["alarm"] == "leakage_fault"
    north.clear_alarm("leakage_fault")
    await site.polls()
    assert site.get(ALARMS).attributes["event_type"] == "cleared"


async def test_gone_before_home_assistant_has_started(
    site: Site, north: AntspaceSimulator
) -> None:
    """An entry that is unloaded during the start triggers nothing afterwards."""
    site.hass.set_state(CoreState.not_running)
    north.raise_alarm("leakage_fault")
    entry = await site.add(north)
    assert await site.hass.config_entries.async_unload(entry.entry_id)
    site.hass.set_state(CoreState.running)
    site.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await site.settle()
    assert site.state(ALARMS) == "unavailable"


@pytest.mark.parametrize("fault", ["refuse", "corrupt"])
async def test_silence_clears_nothing(
    site: Site, north: AntspaceSimulator, fault: str
) -> None:
    """Who does not answer has neither lost an alarm nor got one."""
    north.raise_alarm("leakage_fault")
    await site.add(north)
    changes = async_capture_events(site.hass, "state_changed")
    getattr(north, fault)()
    await site.polls(5)
    north.restore()
    await site.polls(2)
    assert events_of(changes) == []


async def test_a_lost_plc_is_an_alarm(site: Site) -> None:
    """A controller that lost its PLC triggers the event of an alarm."""
    south = await site.container(Model.IMMERSION)
    await site.add(south)
    changes = async_capture_events(site.hass, "state_changed")
    south.disconnect()
    await site.polls()
    south.connect()
    await site.polls()
    assert events_of(changes) == [
        ("raised", "disconnect", "critical"),
        ("cleared", "disconnect", "critical"),
    ]
