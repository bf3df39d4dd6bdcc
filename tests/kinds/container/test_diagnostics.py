"""What is posted with an issue is all that helps, and no address or place."""

import json
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.diagnostics import async_get_config_entry_diagnostics
from homeassistant.components.diagnostics import REDACTED
from simulators.antspace import AntspaceSimulator

from .conftest import Site

PLACE = {"latitude": 51.4779, "longitude": 7.1234}


async def diagnose(
    site: Site, entry: MockConfigEntry, simulator: AntspaceSimulator
) -> dict[str, Any]:
    """Return the diagnostics as they are saved, with nothing in them that is private."""
    found = await async_get_config_entry_diagnostics(site.hass, entry)
    text = json.dumps(found)
    for address in (simulator.host, *simulator.miner_info["miner_info"]):
        assert address not in text
    for degrees in PLACE.values():
        assert str(degrees) not in text
    return found


async def test_what_is_shown(site: Site, north: AntspaceSimulator) -> None:
    """The reading, the alarms and the options; no miner is left out."""
    north.set_fields(PLACE)
    north.raise_alarm("fan1_fault")
    entry = await site.add(north, f"hk3 {north.host}", pressure_unit="mpa")
    found = await diagnose(site, entry, north)
    assert found["name"] == REDACTED
    assert found["data"]["host"] == REDACTED
    assert found["data"]["port"] == north.port
    assert found["options"] == {"controls": False, "pressure_unit": "mpa"}
    assert found["bounds"] == {"low": 20, "high": 45, "step": 0.5}
    assert (found["model"], found["status"]) == ("hk3", "error")
    assert found["plant"]["values"]["supply_liquid_temp"] == 35
    assert found["plant"]["values"]["latitude"] == REDACTED
    assert found["plant"]["flags"]["circulating_pump"] is True
    assert found["plant"]["alarm_states"]["fan1_fault"] is True
    (alarm,) = found["alarms"]
    assert (alarm["key"], alarm["name"]) == ("fan1_fault", "fan_fault")
    assert found["miners"]["total_hashrate"] == 47709
    miners = found["miners"]["miners"]
    assert len(miners) == 171
    assert {miner["ip"] for miner in miners} == {REDACTED}
    assert miners[0]["type"] == "S19 XP+ Hydro"


async def test_of_a_container_that_is_gone(
    site: Site, north: AntspaceSimulator
) -> None:
    """What is known of one that never answered, and no old reading of a silent one."""
    north.refuse()
    entry = await site.add(north)
    found = await diagnose(site, entry, north)
    assert (found["status"], found["plant"], found["last_seen"]) == (None, None, None)
    north.restore()
    await site.polls()
    assert (await diagnose(site, entry, north))["status"] == "running"
    north.refuse()
    await site.polls(4)
    found = await diagnose(site, entry, north)
    assert (found["status"], found["plant"], found["miners"]) == ("offline", None, None)
    assert found["last_seen"] is not None


async def test_numbers_that_cannot_be_true_are_shown_with_their_direction(
    site: Site, north: AntspaceSimulator
) -> None:
    """Whoever reads it can tell a broken wire from a wrong scale."""
    north.set_fields({"supply_liquid_temp": -3276.8, "supply_liquid_pressure": 35})
    entry = await site.add(north)
    plant = (await diagnose(site, entry, north))["plant"]
    assert plant["implausible"] == {
        "supply_liquid_temp": "too_low",
        "supply_liquid_pressure": "too_high",
    }
    assert plant["values"]["supply_liquid_temp"] is None
