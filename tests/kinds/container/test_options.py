"""Options of a container: controls, bounds, units and how much is shown."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from simulators.antspace import AntspaceSimulator
from tests.kinds.rig.flowing import check

from .conftest import Site

USUAL: dict[str, Any] = {
    "controls": False,
    "set_point_lowest": 20.0,
    "set_point_highest": 45.0,
    "miner_readings": False,
    "pressure_unit": "mpa",
    "thresholds": [],
    "severities": [],
}


async def begin(site: Site, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the options."""
    form = await site.hass.config_entries.options.async_init(entry.entry_id)
    check(form, "options")
    assert form["step_id"] == "container"
    return form


async def answer(
    site: Site, form: ConfigFlowResult, **changes: Any
) -> ConfigFlowResult:
    """Fill in what is not as usual."""
    shown = {str(field) for field in form["data_schema"].schema}
    usual = {key: value for key, value in USUAL.items() if key in shown}
    result = await site.hass.config_entries.options.async_configure(
        form["flow_id"], usual | changes
    )
    check(result, "options")
    await site.settle()
    return result


def suggested(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what the form is filled in with."""
    return {
        str(field): field.description["suggested_value"]
        for field in form["data_schema"].schema
    }


async def test_what_is_in_force_is_shown(
    site: Site, north: AntspaceSimulator, south: AntspaceSimulator
) -> None:
    """The model's bounds at first; pressures have a unit where there are any."""
    form = await begin(site, await site.add(north))
    assert suggested(form) == USUAL
    form = await begin(site, await site.add(south, "south"))
    assert suggested(form) == {
        "controls": False,
        "set_point_lowest": 20.0,
        "set_point_highest": 48.0,
        "miner_readings": False,
        "thresholds": [],
        "severities": [],
    }


async def test_controls_are_there_at_once(site: Site, north: AntspaceSimulator) -> None:
    """The entry is reloaded with them, within the new bounds."""
    entry = await site.add(north)
    assert site.hass.states.get("climate.north") is None
    form = await begin(site, entry)
    result = await answer(
        site, form, controls=True, set_point_lowest=30.0, set_point_highest=40.5
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    climate = site.get("climate.north").attributes
    assert (climate["min_temp"], climate["max_temp"]) == (30.0, 40.5)
    assert suggested(await begin(site, entry))["set_point_highest"] == 40.5
    assert north.writes == []


@pytest.mark.parametrize("highest", [20.0, 19.5])
async def test_crossed_bounds_are_refused(
    site: Site, north: AntspaceSimulator, highest: float
) -> None:
    """The form comes back as it was filled in, and nothing is saved."""
    entry = await site.add(north)
    form = await begin(site, entry)
    form = await answer(site, form, set_point_highest=highest)
    assert form["errors"] == {"set_point_highest": "bounds_crossed"}
    assert suggested(form)["set_point_highest"] == highest
    assert entry.options == {"controls": False}
    result = await answer(site, form, set_point_highest=30.0)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["set_point_highest"] == 30.0


@pytest.mark.parametrize(
    "change", [{"set_point_lowest": 4.5}, {"set_point_highest": 60.5}]
)
async def test_bounds_beyond_any_use_are_refused(
    site: Site, north: AntspaceSimulator, change: dict[str, float]
) -> None:
    """Freezing and boiling are no choice."""
    form = await begin(site, await site.add(north))
    with pytest.raises(InvalidData):
        await answer(site, form, **change)


async def test_pressures_in_another_unit(site: Site, north: AntspaceSimulator) -> None:
    """Raw pressures are read in it after the change."""
    north.set_fields({"supply_liquid_pressure": 2.8})
    entry = await site.add(north)
    await answer(site, await begin(site, entry), pressure_unit="bar")
    assert site.state("sensor.north_supply_pressure") == "2.8"
