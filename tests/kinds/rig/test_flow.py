"""Adding a rig: pool, account, worker, policy."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.pools import POOLS
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .flowing import (
    answer,
    choose,
    fields,
    go,
    labels,
    policy_input,
    suggested,
    to_account,
    to_worker,
)
from .surroundings import (
    NOW,
    PLUG_HOST,
    POLICY,
    TOKEN,
    WALLET,
    Surroundings,
    linked,
    miner_entry,
    report,
    rig_entry,
    worker,
)


@pytest.mark.freeze_time(NOW)
async def test_add_a_rig(hass: HomeAssistant, around: Surroundings) -> None:
    """From the pool to an entry that rehearses."""
    form = await choose(hass, "rig")
    assert form["step_id"] == "rig_pool"
    form = await answer(hass, form, status_api="2miners")
    assert set(fields(form)) == {"wallet", "coin", "advanced", "base_url"}
    form = await answer(hass, form, wallet=f" {WALLET} ", coin="rvn", advanced={})
    assert labels(form, "worker_name") == {
        "rig01": "rig01, last share 1 min ago",
        "rig02": "rig02, last share 3 h ago",
        "rig03": "rig03",
    }
    menu = await answer(hass, form, worker_name="rig01")
    form = await go(hass, menu, "rig_kasa")
    form = await answer(hass, form, host=PLUG_HOST)
    form = await answer(hass, form, kasa_outlet_id="80060A")
    assert form["step_id"] == "rig_policy"
    result = await answer(hass, form, **policy_input(armed=False))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "rig01"
    assert result["result"].unique_id is None
    assert result["data"] == {
        "kind": "rig",
        "status_api": "2miners",
        "wallet": WALLET,
        "coin": "rvn",
        "worker_name": "rig01",
        "outlet": "kasa",
        "kasa_device_ip": PLUG_HOST,
        "kasa_device_id": "80060A",
        "kasa_outlet_id": "80060A",
        "kasa_measures": True,
    }
    assert result["options"] == {**POLICY, "armed": False}


async def test_armed_from_the_start(hass: HomeAssistant, around: Surroundings) -> None:
    """Only if the user ticks it; then the values are his."""
    menu = await answer(hass, await to_worker(hass), worker_name="rig01")
    form = await answer(hass, await go(hass, menu, "rig_kasa"), host=PLUG_HOST)
    form = await answer(hass, form, kasa_outlet_id="80060A")
    assert fields(form)["armed"]["default"] is False
    result = await answer(
        hass, form, **policy_input(armed=True, time_until_offline=20, no_draw_below=30)
    )
    assert result["options"] == {
        **POLICY,
        "armed": True,
        "time_until_offline": 20,
        "no_draw_below": 30,
    }


async def test_another_rig_of_the_same_account(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """One click in place of wallet, coin and token; offered once for each account."""
    around.reports["me"] = report(worker("rig11"), worker("rig12"))
    f2pool = {
        "status_api": "f2pool",
        "wallet": "me",
        "coin": "bitcoin",
        "token": TOKEN,
    }
    rig_entry(hass, worker_name="rig10", kasa_outlet_id="10", **f2pool)
    newer = rig_entry(hass, worker_name="rig11", kasa_outlet_id="11", **f2pool)
    form = await choose(hass, "rig")
    offered = labels(form, "status_api")
    assert next(iter(offered)) == newer.entry_id
    assert offered[newer.entry_id] == "Same account as rig11, F2Pool"
    assert len(offered) == len(POOLS) + 1
    form = await answer(hass, form, status_api=newer.entry_id)
    assert form["step_id"] == "rig_worker"
    assert set(labels(form, "worker_name")) == {"rig12"}
    menu = await answer(hass, form, worker_name="rig12")
    form = await go(hass, menu, "rig_no_outlet")
    result = await answer(hass, form, **policy_input())
    assert result["data"] == {
        "kind": "rig",
        **f2pool,
        "worker_name": "rig12",
        "outlet": "none",
    }


async def test_a_rig_that_is_only_watched(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """There is nothing to arm."""
    menu = await answer(hass, await to_worker(hass), worker_name="rig01")
    form = await go(hass, menu, "rig_no_outlet")
    assert "armed" not in fields(form)
    result = await answer(hass, form, **policy_input())
    assert result["data"]["outlet"] == "none"
    assert result["options"] == {**POLICY, "armed": False}


@pytest.mark.parametrize("linked", [True, False])
async def test_a_linked_miner(
    hass: HomeAssistant, around: Surroundings, linked: bool
) -> None:
    """Asked for only where there are miners, and never required."""
    miner = miner_entry(hass)
    rig_entry(hass, worker_name="other", kasa_outlet_id="other")
    menu = await answer(hass, await to_worker(hass), worker_name="rig01")
    form = await go(hass, menu, "rig_no_outlet")
    assert form["step_id"] == "rig_miner"
    assert labels(form, "miner_entry") == {miner.entry_id: "Antminer S9 rig01"}
    assert suggested(form) == {"miner_entry": miner.entry_id}
    user_input = {"miner_entry": miner.entry_id} if linked else {}
    form = await answer(hass, form, **user_input)
    result = await answer(hass, form, **policy_input())
    assert result["data"].get("miner_entry") == (miner.entry_id if linked else None)


async def test_a_miner_is_linked_to_one_rig(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Not offered to a second one, and refused where another flow was faster."""
    taken, free = miner_entry(hass), miner_entry(hass)
    rig_entry(hass, worker_name="other", kasa_outlet_id="other", **linked(taken))
    menu = await answer(hass, await to_worker(hass), worker_name="rig01")
    form = await go(hass, menu, "rig_no_outlet")
    assert set(labels(form, "miner_entry")) == {free.entry_id}
    another = await answer(hass, await to_worker(hass), worker_name="rig02")
    assert suggested(await go(hass, another, "rig_no_outlet")) == {}
    rig_entry(hass, worker_name="fast", kasa_outlet_id="fast", **linked(free))
    form = await answer(hass, form, **linked(free))
    assert form["errors"] == {"miner_entry": "miner_in_use"}
    assert form["description_placeholders"] == {"rig": "fast"}
    form = await answer(hass, form)
    result = await answer(hass, form, **policy_input())
    assert "miner_entry" not in result["data"]


