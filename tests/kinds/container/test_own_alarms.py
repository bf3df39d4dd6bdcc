"""Limits and severities of the user's own, and the list of past alarms."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.containers import alarms
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from simulators.antspace import AntspaceSimulator

from .conftest import Site
from .test_options import answer, begin, suggested

WARM: dict[str, Any] = {
    "name": "Supply warm",
    "field": "supply_liquid_temp",
    "side": "above",
    "limit": 37.0,
    "seconds": 60,
    "severity": "critical",
}
SENSOR, ALARM = "binary_sensor.north_supply_warm", "sensor.north_alarm"


async def past(site: Site) -> list[dict[str, Any]]:
    """Return the past alarms as the action shows them."""
    answered: Any = await site.hass.services.async_call(
        "mining_farm",
        "get_snapshot",
        {"entity_id": "sensor.north_status"},
        blocking=True,
        return_response=True,
    )
    found: list[dict[str, Any]] = answered["north"]["past_alarms"]
    return found


async def test_a_limit_is_an_alarm_after_its_time(
    site: Site, north: AntspaceSimulator
) -> None:
    """It is shown, raised and cleared like the plant's own, and leaves the status."""
    north.set_fields({"supply_liquid_temp": 37})
    await site.add(north, thresholds=[WARM])
    assert site.state(SENSOR) == STATE_OFF
    north.set_fields({"supply_liquid_temp": 37.1})
    await site.polls(2)
    assert (site.state(SENSOR), site.state(ALARM)) == (STATE_OFF, "none")
    await site.polls()
    assert (site.state(SENSOR), site.state(ALARM)) == (STATE_ON, "Supply warm")
    assert site.get(SENSOR).attributes["friendly_name"] == "North Supply warm"
    assert site.get(SENSOR).attributes["severity"] == "critical"
    event = site.get("event.north_alarms").attributes
    assert (event["event_type"], event["name"]) == ("raised", "Supply warm")
    assert site.state("sensor.north_highest_severity") == "critical"
    assert site.state("sensor.north_status") == "running"
    north.set_fields({"supply_liquid_temp": 37})
    await site.polls()
    assert (site.state(SENSOR), site.state(ALARM)) == (STATE_OFF, "none")


@pytest.mark.parametrize("unknown", [None, 6553.5, "N/A"])
async def test_an_unknown_number_never_trips_a_limit(
    site: Site, north: AntspaceSimulator, unknown: object
) -> None:
    """Nor does it end what is on; and the time starts again after it."""
    north.set_fields({"supply_liquid_temp": unknown})
    await site.add(north, thresholds=[WARM])
    await site.polls(4)
    assert (site.state(SENSOR), site.state(ALARM)) == (STATE_UNKNOWN, "none")
    north.set_fields({"supply_liquid_temp": 40})
    await site.polls(2)
    north.set_fields({"supply_liquid_temp": unknown})
    await site.polls()
    north.set_fields({"supply_liquid_temp": 40})
    await site.polls(2)
    assert site.state(ALARM) == "none"
    await site.polls()
    assert site.state(ALARM) == "Supply warm"
    north.set_fields({"supply_liquid_temp": unknown})
    await site.polls()
    assert (site.state(SENSOR), site.state(ALARM)) == (STATE_UNKNOWN, "Supply warm")


async def test_a_limit_that_lasts_over_a_restart_is_not_raised_again(
    site: Site, north: AntspaceSimulator
) -> None:
    """It waits no second time, and keeps its beginning."""
    north.set_fields({"supply_liquid_temp": 40})
    await site.add(north, thresholds=[WARM])
    await site.polls(3)
    raised = site.get("event.north_alarms").state
    await site.hass.config_entries.async_reload("north")
    await site.settle()
    assert (site.state(SENSOR), site.state(ALARM)) == (STATE_ON, "Supply warm")
    await site.polls(3)
    assert site.get("event.north_alarms").state == raised
    assert await past(site) == []


async def test_limits_are_set_in_the_options(
    site: Site, north: AntspaceSimulator, entity_registry: er.EntityRegistry
) -> None:
    """They are there at once, and gone with their sensors and alarms when taken away."""
    entry = await site.add(north)
    low = {
        **WARM,
        "name": " Pressure low ",
        "field": "supply_liquid_pressure",
        "side": "below",
        "limit": 9.0,
        "seconds": 0,
    }
    result = await answer(site, await begin(site, entry), thresholds=[WARM, low])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    sensor = "binary_sensor.north_pressure_low"
    assert (site.state(sensor), site.state(SENSOR)) == (STATE_ON, STATE_OFF)
    assert site.state(ALARM) == "Pressure low"
    shown = suggested(form := await begin(site, entry))
    assert [each["name"] for each in shown["thresholds"]] == [
        "Supply warm",
        "Pressure low",
    ]
    await answer(site, form, thresholds=[WARM])
    assert entity_registry.async_get(sensor) is None
    assert site.state(ALARM) == "none"
    assert site.get("event.north_alarms").attributes["event_type"] == "cleared"
    assert entity_registry.async_get(SENSOR) is not None


