"""Pressures and powers that cannot be true, and what the user has done about them."""

from http import HTTPStatus
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mining_farm.const import DOMAIN
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from simulators.antspace import Model

from .conftest import Site

SUPPLY, RETURN = "sensor.north_supply_pressure", "sensor.north_return_pressure"
PRESSURE, POWER = "container_pressure_north", "container_power_north"


async def fix(
    site: Site, hass_client: ClientSessionGenerator, unit: str
) -> dict[str, Any]:
    """Go through the fix flow of the pressures, as the browser does."""
    assert await async_setup_component(site.hass, "repairs", {})
    client = await hass_client()
    url = "/api/repairs/issues/fix"
    response = await client.post(url, json={"handler": DOMAIN, "issue_id": PRESSURE})
    assert response.status == HTTPStatus.OK
    step = await response.json()
    assert (step["type"], step["step_id"]) == ("form", "unit")
    assert step["description_placeholders"] == {"name": "North"}
    (field,) = step["data_schema"]
    assert field["name"] == "pressure_unit"
    response = await client.post(
        f"{url}/{step['flow_id']}", json={"pressure_unit": unit}
    )
    answer: dict[str, Any] = await response.json()
    await site.settle()
    return answer


async def test_pressures_that_are_not_in_mpa(
    site: Site, hass_client: ClientSessionGenerator, issue_registry: ir.IssueRegistry
) -> None:
    """Unknown, with an issue, until the user says what they are in."""
    mock = await site.container(faithful=True)
    assert mock.state["supply_liquid_pressure"] == 35
    entry = await site.add(mock)
    assert site.state(SUPPLY) == STATE_UNKNOWN
    assert site.state(RETURN) == STATE_UNKNOWN
    issue = issue_registry.async_get_issue(DOMAIN, PRESSURE)
    assert issue is not None
    assert issue.is_fixable
    assert issue.translation_placeholders == {"name": "North"}

    answer = await fix(site, hass_client, "mpa_hundredths")
    assert answer["type"] == "create_entry"
    assert entry.options == {"controls": False, "pressure_unit": "mpa_hundredths"}
    await site.polls()
    assert (site.state(SUPPLY), site.state(RETURN)) == ("3.5", "2.8")
    assert issue_registry.async_get_issue(DOMAIN, PRESSURE) is None


async def test_a_unit_that_does_not_help(
    site: Site, hass_client: ClientSessionGenerator, issue_registry: ir.IssueRegistry
) -> None:
    """35 bar is no more true than 35 MPa: the issue comes back."""
    await site.add(await site.container(faithful=True))
    await fix(site, hass_client, "bar")
    await site.polls()
    assert site.state(SUPPLY) == STATE_UNKNOWN
    assert issue_registry.async_get_issue(DOMAIN, PRESSURE) is not None


async def test_a_gauge_that_is_mended(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """Pressures that are right again withdraw it; pressures that are missing do not."""
    mock = await site.container(faithful=True)
    await site.add(mock)
    issue_registry.async_ignore(DOMAIN, PRESSURE, ignore=True)
    mock.disconnect()
    await site.polls()
    mock.connect()
    await site.polls()
    issue = issue_registry.async_get_issue(DOMAIN, PRESSURE)
    assert issue is not None
    assert issue.dismissed_version is not None
    mock.set_fields({"supply_liquid_pressure": 0.35, "return_liquid_pressure": 0.28})
    await site.polls()
    assert issue_registry.async_get_issue(DOMAIN, PRESSURE) is None
    assert site.state(SUPPLY) == "3.5"


async def test_power_that_cannot_be_true(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """More than 10 MW is unknown, and there is no unit to offer."""
    mock = await site.container(Model.IMMERSION, faithful=True)
    await site.add(mock)
    assert site.state("sensor.north_total_power") == STATE_UNKNOWN
    issue = issue_registry.async_get_issue(DOMAIN, POWER)
    assert issue is not None
    assert not issue.is_fixable
    assert issue_registry.async_get_issue(DOMAIN, PRESSURE) is None
    mock.set_fields({"distribution_box_power": 4.5})
    await site.polls()
    assert issue_registry.async_get_issue(DOMAIN, POWER) is None


@pytest.mark.parametrize("model", [Model.HK3, Model.IMMERSION])
async def test_a_healthy_container_has_none(
    site: Site, issue_registry: ir.IssueRegistry, model: Model
) -> None:
    """Nothing is raised for what a plant usually reports."""
    await site.add(await site.container(model))
    await site.polls(2)
    assert [i for i in issue_registry.issues if i[0] != HOMEASSISTANT_DOMAIN] == []


async def test_removal_withdraws_it(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """No issue is left of a container that is removed."""
    await site.add(await site.container(faithful=True))
    await site.hass.config_entries.async_remove("north")
    assert issue_registry.async_get_issue(DOMAIN, PRESSURE) is None