async def test_a_miner_that_another_flow_linked_last(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Nothing is left to choose at the end, so the rig is not added."""
    miner = miner_entry(hass)
    menu = await answer(hass, await to_worker(hass), worker_name="rig01")
    form = await go(hass, menu, "rig_no_outlet")
    form = await answer(hass, form, **linked(miner))
    rig_entry(hass, worker_name="fast", kasa_outlet_id="fast", **linked(miner))
    result = await answer(hass, form, **policy_input())
    assert result["reason"] == "rig_already_configured"


@pytest.mark.parametrize("pool", sorted(POOLS))
async def test_every_pool_proposes_a_policy_that_its_form_takes(
    hass: HomeAssistant, around: Surroundings, pool: str
) -> None:
    """The defaults of the pool, within the limits of the fields."""
    # Some want a key and its secret.
    token = f"{TOKEN}:secret"
    around.reports["me"] = around.reports[token] = report(worker("rig01"))
    form = await to_account(hass, pool)
    filled: dict[str, Any] = {
        "wallet": "me",
        "user_name": "me",
        "coin": "coin",
        "token": token,
        "base_url": "http://pool.lan",
    }
    shown = fields(form)
    user_input = {name: value for name, value in filled.items() if name in shown}
    if "advanced" in shown:
        user_input["advanced"] = {"base_url": user_input.pop("base_url")}
    form = await answer(hass, form, **user_input)
    menu = await answer(hass, form, worker_name="rig01")
    form = await go(hass, menu, "rig_no_outlet")
    proposed = suggested(form)
    minutes = POOLS[pool].defaults.time_until_offline.total_seconds() / 60
    assert proposed["time_until_offline"] == minutes
    assert proposed["power_cycle_on_delay"] == 3
    result = await answer(hass, form, **policy_input(**proposed))
    assert result["options"] == {**proposed, "armed": False}
