"""Every dialog of a miner works beside entries that are damaged in every way."""

from collections.abc import Awaitable, Callable

import pytest

from homeassistant.core import HomeAssistant
from tests.kinds.damaged import add_damaged_entries

from . import test_flow, test_flow_axeos, test_flow_many
from .axes import Axes
from .conftest import FakeMiners


@pytest.mark.parametrize(
    "scenario",
    [
        test_flow.test_add_a_miner,
        test_flow.test_dhcp_offers_a_new_miner,
        test_flow_many.test_pasted_addresses_are_scanned,
    ],
)
async def test_it_works(
    hass: HomeAssistant,
    miners: FakeMiners,
    scenario: Callable[[HomeAssistant, FakeMiners], Awaitable[None]],
) -> None:
    """As it does alone."""
    add_damaged_entries(hass)
    await scenario(hass, miners)


@pytest.mark.parametrize(
    "scenario", [test_flow_axeos.test_a_miner_that_announces_itself_is_offered]
)
async def test_an_announcement_works(
    axes: Axes, scenario: Callable[[Axes], Awaitable[None]]
) -> None:
    """As it does alone."""
    add_damaged_entries(axes.hass)
    await scenario(axes)
