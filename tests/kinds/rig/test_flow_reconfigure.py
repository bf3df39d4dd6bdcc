"""Changing what a rig was set up with, each part by itself."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.engines.pools import Outcome
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant

from .flowing import answer, check, fields, go, labels, suggested
from .surroundings import (
    BRAIINS,
    CREDENTIALS,
    HASH,
    LOCKED,
    LOCKED_HOST,
    PLUG_HOST,
    POLICY,
    TOKEN,
    WALLET,
    Surroundings,
    failed,
    linked,
    load,
    miner_entry,
    plug,
    report,
    rig_entry,
    worker,
)

POOLS = ("rig_pool", "rig_worker", "rig_second_pool")


async def change(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Load a rig and ask to change it."""
    await load(hass, entry)
    menu = await entry.start_reconfigure_flow(hass)
    check(menu)
    return menu


def succeeded(result: ConfigFlowResult) -> bool:
    """Return whether a change was stored."""
    return result["reason"] == "reconfigure_successful"


@pytest.mark.parametrize(
    ("data", "with_miner", "offered"),
    [
        ({}, False, [*POOLS, "rig_outlet"]),
        (LOCKED, False, [*POOLS, "rig_outlet", "rig_kasa_auth"]),
        ({}, True, [*POOLS, "rig_outlet", "rig_miner"]),
    ],
)
async def test_only_what_there_is_can_be_changed(
    hass: HomeAssistant,
    around: Surroundings,
    data: dict[str, Any],
    with_miner: bool,
    offered: list[str],
) -> None:
    """No credentials without a lock, no miner without miners."""
    if with_miner:
        miner_entry(hass)
    menu = await change(hass, rig_entry(hass, **data))
    assert menu["menu_options"] == offered


async def test_another_account(hass: HomeAssistant, around: Surroundings) -> None:
    """The worker is asked for as well; outlet, options and title stay."""
    around.reports["0xnew"] = report(worker("garage1"))
    entry = rig_entry(hass)
    before = dict(entry.data)
    form = await go(hass, await change(hass, entry), "rig_pool")
    assert suggested(form) == {"status_api": "2miners"}
    form = await answer(hass, form, status_api="2miners")
    assert suggested(form) == {"wallet": WALLET, "coin": "rvn", "base_url": ""}
    form = await answer(hass, form, wallet="0xnew", coin="kas", advanced={})
    assert form["step_id"] == "rig_worker"
    result = await answer(hass, form, worker_name="garage1")
    await hass.async_block_till_done()
    assert succeeded(result)
    assert entry.data == {
        **before,
        "wallet": "0xnew",
        "coin": "kas",
        "worker_name": "garage1",
    }
    assert entry.options == {**POLICY, "armed": True}
    assert entry.title == "rig01"


async def test_another_pool_in_place(hass: HomeAssistant, around: Surroundings) -> None:
    """The old one has closed for good: nothing of its account is left."""
    around.reports[TOKEN] = report(worker("me.rig01"))
    entry = rig_entry(hass)
    form = await go(hass, await change(hass, entry), "rig_pool")
    form = await answer(hass, form, status_api="braiins")
    assert suggested(form) == {}
    form = await answer(hass, form, token=TOKEN, advanced={})
    result = await answer(hass, form, worker_name="rig01")
    await hass.async_block_till_done()
    assert succeeded(result)
    assert entry.data["status_api"] == "braiins"
    assert entry.data["token"] == TOKEN
    assert entry.data["worker_name"] == "me.rig01"
    assert "wallet" not in entry.data
    assert "coin" not in entry.data
    assert entry.data["kasa_outlet_id"] == "80060A"


