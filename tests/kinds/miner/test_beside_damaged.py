"""Every dialog of a miner works beside entries that are damaged in every way."""

from collections.abc import Awaitable, Callable

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import SOURCE_DHCP
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from tests.kinds.damaged import add_damaged_entries

from . import test_flow, test_flow_axeos, test_flow_many
from .axes import Axes
from .conftest import HOST, FakeMiners, snapshot
from .test_flow import FORMATTED_MAC, MAC, NEW_HOST


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


@pytest.mark.parametrize("by", ["mac", "serial number"])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("host", None), ("host", 7.5), ("host", [])),
        *(("port", None), ("port", "4028"), ("port", 0)),
    ],
)
async def test_the_damaged_entry_of_a_miner_is_left_where_it_is(
    hass: HomeAssistant, miners: FakeMiners, by: str, key: str, value: object
) -> None:
    """A DHCP request of that very miner ends in words, whatever its entry is known by."""
    miners.answers[NEW_HOST] = snapshot()
    profile = {"hardware_id": snapshot().hardware_id}
    data = {"kind": "miner", "host": HOST, "port": 4028, "profile": profile}
    del data[key]
    if value is not None:
        data[key] = value
    entry = MockConfigEntry(
        domain=DOMAIN, unique_id=FORMATTED_MAC if by == "mac" else None, data=data
    )
    entry.add_to_hass(hass)
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_DHCP},
        data=DhcpServiceInfo(ip=NEW_HOST, hostname="antminer", macaddress=MAC),
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["reason"] == "already_configured"
    assert entry.data.get(key) == value
    assert entry.data.get("host") != NEW_HOST


@pytest.mark.parametrize(
    "scenario", [test_flow_axeos.test_a_miner_that_announces_itself_is_offered]
)
async def test_an_announcement_works(
    axes: Axes, scenario: Callable[[Axes], Awaitable[None]]
) -> None:
    """As it does alone."""
    add_damaged_entries(axes.hass)
    await scenario(axes)
