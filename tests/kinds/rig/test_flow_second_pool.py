"""The second account of a rig, when it is added and later on."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.pools import Outcome
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant

from .flowing import answer, check, go, labels, policy_input, suggested, to_worker
from .surroundings import (
    BRAIINS,
    OLD_TOKEN,
    TOKEN,
    WALLET,
    Surroundings,
    failed,
    load,
    report,
    rig_entry,
    worker,
)

SECOND = {
    "status_api": "braiins",
    "token": TOKEN,
    "worker_name": "me.rig01",
}


async def change(hass: HomeAssistant, **data: Any) -> ConfigFlowResult:
    """Load a rig and ask to change it."""
    entry = rig_entry(hass, **data)
    await load(hass, entry)
    menu = await entry.start_reconfigure_flow(hass)
    check(menu)
    return menu


async def test_a_rig_with_a_second_account(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Asked for after the first; a worker of the same name is proposed there."""
    around.reports[TOKEN] = report(worker("me.rig01"), worker("me.other"))
    form = await to_worker(hass)
    form = await answer(hass, form, worker_name="rig01", add_second=True)
    assert form["step_id"] == "rig_second_pool"
    form = await answer(hass, form, status_api="braiins")
    assert form["step_id"] == "rig_second_account"
    form = await answer(hass, form, token="wrong", advanced={})
    assert form["errors"] == {"base": "pool_auth"}
    form = await answer(hass, form, token=TOKEN, advanced={})
    assert form["step_id"] == "rig_second_worker"
    assert suggested(form) == {"worker_name": "me.rig01"}
    form = await answer(hass, form, worker_name="me.rig01")
    form = await go(hass, form, "rig_no_outlet")
    result = await answer(hass, form, **policy_input())
    assert result["data"]["wallet"] == WALLET
    assert result["data"]["worker_name"] == "rig01"
    assert result["data"]["second_pool"] == SECOND
    assert result["title"] == "rig01"


async def test_a_backup_that_its_pool_does_not_know_yet(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Many pools know an account only once it is used: it may be saved."""
    menu = await change(hass)
    form = await go(hass, menu, "rig_second_pool")
    form = await answer(hass, form, status_api="2miners")
    account = {"wallet": "0xbackup", "coin": "rvn", "advanced": {}}
    form = await answer(hass, form, **account)
    assert form["errors"] == {"base": "pool_account_unknown"}
    form = await answer(hass, form, **account, save_anyway=True)
    result = await answer(hass, form, worker_name="rig01")
    await hass.async_block_till_done()
    assert result["reason"] == "reconfigure_successful"
    entry = hass.config_entries.async_entries("mining_farm")[0]
    assert entry.data["second_pool"]["wallet"] == "0xbackup"
    assert entry.data["wallet"] == WALLET


async def test_the_same_worker_twice_is_refused(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Neither its own at the first account, nor that of another rig's second one."""
    around.reports[TOKEN] = report(worker("me.rig01"))
    rig_entry(hass, worker_name="rig02", kasa_outlet_id="o", second_pool=SECOND)
    menu = await change(hass)
    form = await go(hass, menu, "rig_second_pool")
    again = await answer(hass, form, status_api="2miners")
    again = await answer(hass, again, wallet=WALLET, coin="rvn", advanced={})
    assert set(labels(again, "worker_name")) == {"rig03"}
    again = await answer(hass, again, worker_name="rig01")
    assert again["errors"] == {"worker_name": "worker_is_same"}
    again = await answer(hass, again, worker_name="rig02")
    assert again["errors"] == {"worker_name": "worker_in_use"}


async def test_the_second_account_of_another_rig_is_offered(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """A farm has one backup account."""
    around.reports[TOKEN] = report(worker("me.rig01"), worker("me.rig02"))
    other = rig_entry(
        hass,
        worker_name="rig02",
        kasa_outlet_id="other",
        second_pool={**SECOND, "worker_name": "me.rig02"},
    )
    form = await go(hass, await change(hass), "rig_second_pool")
    same = f"{other.entry_id}.1"
    assert labels(form, "status_api")[same] == "Same account as rig02, Braiins Pool"
    form = await answer(hass, form, status_api=same)
    assert set(labels(form, "worker_name")) == {"me.rig01"}


async def test_the_second_account_is_changed_and_removed(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """What is not changed stays; the first account is not touched."""
    around.reports[TOKEN] = report(worker("me.rig01"), worker("me.new"))
    entry = rig_entry(hass, second_pool=SECOND)
    await load(hass, entry)
    menu = await entry.start_reconfigure_flow(hass)
    form = await go(hass, menu, "rig_second_worker")
    assert suggested(form) == {"worker_name": "me.rig01"}
    await answer(hass, form, worker_name="me.new")
    await hass.async_block_till_done()
    assert entry.data["second_pool"] == {**SECOND, "worker_name": "me.new"}
    assert entry.data["worker_name"] == "rig01"
    menu = await entry.start_reconfigure_flow(hass)
    await go(hass, menu, "rig_no_second_pool")
    await hass.async_block_till_done()
    assert "second_pool" not in entry.data
    assert entry.data["wallet"] == WALLET


@pytest.mark.parametrize("outcome", [Outcome.WORKER, Outcome.ACCOUNT_UNKNOWN])
async def test_a_new_token_for_the_second_account(
    hass: HomeAssistant, around: Surroundings, outcome: Outcome
) -> None:
    """Every account that had the refused one gets it, first or second."""
    around.reports[TOKEN] = (
        report(worker("me.rig01"))
        if outcome is Outcome.WORKER
        else failed(Outcome.ACCOUNT_UNKNOWN)
    )
    old = {**SECOND, "token": OLD_TOKEN}
    entry = rig_entry(hass, token="of-the-first", second_pool=old)
    first = rig_entry(
        hass, **{**BRAIINS, "worker_name": "rig02", "kasa_outlet_id": "other"}
    )
    await load(hass, entry)
    entry.async_start_reauth(hass, data={"reason": "second_pool"})
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    form = await hass.config_entries.flow.async_configure(flow["flow_id"])
    check(form)
    assert form["description_placeholders"]["pool"] == "Braiins Pool"
    result = await answer(hass, form, token=TOKEN)
    await hass.async_block_till_done()
    assert result["reason"] == "reauth_successful"
    assert entry.data["second_pool"]["token"] == TOKEN
    assert entry.data["token"] == "of-the-first"
    assert first.data["token"] == TOKEN
