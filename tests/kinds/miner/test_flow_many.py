"""Adding many miners in one flow."""

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    MinerCollector,
    MinerError,
    MinerSnapshot,
)
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import (
    EVENT_DATA_ENTRY_FLOW_PROGRESSED,
    FlowResultType,
)
from homeassistant.util import dt as dt_util
from tests.kinds.late_dialog import go_on_late

from .conftest import HOST, FakeMiners, set_up, snapshot
from .test_flow import answer, choose


async def scan(hass: HomeAssistant, addresses: str) -> ConfigFlowResult:
    """Ask for a scan and wait for its end."""
    form = await choose(hass, "miner_many")
    result = await answer(hass, form, addresses=addresses, port=4028)
    if result["type"] is FlowResultType.SHOW_PROGRESS:
        await hass.async_block_till_done()
        result = await hass.config_entries.flow.async_configure(result["flow_id"])
    return result


def defaults(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form proposes."""
    schema = form["data_schema"]
    assert schema is not None
    proposed: dict[str, Any] = schema({})
    return proposed


def farm(count: int) -> dict[str, MinerSnapshot | MinerError]:
    """Return that many different miners from 10.0.0.1 on."""
    return {
        f"10.0.0.{number}": snapshot(hardware_id=f"id{number}", pools=())
        for number in range(1, count + 1)
    }


async def test_scan_tick_and_add(hass: HomeAssistant, miners: FakeMiners) -> None:
    """What answered is offered, what is ticked becomes one entry each."""
    miners.answers = farm(4)
    result = await scan(hass, "10.0.0.1-6, 10.0.0.4\n10.0.1.0/30")
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "miner_pick"
    assert result["description_placeholders"] == {"count": "4"}
    assert sorted(miners.polls) == [
        *(f"10.0.0.{number}" for number in range(1, 7)),
        "10.0.1.1",
        "10.0.1.2",
    ]
    result = await answer(
        hass,
        result,
        miners=["10.0.0.1", "10.0.0.2", "10.0.0.4"],
        detail="standard",
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entries = hass.config_entries.async_entries(DOMAIN)
    assert sorted(entry.data["host"] for entry in entries) == [
        "10.0.0.1",
        "10.0.0.2",
        "10.0.0.4",
    ]
    assert {entry.state.value for entry in entries} == {"loaded"}


async def test_pasted_addresses_are_scanned(
    hass: HomeAssistant, miners: FakeMiners
) -> None:
    """Pages, ports that are the scan's own, and brackets; no other port is dropped."""
    miners.answers = farm(4)
    result = await scan(
        hass, "http://10.0.0.1/, 10.0.0.2:4028; [fd00::5] https://10.0.0.3:8443"
    )
    assert result["step_id"] == "miner_pick"
    assert sorted(miners.polls) == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::5"]
    result = await scan(hass, "10.0.0.4:4029")
    assert result["errors"] == {"addresses": "not_a_target"}
    assert result["description_placeholders"]["part"] == "10.0.0.4:4029"


async def test_210_miners_in_one_flow(hass: HomeAssistant, miners: FakeMiners) -> None:
    """A farm is added in one go, with farm detail proposed."""
    miners.answers = farm(210)
    result = await scan(hass, "10.0.0.0/24")
    proposed = defaults(result)
    assert len(proposed["miners"]) == 210
    assert proposed["detail"] == "farm"
    await answer(hass, result, **proposed)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 210
    assert len(hass.states.async_all()) <= 210 * 6


async def test_known_miners_are_not_offered_again(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """A second scan shows what is new, and says so when nothing is."""
    await set_up(hass, entry)
    result = await scan(hass, HOST)
    assert result["step_id"] == "miner_many"
    assert result["errors"] == {"base": "all_known"}
    miners.answers["10.0.0.9"] = snapshot(hardware_id="new")
    result = await answer(hass, result, addresses=f"{HOST} 10.0.0.9", port=4028)
    await hass.async_block_till_done()
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert defaults(result)["miners"] == ["10.0.0.9"]


async def test_nothing_found_goes_back_to_the_addresses(
    hass: HomeAssistant, miners: FakeMiners
) -> None:
    """The text is kept for the next try."""
    result = await scan(hass, "10.9.9.1-3")
    assert result["errors"] == {"base": "none_found"}
    suggested = {
        str(key): key.description["suggested_value"]
        for key in result["data_schema"].schema
    }
    assert suggested["addresses"] == "10.9.9.1-3"
    result = await answer(hass, result, addresses=HOST, port=4028)
    await hass.async_block_till_done()
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert result["step_id"] == "miner_pick"
    result = await answer(hass, result, miners=[], detail="standard")
    assert result["errors"] == {"miners": "none_picked"}
    result = await answer(hass, result, miners=[HOST], detail="standard")
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("addresses", "error", "part"),
    [
        ("10.0.0.1, 10.0.0.300", "not_a_target", "10.0.0.300"),
        ("10.0.0.9-3", "not_a_target", "10.0.0.9-3"),
        ("10.0.0.0/99", "not_a_target", "10.0.0.0/99"),
        ("rig_1!", "not_a_target", "rig_1!"),
        ("10.0.0.0/8", "too_many_targets", ""),
        (" ,\n ", "no_targets", ""),
    ],
)
async def test_slips_are_named_and_nothing_is_scanned(
    hass: HomeAssistant, miners: FakeMiners, addresses: str, error: str, part: str
) -> None:
    """The part that cannot be read is in the message."""
    result = await scan(hass, addresses)
    assert result["errors"] == {"addresses": error}
    assert result["description_placeholders"]["part"] == part
    assert miners.polls == []


async def test_leaving_stops_the_scan(hass: HomeAssistant, miners: FakeMiners) -> None:
    """A closed dialog leaves no scan behind."""
    asked, stopped = asyncio.Event(), asyncio.Event()

    async def never(self: MinerCollector) -> None:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    with patch.object(MinerCollector, "async_poll", never):
        form = await choose(hass, "miner_many")
        result = await answer(hass, form, addresses=HOST, port=4028)
        assert result["type"] is FlowResultType.SHOW_PROGRESS
        await asyncio.wait_for(asked.wait(), 10)
        hass.config_entries.flow.async_abort(result["flow_id"])
        await asyncio.wait_for(stopped.wait(), 10)


async def test_a_dialog_that_opens_after_the_end_of_the_scan(
    hass: HomeAssistant, miners: FakeMiners
) -> None:
    """A scan that ends before the dialog listens still goes on to the miners."""
    form = await choose(hass, "miner_many")
    progress = await answer(hass, form, addresses=HOST, port=4028)
    assert progress["type"] is FlowResultType.SHOW_PROGRESS
    assert (await go_on_late(hass, progress))["step_id"] == "miner_pick"


async def test_who_leaves_after_the_end_of_the_scan(
    hass: HomeAssistant, miners: FakeMiners
) -> None:
    """A flow that is gone is announced no more."""
    form = await choose(hass, "miner_many")
    progress = await answer(hass, form, addresses=HOST, port=4028)
    await hass.async_block_till_done()
    hass.config_entries.flow.async_abort(progress["flow_id"])
    announced = async_capture_events(hass, EVENT_DATA_ENTRY_FLOW_PROGRESSED)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2))
    await hass.async_block_till_done()
    assert announced == []
