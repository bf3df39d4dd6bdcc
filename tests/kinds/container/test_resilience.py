"""Fresh, grace, lost; off is normal; and a PLC that is gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_fire_time_changed,
)

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateReportedData, callback
from homeassistant.util import dt as dt_util
from simulators.antspace import AntspaceSimulator

from .conftest import Site

STATUS = "sensor.north_status"
SUPPLY = "sensor.north_supply_temperature"
PUMP = "binary_sensor.north_circulating_pump"
LEAK = "binary_sensor.north_leak"
PROBLEM = "binary_sensor.north_problem"
ALARM = "sensor.north_alarm"
ALARMS = "sensor.north_alarms_active"
SEVERITY = "sensor.north_highest_severity"
SILENT = "binary_sensor.north_container_silent"
CONNECTION = "binary_sensor.north_connection"
LAST_SEEN = "sensor.north_last_seen"
HASHRATE = "sensor.north_total_hashrate"
SUMMARY = (
    "sensor.north_miners_known",
    "sensor.north_miners_reporting",
    HASHRATE,
    "sensor.north_hottest_chip",
    "sensor.north_hottest_board",
    "sensor.north_mean_chip_temperature",
)
ALWAYS_THERE = {
    *(STATUS, ALARM, SILENT, CONNECTION, LAST_SEEN, "event.north_alarms"),
    # What was counted stays counted.
    "sensor.north_energy",
}


def states(site: Site) -> dict[str, str]:
    """Return all states there are."""
    return {state.entity_id: state.state for state in site.hass.states.async_all()}


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the levels of what a user reads of us in the log."""
    return [
        record.levelname
        for record in caplog.records
        if record.name == "custom_components.mining_farm"
        and record.levelname != "DEBUG"
    ]


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("fault", ["refuse", "corrupt", "drop", "break_down"])
async def test_missed_polls_within_the_grace_change_nothing(
    site: Site,
    north: AntspaceSimulator,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    """Two missed polls are neither shown nor logged, however they failed."""
    await site.add(north)
    assert site.state(SUPPLY) == "35.0"
    before = states(site)
    changes = async_capture_events(site.hass, "state_changed")
    caplog.clear()

    getattr(north, fault)()
    await site.polls(2)
    assert states(site) == before
    assert changes == []
    assert logged(caplog) == []
    north.restore()


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_past_the_grace_silence_is_no_health(
    site: Site, north: AntspaceSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A timer ends the grace, 90 s after the last good answer; recovery is immediate."""
    site.freezer.move_to(datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC))
    await site.add(north)
    assert site.state(SILENT) == STATE_OFF
    assert site.state(LAST_SEEN) == "2026-11-21T01:00:00+00:00"
    caplog.clear()
    north.refuse()
    await site.polls(2)
    await site.after(27)
    assert site.state(SUPPLY) == "35.0"
    await site.after(2)
    for entity, state in states(site).items():
        assert (state == STATE_UNAVAILABLE) is (entity not in ALWAYS_THERE), entity
    assert site.state(STATUS) == "offline"
    assert site.state(SILENT) == STATE_ON
    assert site.state(CONNECTION) == STATE_OFF
    assert site.state(LAST_SEEN) == "2026-11-21T01:02:03+00:00"
    await site.polls(10)
    assert logged(caplog) == ["ERROR"]

    north.restore()
    await site.polls()
    assert site.state(STATUS) == "running"
    assert site.state(SILENT) == STATE_OFF
    assert site.state(CONNECTION) == STATE_ON
    assert site.state(SUPPLY) == "35.0"
    assert logged(caplog) == ["ERROR", "INFO"]


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_loads_while_the_container_is_off(
    site: Site, north: AntspaceSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """All of its model is there; it counts as silent once the grace is over."""
    north.refuse()
    entry = await site.add(north)
    assert entry.state is ConfigEntryState.LOADED
    assert len(states(site)) > 50
    for entity in (SUPPLY, PUMP, LEAK, PROBLEM, ALARMS, HASHRATE, LAST_SEEN):
        assert site.state(entity) == STATE_UNAVAILABLE
    for entity in (STATUS, SILENT, CONNECTION, ALARM):
        assert site.state(entity) == STATE_UNKNOWN
    assert logged(caplog) == []
    await site.polls(3)
    assert site.state(STATUS) == "offline"
    assert site.state(SILENT) == STATE_ON
    assert site.state(CONNECTION) == STATE_OFF
    assert site.state(SUPPLY) == STATE_UNAVAILABLE
    await site.polls(5)
    assert logged(caplog) == ["ERROR"]

    north.restore()
    await site.polls()
    assert site.state(SUPPLY) == "35.0"
    assert site.state(SILENT) == STATE_OFF


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_lost_plc(site: Site, north: AntspaceSimulator) -> None:
    """It is an alarm, ends the connection, and what the controller repeats is unknown."""
    north.raise_alarm("fan1_fault")
    await site.add(north)
    assert site.state(CONNECTION) == STATE_ON
    north.disconnect()
    await site.polls()
    assert site.state("binary_sensor.north_plant_disconnected") == STATE_ON
    assert site.state(CONNECTION) == STATE_OFF
    assert site.state(STATUS) == "error"
    assert site.state(PROBLEM) == STATE_ON
    assert site.state(SEVERITY) == "critical"
    assert site.state(SILENT) == STATE_OFF
    for entity in (SUPPLY, PUMP, LEAK):
        assert site.state(entity) == STATE_UNKNOWN
    # What is latched in the controller is still reported.
    assert site.state("binary_sensor.north_fan_1_fault") == STATE_ON
    assert site.state(ALARMS) == "2"
    assert site.state(HASHRATE) == "47709.0"

    north.connect()
    await site.polls()
    assert site.state("binary_sensor.north_plant_disconnected") == STATE_OFF
    assert site.state(CONNECTION) == STATE_ON
    assert site.state(SUPPLY) == "35.0"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    "fault",
    [
        {"name": "corrupt"},
        {"name": "break_down"},
        {"name": "answer_with", "body": '{"ok": false, "method": "minerInfo"}'},
    ],
    ids=lambda fault: fault["name"],
)
async def test_the_miners_summary_fails_by_itself(
    site: Site, north: AntspaceSimulator, fault: dict[str, Any]
) -> None:
    """The plant is shown without it, and a missed summary changes nothing at first."""
    await site.add(north)
    fault = dict(fault)
    getattr(north, fault.pop("name"))(operations="minerInfo", **fault)
    await site.polls(2)
    assert site.state(HASHRATE) == "47709.0"
    await site.polls()
    unavailable = {
        entity for entity, state in states(site).items() if state == STATE_UNAVAILABLE
    }
    assert unavailable == set(SUMMARY)
    assert site.state(STATUS) == "running"

    north.restore()
    await site.polls()
    assert site.state(HASHRATE) == "47709.0"


async def test_the_age_of_a_summary_is_of_a_clock_that_only_runs_forward(
    site: Site, north: AntspaceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wall clock that is set back two hours keeps no old list alive."""
    await site.add(north)
    north.break_down(operations="minerInfo")
    utcnow = dt_util.utcnow
    monkeypatch.setattr(dt_util, "utcnow", lambda: utcnow() - timedelta(hours=2))
    for _ in range(3):
        site.clock.advance(31)
        site.freezer.tick(31)
        async_fire_time_changed(site.hass, utcnow())
        await site.settle()
    assert site.state(HASHRATE) == STATE_UNAVAILABLE
    assert site.state(STATUS) == "running"


async def test_summary_that_never_came_is_not_known(
    site: Site, north: AntspaceSimulator
) -> None:
    """Without minerInfo from the start no number of the miners is shown."""
    north.break_down(operations="minerInfo")
    await site.add(north)
    assert site.state(HASHRATE) == STATE_UNAVAILABLE
    assert site.state(STATUS) == "running"


async def test_an_alarm_that_turns_into_nothing_explicit_lasts(
    site: Site, north: AntspaceSimulator
) -> None:
    """A leak whose bit becomes an empty text is unknown, not over; the status stays error."""
    await site.add(north)
    north.set_fields({"leakage_fault": True})
    await site.polls()
    for nothing in ("", "N/A", None):
        north.set_fields({"leakage_fault": nothing})
        await site.polls()
        assert site.state("binary_sensor.north_leak") == STATE_UNKNOWN
        assert site.state(PROBLEM) == "on"
        assert site.state(STATUS) == "error"
    north.set_fields({"leakage_fault": "off"})
    await site.polls()
    assert site.state("binary_sensor.north_leak") == "off"
    assert (site.state(PROBLEM), site.state(STATUS)) == ("off", "running")


async def test_a_leak_is_seen_within_ten_seconds(
    site: Site, north: AntspaceSimulator
) -> None:
    """Containers are polled that often."""
    await site.add(north)
    await site.polls()
    north.set_fields({"leakage_fault": True})
    await site.after(10.5)
    assert site.state("binary_sensor.north_leak") == "on"


async def test_pumps_whose_state_is_unknown(
    site: Site, north: AntspaceSimulator
) -> None:
    """Without the deciding pump the status is unknown, not stopped."""
    await site.add(north)
    north.remove_field("circulating_pump")
    await site.polls()
    assert site.state(PUMP) == STATE_UNKNOWN
    assert site.state(STATUS) == STATE_UNKNOWN


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_state_with_hardly_anything_invents_nothing(
    site: Site, north: AntspaceSimulator
) -> None:
    """What is not reported is unknown, also whether there is an alarm."""
    body = '{"ok": true, "method": "coolerState", "params": {"circulating_pump": 1}}'
    north.answer_with(body, operations="coolerState")
    await site.add(north)
    known = {
        entity
        for entity, state in states(site).items()
        if state != STATE_UNKNOWN and entity not in SUMMARY
    }
    assert known == {STATUS, PUMP, SILENT, LAST_SEEN}
    assert site.state(STATUS) == "running"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_nothing_changed_writes_nothing(
    site: Site, north: AntspaceSimulator
) -> None:
    """A poll with the same readings leaves the state machine alone."""
    site.freezer.move_to(datetime(2026, 11, 21, 1, 0, 0, tzinfo=UTC))
    north.leak()
    north.set_fields({"leakage_fault": True, **north.state})
    await site.add(north)
    changes = async_capture_events(site.hass, "state_changed")
    reports: list[Event[EventStateReportedData]] = []

    @callback
    def every(_data: EventStateReportedData) -> bool:
        return True

    @callback
    def note(event: Event[EventStateReportedData]) -> None:
        reports.append(event)

    site.hass.bus.async_listen("state_reported", note, every)
    await site.polls(3)
    assert len(north.requests) == 8
    assert changes == []
    assert reports == []


async def test_two_containers_fail_alone(
    site: Site, north: AntspaceSimulator, south: AntspaceSimulator
) -> None:
    """One that is gone takes nothing of the other with it."""
    await site.add(north)
    await site.add(south, "south")
    north.refuse()
    await site.polls(4)
    assert site.state(STATUS) == "offline"
    assert site.state("sensor.south_status") == "running"
    assert site.state("sensor.south_oil_supply_temperature_1") != STATE_UNAVAILABLE
