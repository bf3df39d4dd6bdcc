"""A power sensor of Home Assistant measures for an outlet that does not."""

from datetime import timedelta

import pytest

from custom_components.mining_farm.const import DOMAIN
from homeassistant.helpers import issue_registry as ir

from .watching import Farm

SENSOR = "sensor.garage_power"
OPTIONS = {"power_sensor_entity_id": SENSOR}


def show(farm: Farm, state: str, unit: str | None = "W") -> None:
    """Let the sensor report."""
    attributes = {} if unit is None else {"unit_of_measurement": unit}
    farm.hass.states.async_set(SENSOR, state, attributes)


def watts(farm: Farm) -> object:
    """Return what the rig is taken to draw."""
    return farm.entries["rig1"].runtime_data.describe()["watts"]


@pytest.mark.parametrize(
    ("state", "unit", "expected"),
    [
        ("800", "W", 800.0),
        ("0.8", "kW", 800.0),
        ("0", "W", 0.0),
        ("unknown", "W", None),
        ("unavailable", "W", None),
        ("nan", "W", None),
        ("inf", "kW", None),
        ("-800", "W", None),
        ("800", None, None),
        ("800", "kWh", None),
    ],
)
async def test_what_the_sensor_reports(
    farm: Farm, state: str, unit: str | None, expected: float | None
) -> None:
    """W and kW are understood; what is no draw is unknown, and not zero."""
    await farm.add("rig1", options=OPTIONS)
    show(farm, state, unit)
    await farm.after(0.5)
    assert watts(farm) == expected


async def test_a_sensor_that_falls_silent_is_unknown(farm: Farm) -> None:
    """What it reported last holds for the grace; one that is not there is unknown too."""
    await farm.add("rig1", options=OPTIONS)
    await farm.after(0.5)
    assert watts(farm) is None
    show(farm, "800")
    await farm.after(1)
    assert watts(farm) == 800.0
    await farm.after(1)
    assert watts(farm) is None
    # The same value again is a new report.
    show(farm, "800")
    await farm.after(0.5)
    assert watts(farm) == 800.0


async def test_an_outlet_that_measures_is_believed_first(farm: Farm) -> None:
    """And nothing is known of one that cannot be reached."""
    outlet = await farm.add("rig1", options=OPTIONS)
    outlet.watts = 700.0
    show(farm, "800")
    await farm.after(0.5)
    assert watts(farm) == 700.0
    outlet.watts, outlet.reachable = None, False
    show(farm, "800")
    await farm.after(0.5)
    assert watts(farm) is None


async def test_what_was_drawn_before_a_switch_is_no_contradiction(farm: Farm) -> None:
    """A meter lags: an outlet that has just gone off is not said to disobey."""
    outlet = await farm.add("rig1", options=OPTIONS)
    show(farm, "800")
    await farm.after(1)
    outlet.on = False
    show(farm, "800")
    await farm.after(0.5)
    assert watts(farm) is None
    farm.freezer.tick(timedelta(seconds=30))
    show(farm, "0")
    await farm.after(0.5)
    assert watts(farm) == 0.0


@pytest.mark.parametrize(("drawn", "cuts"), [("0", 1), ("800", 0)])
async def test_its_draw_is_evidence(farm: Farm, drawn: str, cuts: int) -> None:
    """A dark rig is cut sooner by choice; one that draws as it works is held."""
    options = {**OPTIONS, "draw_is_evidence": True}
    outlet = await farm.add("rig1", options=options)
    for _ in range(12):
        show(farm, "800")
        await farm.after(0.5)
    farm.dies("rig1")
    for _ in range(40):
        show(farm, drawn)
        await farm.after(0.5)
    assert outlet.log == ["off", "on"] * cuts


async def test_a_sensor_that_reports_nothing_is_reported(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """Removed, unavailable or too seldom: the draw that the user counts on is unknown."""
    issue = (DOMAIN, "rig_power_sensor_gone_rig1")
    await farm.add("rig1", options=OPTIONS)
    show(farm, "800")
    await farm.after(1)
    show(farm, "unavailable")
    await farm.after(9)
    assert issue_registry.async_get_issue(*issue) is None
    await farm.after(3)
    found = issue_registry.async_get_issue(*issue)
    assert found is not None
    assert found.translation_placeholders == {"name": "rig1", "sensor": SENSOR}
    show(farm, "800")
    await farm.after(0.5)
    assert issue_registry.async_get_issue(*issue) is None
    farm.hass.states.async_remove(SENSOR)
    await farm.after(13)
    assert issue_registry.async_get_issue(*issue) is not None


async def test_an_outlet_that_measures_needs_no_sensor(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """Nor does one that cannot be reached tell anything of the sensor."""
    outlet = await farm.add("rig1", options=OPTIONS)
    outlet.watts = 800.0
    await farm.after(12)
    outlet.reachable = False
    await farm.after(12)
    issue = (DOMAIN, "rig_power_sensor_gone_rig1")
    assert issue_registry.async_get_issue(*issue) is None