async def test_a_token_left_empty_is_kept(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """It is not shown, and not lost; another pool does not get it."""
    around.reports[TOKEN] = report(worker("rig01"))
    entry = rig_entry(hass, **{**BRAIINS, "token": TOKEN})
    form = await go(hass, await change(hass, entry), "rig_pool")
    form = await answer(hass, form, status_api="braiins")
    assert not fields(form)["token"].get("required")
    address = {"base_url": "http://mirror.lan"}
    form = await answer(hass, form, advanced=address)
    result = await answer(hass, form, worker_name="rig01")
    await hass.async_block_till_done()
    assert succeeded(result)
    assert entry.data["token"] == TOKEN
    assert entry.data["base_url"] == "http://mirror.lan"

    form = await go(hass, await change(hass, entry), "rig_pool")
    form = await answer(hass, form, status_api="f2pool")
    assert fields(form)["token"]["required"]


async def test_another_worker(hass: HomeAssistant, around: Surroundings) -> None:
    """Its own name is in the list; that of another rig is not."""
    rig_entry(hass, worker_name="rig03", kasa_outlet_id="other")
    entry = rig_entry(hass)
    form = await go(hass, await change(hass, entry), "rig_worker")
    assert suggested(form) == {"worker_name": "rig01"}
    assert set(labels(form, "worker_name")) == {"rig01", "rig02"}
    form = await answer(hass, form, worker_name="rig03")
    assert form["errors"] == {"worker_name": "worker_in_use"}
    result = await answer(hass, form, worker_name="rig02")
    await hass.async_block_till_done()
    assert succeeded(result)
    assert entry.data["worker_name"] == "rig02"


async def test_another_worker_while_the_pool_is_silent(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The form says so, and takes what is typed."""
    around.reports[WALLET] = failed(Outcome.UNREACHABLE)
    entry = rig_entry(hass)
    form = await go(hass, await change(hass, entry), "rig_worker")
    assert form["errors"] == {"base": "pool_unreachable"}
    assert succeeded(await answer(hass, form, worker_name="rig07"))
    await hass.async_block_till_done()
    assert entry.data["worker_name"] == "rig07"


async def test_another_outlet(hass: HomeAssistant, around: Surroundings) -> None:
    """From a plug to a switch, and nothing of the plug is left."""
    hass.states.async_set("switch.garage", "on")
    entry = rig_entry(hass, **LOCKED)
    menu = await go(hass, await change(hass, entry), "rig_outlet")
    form = await go(hass, menu, "rig_switch")
    result = await answer(hass, form, switch_entity_id="switch.garage")
    await hass.async_block_till_done()
    assert succeeded(result)
    assert {k: v for k, v in entry.data.items() if "kasa" in k} == {}
    assert entry.data["outlet"] == "switch"


async def test_the_same_outlet_at_another_address(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """It may be chosen again by the rig that has it."""
    new_host = "192.168.1.77"
    around.devices = {new_host: plug(host=new_host)}
    entry = rig_entry(hass)
    menu = await go(hass, await change(hass, entry), "rig_outlet")
    form = await go(hass, menu, "rig_kasa")
    assert suggested(form) == {"host": PLUG_HOST}
    form = await answer(hass, form, host=PLUG_HOST)
    assert form["errors"] == {"base": "outlet_unreachable"}
    form = await answer(hass, form, host=new_host)
    assert suggested(form) == {"kasa_outlet_id": "80060A"}
    assert succeeded(await answer(hass, form, kasa_outlet_id="80060A"))
    await hass.async_block_till_done()
    assert entry.data["kasa_device_ip"] == new_host


async def test_no_outlet_any_more(hass: HomeAssistant, around: Surroundings) -> None:
    """Watched only from now on."""
    entry = rig_entry(hass)
    menu = await go(hass, await change(hass, entry), "rig_outlet")
    assert succeeded(await go(hass, menu, "rig_no_outlet"))
    await hass.async_block_till_done()
    assert entry.data["outlet"] == "none"
    assert "kasa_outlet_id" not in entry.data


async def test_other_credentials(hass: HomeAssistant, around: Surroundings) -> None:
    """Tried at the plug before they are stored as a hash."""
    entry = rig_entry(hass, **LOCKED)
    form = await go(hass, await change(hass, entry), "rig_kasa_auth")
    assert form["description_placeholders"]["host"] == LOCKED_HOST
    form = await answer(hass, form, username="you@example.com", password="wrong")
    assert form["errors"] == {"base": "outlet_auth"}
    form = await answer(hass, form, **CREDENTIALS)
    assert succeeded(await answer(hass, form, kasa_outlet_id="80062C"))
    await hass.async_block_till_done()
    assert entry.data["kasa_credentials_hash"] == HASH


@pytest.mark.parametrize("linked", [True, False])
async def test_the_linked_miner(
    hass: HomeAssistant, around: Surroundings, linked: bool
) -> None:
    """Linked, and left empty to unlink it."""
    miner = miner_entry(hass)
    entry = rig_entry(hass, miner_entry=None if linked else miner.entry_id)
    form = await go(hass, await change(hass, entry), "rig_miner")
    assert suggested(form) == ({} if linked else {"miner_entry": miner.entry_id})
    user_input = {"miner_entry": miner.entry_id} if linked else {}
    assert succeeded(await answer(hass, form, **user_input))
    await hass.async_block_till_done()
    assert entry.data.get("miner_entry") == (miner.entry_id if linked else None)


async def test_a_miner_of_another_rig(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Not asked for while there is no other; refused where it was taken meanwhile."""
    taken = miner_entry(hass)
    rig_entry(hass, worker_name="other", kasa_outlet_id="other", **linked(taken))
    entry = rig_entry(hass)
    menu = await change(hass, entry)
    assert "rig_miner" not in menu["menu_options"]
    free = miner_entry(hass)
    form = await go(hass, await change(hass, entry), "rig_miner")
    assert set(labels(form, "miner_entry")) == {free.entry_id}
    rig_entry(hass, worker_name="fast", kasa_outlet_id="fast", **linked(free))
    form = await answer(hass, form, **linked(free))
    assert form["errors"] == {"miner_entry": "miner_in_use"}
    assert form["description_placeholders"] == {"rig": "fast"}


async def test_a_linked_miner_that_was_removed(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """It can be unlinked, and is not in the way."""
    entry = rig_entry(hass, miner_entry="gone")
    form = await go(hass, await change(hass, entry), "rig_miner")
    assert suggested(form) == {}
    assert succeeded(await answer(hass, form))
    await hass.async_block_till_done()
    assert "miner_entry" not in entry.data
