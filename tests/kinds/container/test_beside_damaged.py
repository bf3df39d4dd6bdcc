"""Dialogs and repairs of a container work beside entries that are damaged in every way."""

from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.helpers import issue_registry as ir
from simulators.antspace import AntspaceSimulator, Model
from tests.kinds.damaged import add_damaged_entries

from . import test_flow, test_repairs
from .conftest import Site


async def test_adding_works(site: Site) -> None:
    """As it does alone."""
    add_damaged_entries(site.hass)
    await test_flow.test_add_a_container(site, Model.HK3, "Antspace HK3", "35")


async def test_the_address_of_another_is_still_refused(
    site: Site, north: AntspaceSimulator, south: AntspaceSimulator
) -> None:
    """As it is alone."""
    add_damaged_entries(site.hass)
    await test_flow.test_the_same_container_twice_is_refused(site, north, south)


async def test_repairing_works(
    site: Site, hass_client: ClientSessionGenerator, issue_registry: ir.IssueRegistry
) -> None:
    """As it does alone."""
    add_damaged_entries(site.hass)
    await test_repairs.test_pressures_that_are_not_in_mpa(
        site, hass_client, issue_registry
    )
