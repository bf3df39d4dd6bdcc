"""The one text that says what is wrong, and what is raised under Repairs at once."""

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.containers import Severity
from homeassistant.const import STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from simulators.antspace import AntspaceSimulator, Model

from .conftest import Site

ALARM = "sensor.north_alarm"
LEAK, SILENT, LOST = (
    f"container_{key}_north" for key in ("leak", "silent", "plant_lost")
)


def raised(site: Site) -> set[str]:
    """Return the issues of the container that are active."""
    issues = ir.async_get(site.hass).issues.values()
    return {each.issue_id for each in issues if each.domain == DOMAIN and each.active}


async def test_the_worst_alarm_in_a_word(site: Site, north: AntspaceSimulator) -> None:
    """None, then what is worst of all that is on."""
    await site.add(north)
    assert site.state(ALARM) == "none"
    for wire, shown in (
        ("power_fault", "power_fault"),
        ("fan1_fault", "fan1_fault"),
        ("leakage_fault", "leakage_fault"),
        ("spray_pump_fault", "leakage_fault"),
    ):
        north.raise_alarm(wire)
        await site.polls()
        assert site.state(ALARM) == shown
    north.clear_alarm("leakage_fault")
    await site.polls()
    assert site.state(ALARM) == "fan1_fault"


async def test_alarms_that_are_unknown_are_not_none(
    site: Site, north: AntspaceSimulator
) -> None:
    """A controller that reports no alarm either way is not healthy for that."""
    body = '{"ok": true, "method": "coolerState", "params": {"circulating_pump": 1}}'
    north.answer_with(body, operations="coolerState")
    limit = {"name": "Warm", "field": "supply_liquid_temp", "side": "above"}
    more = {"limit": 40.0, "seconds": 0, "severity": "high"}
    await site.add(north, thresholds=[{**limit, **more}])
    assert site.state(ALARM) == STATE_UNKNOWN


@pytest.mark.parametrize("model", [Model.HK3, Model.IMMERSION])
async def test_alarms_are_out_of_the_list_of_readings(
    site: Site, model: Model, entity_registry: er.EntityRegistry
) -> None:
    """Each is diagnostic; those that are not critical wait for a click.

    Their sum, the text and the event are in the list.
    """
    entry = await site.add(await site.container(model))
    critical = {
        f"north_alarm_{kind.key}"
        for kind in entry.runtime_data.table.alarms
        if kind.severity is Severity.CRITICAL
    }
    registered = er.async_entries_for_config_entry(entity_registry, "north")
    alarms = [each for each in registered if each.unique_id.startswith("north_alarm_")]
    assert len(alarms) > 15
    for alarm in alarms:
        assert alarm.entity_category == "diagnostic"
        assert (alarm.disabled_by is None) is (alarm.unique_id in critical)
    for entity_id in (ALARM, "binary_sensor.north_problem", "event.north_alarms"):
        entity = entity_registry.async_get(entity_id)
        assert entity is not None
        assert entity.entity_category is None


async def test_a_leak_is_an_issue_until_it_is_called_off(
    site: Site, north: AntspaceSimulator
) -> None:
    """At the poll that reports it; a bit that says nothing does not end it."""
    await site.add(north)
    assert raised(site) == set()
    north.set_fields({"leakage_fault": True})
    await site.after(10.5)
    assert raised(site) == {LEAK}
    issue = ir.async_get(site.hass).async_get_issue(DOMAIN, LEAK)
    assert issue is not None
    assert (issue.severity, issue.translation_placeholders) == (
        ir.IssueSeverity.CRITICAL,
        {"name": "North"},
    )
    north.set_fields({"leakage_fault": ""})
    await site.polls()
    assert raised(site) == {LEAK}
    north.set_fields({"leakage_fault": 0})
    await site.polls()
    assert raised(site) == set()


async def test_silence_is_an_issue_after_the_grace(
    site: Site, north: AntspaceSimulator
) -> None:
    """Not after a missed poll, and gone with the next answer; a leak before it stays."""
    await site.add(north)
    north.raise_alarm("leakage_fault")
    await site.polls()
    north.refuse()
    await site.polls(2)
    assert raised(site) == {LEAK}
    assert site.state(ALARM) == "leakage_fault"
    await site.polls(2)
    assert raised(site) == {LEAK, SILENT}
    assert site.state(ALARM) == "silent"
    north.restore()
    north.clear_alarm("leakage_fault")
    await site.polls()
    assert raised(site) == set()
    assert site.state(ALARM) == "none"


async def test_silence_from_the_start_waits_for_the_grace(
    site: Site, north: AntspaceSimulator
) -> None:
    """Home Assistant that has just started knows of no silence yet."""
    north.refuse()
    await site.add(north)
    await site.polls(2)
    assert raised(site) == set()
    assert site.state(ALARM) == STATE_UNKNOWN
    await site.polls()
    assert raised(site) == {SILENT}
    assert site.state(ALARM) == "silent"


async def test_a_lost_plant_is_an_issue_at_once(
    site: Site, north: AntspaceSimulator
) -> None:
    """While the controller says so; not what it says of the connection no more."""
    await site.add(north)
    north.disconnect()
    await site.after(10.5)
    assert raised(site) == {LOST}
    assert site.state(ALARM) == "disconnect"
    north.connect()
    await site.polls()
    assert raised(site) == set()


async def test_nothing_is_left_of_a_container_that_is_disabled(
    site: Site, north: AntspaceSimulator
) -> None:
    """What is not watched is reported by no issue; watched again, it is."""
    north.raise_alarm("leakage_fault")
    entry = await site.add(north)
    assert raised(site) == {LEAK}
    await site.hass.config_entries.async_unload(entry.entry_id)
    assert raised(site) == set()
    await site.load(entry)
    assert raised(site) == {LEAK}
    await site.hass.config_entries.async_remove(entry.entry_id)
    assert raised(site) == set()