async def test_choices_are_in_words(site: Site, north: AntspaceSimulator) -> None:
    """Numbers come with their unit, and what is no measurement has no limit."""
    form = await begin(site, await site.add(north))
    choices = {
        str(field): {
            name: {
                option["value"]: option["label"]
                for option in inner["selector"].config["options"]
            }
            for name, inner in selector.config["fields"].items()
            if "options" in inner["selector"].config
        }
        for field, selector in form["data_schema"].schema.items()
        if str(field) in ("thresholds", "severities")
    }
    numbers = choices["thresholds"]["field"]
    assert numbers["supply_liquid_pressure"] == "Supply pressure (bar)"
    assert numbers["supply_liquid_temp"] == "Supply temperature (°C)"
    assert "longitude" not in numbers
    assert choices["thresholds"]["side"] == {
        "above": "Above the limit",
        "below": "Below the limit",
    }
    assert choices["severities"]["alarm"]["leakage_fault"] == "Leak"
    assert choices["severities"]["severity"] == choices["thresholds"]["severity"]
    assert choices["severities"]["severity"]["critical"] == "Critical"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "none"}, "threshold_name_taken"),
        ({"name": "leakage_fault"}, "threshold_name_taken"),
        ({"name": " SUPPLY WARM"}, "threshold_name_taken"),
        ({"name": "  "}, "threshold_name_length"),
        ({"name": "w" * 61}, "threshold_name_length"),
    ],
)
async def test_a_name_that_would_mislead_is_refused(
    site: Site, north: AntspaceSimulator, changes: dict[str, Any], error: str
) -> None:
    """No alarm may be called like the state without one; nothing typed is lost."""
    entry = await site.add(north)
    form = await answer(
        site, await begin(site, entry), thresholds=[WARM, {**WARM, **changes}]
    )
    assert form["errors"] == {"thresholds": error}
    assert len(suggested(form)["thresholds"]) == 2
    assert entry.options == {"controls": False}


@pytest.mark.parametrize(
    "changes", [{"field": "longitude"}, {"side": "near"}, {"seconds": -1}]
)
async def test_a_limit_that_makes_no_sense_is_refused(
    site: Site, north: AntspaceSimulator, changes: dict[str, Any]
) -> None:
    """Only measured numbers have limits."""
    entry = await site.add(north)
    with pytest.raises(InvalidData):
        await answer(site, await begin(site, entry), thresholds=[{**WARM, **changes}])


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_severity_of_the_user_s_own(
    site: Site, north: AntspaceSimulator
) -> None:
    """It counts at once, also for an alarm that is on already."""
    north.raise_alarm("power_fault")
    north.raise_alarm("fan1_fault")
    entry = await site.add(north)
    assert site.state(ALARM) == "fan1_fault"
    changed = {"alarm": "power_fault", "severity": "critical"}
    twice = await answer(site, await begin(site, entry), severities=[changed, changed])
    assert twice["errors"] == {"severities": "alarm_twice"}
    await answer(site, twice, severities=[changed])
    assert site.state(ALARM) == "power_fault"
    assert site.state("sensor.north_highest_severity") == "critical"
    failure = site.get("binary_sensor.north_power_failure")
    assert failure.attributes["severity"] == "critical"


async def test_past_alarms_are_listed_with_their_durations(
    site: Site, north: AntspaceSimulator
) -> None:
    """The last one first, after a restart as well; what is on is not among them."""
    north.raise_alarm("power_fault")
    await site.add(north)
    await site.polls(2)
    north.clear_alarm("power_fault")
    north.raise_alarm("fan1_fault")
    await site.polls()
    north.clear_alarm("fan1_fault")
    north.raise_alarm("leakage_fault")
    await site.polls()
    await site.hass.config_entries.async_reload("north")
    await site.settle()
    listed = await past(site)
    assert [(each["key"], each["duration"]) for each in listed] == [
        ("fan1_fault", 31),
        ("power_fault", 93),
    ]
    event = site.get("event.north_alarms").attributes
    assert (event["alarm"], event["duration"]) == ("fan1_fault", 31)
    assert listed[0]["severity"] == "high"
    assert listed[0]["cleared_at"] > listed[0]["raised_at"]


async def test_the_list_of_past_alarms_is_bounded(
    site: Site, north: AntspaceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bit that flickers for a year fills no disk; the oldest go first."""
    monkeypatch.setattr(alarms, "MOST_PAST", 2)
    await site.add(north)
    for wire in ("power_fault", "fan1_fault", "fan2_fault"):
        north.raise_alarm(wire)
        await site.polls()
        north.clear_alarm(wire)
        await site.polls()
    assert [each["key"] for each in await past(site)] == ["fan2_fault", "fan1_fault"]
