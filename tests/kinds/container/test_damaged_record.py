"""A container whose record is of another version, or damaged, is watched all the same."""

from typing import Any
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mining_farm.const import DOMAIN
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store
from homeassistant.setup import async_setup_component
from homeassistant.util.file import WriteError
from simulators.antspace import AntspaceSimulator

from .conftest import Site
from .test_resilience import ALARMS, LEAK

KEY = "mining_farm.container.north"
ALARM: dict[str, Any] = {
    "id": "1",
    "key": "leakage_fault",
    "name": "Leak",
    "severity": "critical",
    "nature": "moisture",
    "number": None,
    "raised_at": "2026-11-21T10:00:00+00:00",
}
"""As the first version kept one."""


def kept(version: int = 1, **data: Any) -> dict[str, Any]:
    """Return a record as Home Assistant stores it."""
    known = {"alarms": [], "manual_set_point": 33.0, "miners": {"192.0.2.1": 4}}
    return {
        "version": version,
        "minor_version": 1,
        "key": KEY,
        "data": {**known, **data},
    }


def issue(hass: HomeAssistant) -> ir.IssueEntry | None:
    """Return the issue about the record."""
    return ir.async_get(hass).async_get_issue(DOMAIN, "container_record_north")


@pytest.mark.parametrize(
    "record",
    [
        kept(version=2),
        kept(alarms=[{**ALARM, "severity": 99}]),
        kept(alarms=[{**ALARM, "nature": "of_tomorrow"}]),
        kept(alarms=[{**ALARM, "raised_at": "2026-11-21T10:00:00"}]),
        kept(alarms=[{**ALARM, "raised_at": 5}]),
        kept(alarms=[{"key": "leakage_fault"}]),
        kept(alarms=["leakage_fault"]),
        kept(alarms={"leakage_fault": ALARM}),
        kept(alarms=None),
        kept(manual_set_point="warm"),
        kept(manual_set_point=float("inf")),
        kept(miners=[1, 2]),
        kept(miners={"192.0.2.1": "four"}),
        kept(past=7),
    ],
)
async def test_a_leak_is_reported_whatever_was_kept(
    site: Site,
    north: AntspaceSimulator,
    hass_storage: dict[str, Any],
    record: dict[str, Any],
) -> None:
    """The entry goes on, an issue names the file, and the next record is good."""
    hass_storage[KEY] = record
    north.raise_alarm("leakage_fault")
    entry = await site.add(north)
    await site.polls()
    assert site.state(LEAK) == STATE_ON
    assert site.state(ALARMS) == "1"
    found = issue(site.hass)
    assert found is not None
    assert found.translation_placeholders is not None
    assert ".corrupt-" in found.translation_placeholders["file"]
    await site.after(10)
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.settle()
    # The good record of now is no reason to hide what happened.
    assert issue(site.hass) is found
    assert found.is_persistent
    assert site.state(LEAK) == STATE_ON


async def test_the_issue_goes_once_it_was_read(
    site: Site,
    north: AntspaceSimulator,
    hass_storage: dict[str, Any],
    hass_client: ClientSessionGenerator,
) -> None:
    """It asks for nothing else."""
    hass_storage[KEY] = kept(past=7)
    await site.add(north)
    await site.polls()
    found = issue(site.hass)
    assert found is not None
    assert await async_setup_component(site.hass, "repairs", {})
    client, url = await hass_client(), "/api/repairs/issues/fix"
    begun = await client.post(url, json={"handler": DOMAIN, "issue_id": found.issue_id})
    step = await begun.json()
    assert step["step_id"] == "confirm"
    assert ".corrupt-" in step["description_placeholders"]["file"]
    await client.post(f"{url}/{step['flow_id']}", json={})
    assert issue(site.hass) is None


async def test_what_can_be_used_is(
    site: Site, north: AntspaceSimulator, hass_storage: dict[str, Any]
) -> None:
    """One alarm that this version does not know takes no other along."""
    hass_storage[KEY] = kept(alarms=[ALARM, {**ALARM, "key": "x", "severity": 99}])
    north.raise_alarm("leakage_fault")
    entry = await site.add(north)
    await site.polls()
    [alarm] = site.get(ALARMS).attributes["alarms"]
    assert alarm["since"].startswith("2026-11-21T10:00:00")
    assert entry.runtime_data.journal.miners == {"192.0.2.1": 4}


async def test_what_the_first_version_wrote(
    site: Site, north: AntspaceSimulator, hass_storage: dict[str, Any]
) -> None:
    """Alarm, target and numbers come over, without any issue."""
    hass_storage[KEY] = kept(alarms=[ALARM])
    north.raise_alarm("leakage_fault")
    entry = await site.add(north)
    await site.polls()
    assert issue(site.hass) is None
    [alarm] = site.get(ALARMS).attributes["alarms"]
    assert alarm["since"].startswith("2026-11-21T10:00:00")
    assert entry.runtime_data.journal.miners == {"192.0.2.1": 4}
    assert KEY in hass_storage


async def test_a_full_disk_is_said_and_loses_nothing(
    site: Site, north: AntspaceSimulator, hass_storage: dict[str, Any]
) -> None:
    """The container is watched on; what could not be written is, once it can be."""
    full = WriteError("[Errno 28] No space left on device")
    await site.add(north)
    north.raise_alarm("leakage_fault")
    with patch.object(Store, "_async_write_data", side_effect=full):
        await site.polls(2)
    assert site.state(LEAK) == STATE_ON
    found = ir.async_get(site.hass).async_get_issue(DOMAIN, "disk_north")
    assert found is not None
    assert found.translation_placeholders is not None
    assert "No space left" in found.translation_placeholders["detail"]
    assert KEY not in hass_storage
    await site.polls(2)
    assert ir.async_get(site.hass).async_get_issue(DOMAIN, "disk_north") is None
    [alarm] = hass_storage[KEY]["data"]["alarms"]
    assert alarm["key"] == "leakage_fault"


async def test_damaged_options_leave_a_container_watched(
    site: Site, north: AntspaceSimulator
) -> None:
    """What could be used is, a leak is shown, and nothing is controlled."""
    threshold = {"name": "Warm", "field": "supply_temperature", "side": "beside"}
    entry = await site.add(
        north,
        controls=True,
        pressure_unit="of tomorrow",
        set_point_highest=float("inf"),
        thresholds=[threshold],
        miner_readings=True,
    )
    north.raise_alarm("leakage_fault")
    await site.polls()
    assert site.state(LEAK) == STATE_ON
    assert dict(entry.options) == {
        "controls": False,
        "thresholds": [],
        "miner_readings": True,
    }
    found = ir.async_get(site.hass).async_get_issue(DOMAIN, "entry_mended_north")
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["keys"] == (
        "pressure_unit, set_point_highest, thresholds"
    )
