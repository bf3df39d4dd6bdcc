"""Adding the miners that containers list."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.members import (
    ContainerFacts,
    Member,
    async_members,
)
from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .conftest import FakeMiners
from .test_flow import answer, choose
from .test_flow_many import farm


def container(hass: HomeAssistant, *hosts: str) -> MockConfigEntry:
    """Let a container's entry list miners at these addresses."""
    entry = MockConfigEntry(domain=DOMAIN, title="North", data={"kind": "container"})
    entry.add_to_hass(hass)
    facts = ContainerFacts(fresh=True, miner_hosts=frozenset(hosts))
    async_members(hass).add(
        Member(entry_id=entry.entry_id, name=entry.title, facts=lambda: facts)
    )
    return entry


def asked(form: ConfigFlowResult) -> list[str]:
    """Return the fields of a form."""
    schema = form["data_schema"]
    assert schema is not None
    return [str(field) for field in schema.schema]


async def test_its_miners_are_scanned(hass: HomeAssistant, miners: FakeMiners) -> None:
    """Ticked containers add their miners' addresses to those that are typed."""
    miners.answers = farm(4)
    north = container(hass, "10.0.0.1", "10.0.0.2")
    form = await choose(hass, "miner_many")
    assert asked(form) == ["containers", "addresses", "port"]
    result = await answer(
        hass, form, containers=[north.entry_id], addresses="10.0.0.2-3", port=4028
    )
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    await hass.async_block_till_done()
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert result["step_id"] == "miner_pick"
    assert sorted(miners.polls) == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


async def test_neither_containers_nor_addresses(
    hass: HomeAssistant, miners: FakeMiners
) -> None:
    """Nothing to scan is a slip, and the form stays."""
    container(hass, "10.0.0.1")
    form = await choose(hass, "miner_many")
    result = await answer(hass, form, port=4028)
    assert result["errors"] == {"addresses": "no_targets"}
    assert miners.polls == []


@pytest.mark.parametrize("hosts", [(), ("10.0.0.1",)])
async def test_nothing_new_is_not_offered(
    hass: HomeAssistant, hosts: tuple[str, ...]
) -> None:
    """A container whose miners are all added, or that lists none, is not shown."""
    MockConfigEntry(
        domain=DOMAIN, data={"kind": "miner", "host": "10.0.0.1", "port": 4028}
    ).add_to_hass(hass)
    container(hass, *hosts)
    assert asked(await choose(hass, "miner_many")) == ["addresses", "port"]
