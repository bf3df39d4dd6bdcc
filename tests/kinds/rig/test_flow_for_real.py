"""The config flow against simulated pools and strips, on real sockets."""

from collections.abc import AsyncIterator
import json

import pytest

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator
from simulators.pool.simulator import ACCOUNT
from tests.engines.power.klap_device import KlapDevice
from tests.simulators.kasa.conftest import free_host

from .flowing import answer, choose, go, labels, policy_input


@pytest.fixture
async def pools(loopback: None) -> AsyncIterator[PoolSimulator]:
    """Two pools that see the shares of two rigs."""
    dialects = ("2miners", "flexpool")
    async with PoolSimulator(["rig01", "rig02"], dialects=dialects) as pools:
        yield pools


@pytest.fixture
async def strip(loopback: None) -> AsyncIterator[KasaSimulator]:
    """A strip of six outlets, each of which feeds 800 W."""
    async with KasaSimulator("hs300", free_host(), watts=lambda _: 800.0) as strip:
        yield strip


async def unload(hass: HomeAssistant) -> None:
    """Let go of pools and plugs."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        assert entry.state is ConfigEntryState.LOADED
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_add_a_rig(
    hass: HomeAssistant, pools: PoolSimulator, strip: KasaSimulator
) -> None:
    """From the pool's own list to an outlet that shows what it feeds, and a live entry."""
    form = await choose(hass, "rig")
    form = await answer(hass, form, status_api="2miners")
    server = {"base_url": pools.url("2miners")}
    form = await answer(hass, form, wallet="0xstranger", coin="etc", advanced=server)
    assert form["errors"] == {"base": "pool_account_unknown"}
    form = await answer(hass, form, wallet=ACCOUNT, coin="etc", advanced=server)
    assert labels(form, "worker_name") == {
        "rig01": "rig01, last share 0 min ago",
        "rig02": "rig02, last share 0 min ago",
    }
    menu = await answer(hass, form, worker_name="rig02")
    form = await go(hass, menu, "rig_kasa")
    form = await answer(hass, form, host=strip.host)
    outlets = labels(form, "kasa_outlet_id")
    assert len(outlets) == 6
    assert all(label.endswith(": on, 800 W") for label in outlets.values())
    form = await answer(hass, form, kasa_outlet_id=list(outlets)[1])
    result = await answer(hass, form, **policy_input(armed=False))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert hass.states.get("sensor.rig02_state") is not None
    await unload(hass)


async def test_a_newer_plug_is_opened_with_its_account(
    hass: HomeAssistant, pools: PoolSimulator, loopback: None
) -> None:
    """Asked for only then; what is stored opens it without the password."""
    async with KlapDevice(free_host()) as plug:
        form = await choose(hass, "rig")
        form = await answer(hass, form, status_api="2miners")
        server = {"base_url": pools.url("2miners")}
        form = await answer(hass, form, wallet=ACCOUNT, coin="etc", advanced=server)
        menu = await answer(hass, form, worker_name="rig01")
        form = await go(hass, menu, "rig_kasa")
        form = await answer(hass, form, host=plug.host)
        assert form["step_id"] == "rig_kasa_auth"
        account = {"username": "me@example.com", "password": "wrong horse"}
        form = await answer(hass, form, **account)
        assert form["errors"] == {"base": "outlet_auth"}
        form = await answer(hass, form, **{**account, "password": "correct horse"})
        ((outlet_id, label),) = labels(form, "kasa_outlet_id").items()
        assert label.startswith("Heater: on")
        form = await answer(hass, form, kasa_outlet_id=outlet_id)
        result = await answer(hass, form, **policy_input(armed=False))
        await hass.async_block_till_done(wait_background_tasks=True)
        data = result["result"].data
        assert data["kasa_device_id"] == plug.device_id
        assert "horse" not in json.dumps(dict(data))
        plug.on[0] = False
        await hass.services.async_call(
            "switch", "turn_on", {"entity_id": "switch.rig01_power"}, blocking=True
        )
        assert plug.on == [True]
        await unload(hass)


async def test_import_a_file_of_a_pool_that_has_closed(
    hass: HomeAssistant, strip: KasaSimulator, issue_registry: ir.IssueRegistry
) -> None:
    """It becomes an entry all the same; nothing is sent, and a repair names pools."""
    file = {
        "status_api": "flexpool",
        "wallet": ACCOUNT,
        "worker_name": "rig01",
        "kasa_device_ip": strip.host,
        "smart_strip_plug_number": "0",
    }
    form = await choose(hass, "rig_import")
    result = await answer(
        hass, form, rigs=json.dumps(file), armed=False, kasa_account={}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.data["coin"] == "eth"
    issue_id = f"rig_pool_closed_{entry.entry_id}"
    issue = issue_registry.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert "2Miners" in issue.translation_placeholders["others"]
    await unload(hass)


async def test_import_a_file(
    hass: HomeAssistant, pools: PoolSimulator, strip: KasaSimulator
) -> None:
    """A file as it was for a pool that has closed, at a server that stands in for it."""
    common = {
        "status_api": "flexpool",
        "wallet": ACCOUNT,
        "coin": "etc",
        "kasa_device_ip": strip.host,
        "base_url": pools.url("flexpool"),
    }
    file = [
        {**common, "worker_name": "rig01", "smart_strip_plug_name": "outlet 1"},
        {**common, "worker_name": "rig02", "smart_strip_plug_number": 5},
    ]
    form = await choose(hass, "rig_import")
    result = await answer(
        hass, form, rigs=json.dumps(file), armed=False, kasa_account={}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entries = hass.config_entries.async_entries(DOMAIN)
    ids = {entry.title: entry.data["kasa_outlet_id"] for entry in entries}
    assert set(ids) == {"rig01", "rig02"}
    assert ids["rig01"].endswith(f"{strip.serial}00")
    assert ids["rig02"].endswith(f"{strip.serial}05")
    await unload(hass)
