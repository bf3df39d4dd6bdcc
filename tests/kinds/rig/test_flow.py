"""Adding a rig: pool, account, worker, policy."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.pools import POOLS, Outcome, Service
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .flowing import (
    NOW,
    PLUG_HOST,
    POLICY,
    TOKEN,
    WALLET,
    Surroundings,
    answer,
    choose,
    failed,
    fields,
    go,
    labels,
    miner_entry,
    policy_input,
    report,
    rig_entry,
    suggested,
    worker,
)

ACCOUNT = {"wallet": WALLET, "coin": "rvn", "advanced": {}}


async def to_account(hass: HomeAssistant, pool: str = "2miners") -> ConfigFlowResult:
    """Go to the account of a new rig."""
    form = await choose(hass, "rig")
    return await answer(hass, form, status_api=pool)


async def to_worker(hass: HomeAssistant) -> ConfigFlowResult:
    """Go to the worker of a new rig."""
    form = await to_account(hass)
    form = await answer(hass, form, **ACCOUNT)
    assert form["step_id"] == "rig_worker"
    return form


async def finish(hass: HomeAssistant, form: ConfigFlowResult) -> ConfigFlowResult:
    """Go on from the worker with no outlet and the proposed policy."""
    form = await answer(hass, form, worker_name="rig01")
    form = await go(hass, form, "rig_no_outlet")
    return await answer(hass, form, **policy_input())


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


async def test_pools_tell_their_state(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Those that serve come first; closed ones say what they need."""
    form = await choose(hass, "rig")
    offered = labels(form, "status_api")
    assert set(offered) == set(POOLS)
    assert offered["2miners"] == "2Miners"
    assert offered["flexpool"] == "Flexpool (closed; needs your own server)"
    assert offered["hiveon"] == "Hiveon (may be closed)"
    states = [POOLS[key].service for key in offered]
    assert states == sorted(
        states, key=[Service.ALIVE, Service.UNKNOWN, Service.CLOSED].index
    )


async def test_a_closed_pool_needs_a_server(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Without one the form is not even accepted; with one it works as any other."""
    form = await to_account(hass, "flexpool")
    assert fields(form)["base_url"]["required"]
    account: dict[str, Any] = {"wallet": WALLET, "coin": "etc"}
    form = await answer(hass, form, **account, base_url=" ")
    assert form["errors"] == {"base": "field_missing"}
    form = await answer(hass, form, **account, base_url="ftp://stand-in.lan")
    assert form["errors"] == {"base": "invalid_url"}
    assert around.asked == []
    form = await answer(hass, form, **account, base_url="http://stand-in.lan/{coin}")
    assert around.asked[0].base_url == "http://stand-in.lan/{coin}"
    result = await finish(hass, form)
    assert result["data"]["base_url"] == "http://stand-in.lan/{coin}"


@pytest.mark.parametrize(
    ("pool", "shown", "required"),
    [
        pytest.param("ckpool", {"wallet"}, {"wallet"}, id="wallet"),
        pytest.param(
            "f2pool",
            {"user_name", "coin", "token"},
            {"user_name", "coin", "token"},
            id="name, coin and token",
        ),
        pytest.param(
            "f2pool_v1",
            {"user_name", "coin", "token"},
            {"user_name", "coin"},
            id="token if set",
        ),
        pytest.param("braiins", {"token"}, {"token"}, id="token only"),
        pytest.param(
            "miningcore",
            {"wallet", "coin", "base_url"},
            {"wallet", "coin", "base_url"},
            id="own server",
        ),
    ],
)
async def test_each_pool_asks_for_what_it_needs(
    hass: HomeAssistant,
    around: Surroundings,
    pool: str,
    shown: set[str],
    required: set[str],
) -> None:
    """Nothing more, and another server out of sight."""
    form = await to_account(hass, pool)
    found = fields(form)
    advanced = {"advanced", "base_url"} if "advanced" in found else set()
    assert set(found) == shown | advanced
    assert {
        name for name, each in found.items() if each.get("required")
    } - advanced == required


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.ACCOUNT_UNKNOWN,
        Outcome.AUTH,
        Outcome.RATE_LIMITED,
        Outcome.API_ERROR,
        Outcome.NOT_JSON,
        Outcome.UNREACHABLE,
    ],
)
async def test_errors_of_a_pool_are_told_and_recovered_from(
    hass: HomeAssistant, around: Surroundings, outcome: Outcome
) -> None:
    """Each has a text of its own, nothing that was typed is lost, and the form goes on."""
    good = around.reports[WALLET]
    around.reports[WALLET] = failed(outcome)
    form = await answer(hass, await to_account(hass), **ACCOUNT)
    assert form["step_id"] == "rig_account"
    assert form["errors"] == {"base": f"pool_{outcome}"}
    assert suggested(form) == {"wallet": WALLET, "coin": "rvn"}
    around.reports[WALLET] = good
    form = await answer(hass, form, **ACCOUNT)
    result = await finish(hass, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("outcome", "may_be_saved"),
    [
        (Outcome.UNREACHABLE, True),
        (Outcome.RATE_LIMITED, True),
        (Outcome.API_ERROR, True),
        (Outcome.NOT_JSON, True),
        (Outcome.ACCOUNT_UNKNOWN, False),
        (Outcome.AUTH, False),
    ],
)
async def test_save_anyway(
    hass: HomeAssistant, around: Surroundings, outcome: Outcome, may_be_saved: bool
) -> None:
    """Offered only where the pool has said nothing, and off unless ticked."""
    around.reports[WALLET] = failed(outcome)
    form = await answer(hass, await to_account(hass), **ACCOUNT)
    assert ("save_anyway" in fields(form)) is may_be_saved
    if not may_be_saved:
        return
    form = await answer(hass, form, **ACCOUNT, save_anyway=False)
    assert form["errors"] == {"base": f"pool_{outcome}"}
    form = await answer(hass, form, **ACCOUNT, save_anyway=True)
    assert form["step_id"] == "rig_worker"
    assert form["errors"] == {"base": f"pool_{outcome}"}
    assert labels(form, "worker_name") == {}
    result = await finish(hass, form)
    assert result["data"]["worker_name"] == "rig01"


async def test_a_token_is_kept_and_never_shown(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """After a mistake elsewhere it need not be typed again, and is not sent back."""
    form = await to_account(hass, "f2pool")
    account: dict[str, Any] = {"user_name": "me", "coin": "bitcoin", "advanced": {}}
    form = await answer(hass, form, **account, token=TOKEN)
    assert form["errors"] == {"base": "pool_account_unknown"}
    assert not fields(form)["token"].get("required")
    assert fields(form)["token"]["selector"]["text"]["type"] == "password"
    around.reports["you"] = report(worker("rig01"))
    form = await answer(hass, form, **{**account, "user_name": "you"})
    result = await finish(hass, form)
    assert result["data"]["token"] == TOKEN
    assert result["data"]["wallet"] == "you"


async def test_a_wrong_token_is_refused(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The right one goes on."""
    around.reports[TOKEN] = report(worker("rig01"))
    form = await to_account(hass, "braiins")
    form = await answer(hass, form, token="wrong", advanced={})
    assert form["errors"] == {"base": "pool_auth"}
    form = await answer(hass, form, token=TOKEN, advanced={})
    assert form["step_id"] == "rig_worker"


async def test_a_worker_that_the_pool_has_not_seen(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Typed by mistake or for a new rig: only the user can tell."""
    form = await answer(hass, await to_worker(hass), worker_name="rig99")
    assert form["errors"] == {"worker_name": "worker_unseen"}
    assert suggested(form)["worker_name"] == "rig99"
    form = await answer(hass, form, worker_name="rig99", use_unseen=False)
    assert form["errors"] == {"worker_name": "worker_unseen"}
    menu = await answer(hass, form, worker_name="rig99", use_unseen=True)
    assert menu["step_id"] == "rig_outlet"


async def test_an_account_without_workers_yet(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The rig is typed, and the user says that it is right."""
    around.reports[WALLET] = report()
    form = await to_worker(hass)
    assert labels(form, "worker_name") == {}
    form = await answer(hass, form, worker_name="rig01")
    assert form["errors"] == {"worker_name": "worker_unseen"}
    menu = await answer(hass, form, worker_name="rig01", use_unseen=True)
    assert menu["step_id"] == "rig_outlet"


async def test_the_name_is_the_pool_s(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """However it was typed."""
    result = await answer(hass, await to_worker(hass), worker_name=" RIG01 ")
    form = await go(hass, result, "rig_no_outlet")
    result = await answer(hass, form, **policy_input())
    assert result["data"]["worker_name"] == "rig01"


async def test_names_that_differ_by_case_only(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Neither is guessed."""
    around.reports[WALLET] = report(worker("Rig"), worker("rig"))
    form = await answer(hass, await to_worker(hass), worker_name="RIG")
    assert form["errors"] == {"worker_name": "worker_ambiguous"}
    menu = await answer(hass, form, worker_name="rig")
    assert menu["step_id"] == "rig_outlet"


@pytest.mark.freeze_time(NOW)
async def test_a_worker_without_a_name(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """A form takes no empty text, and the wallet is no title."""
    around.reports[WALLET] = report(worker(""))
    form = await to_worker(hass)
    assert labels(form, "worker_name") == {
        " ": "Worker without a name, last share 1 min ago"
    }
    menu = await answer(hass, form, worker_name=" ")
    form = await go(hass, menu, "rig_no_outlet")
    result = await answer(hass, form, **policy_input())
    assert result["data"]["worker_name"] == ""
    assert result["title"] == "2Miners"


@pytest.mark.parametrize(
    ("name", "title"), [(f"{WALLET}.rig01", "rig01"), (WALLET, "2Miners")]
)
async def test_no_wallet_in_the_title(
    hass: HomeAssistant, around: Surroundings, name: str, title: str
) -> None:
    """Some pools put it before the worker's name."""
    around.reports[WALLET] = report(worker(name))
    menu = await answer(hass, await to_worker(hass), worker_name=name)
    form = await go(hass, menu, "rig_no_outlet")
    result = await answer(hass, form, **policy_input())
    assert result["title"] == title


async def test_the_same_worker_twice_is_refused(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """It is not in the list, and typing it does not help; another one does."""
    rig_entry(hass, wallet=WALLET.lower())
    form = await to_worker(hass)
    assert set(labels(form, "worker_name")) == {"rig02", "rig03"}
    form = await answer(hass, form, worker_name="rig01")
    assert form["errors"] == {"worker_name": "worker_in_use"}
    assert form["description_placeholders"]["rig"] == "rig01"
    menu = await answer(hass, form, worker_name="rig02")
    assert menu["step_id"] == "rig_outlet"


async def test_the_same_name_at_another_account(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Another rig; the title tells the pool as well."""
    rig_entry(hass, wallet="0xother", kasa_outlet_id="other")
    result = await finish(hass, await to_worker(hass))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "rig01 2Miners"


async def test_two_flows_for_the_same_rig(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The slower one ends without an entry."""
    form = await answer(hass, await to_worker(hass), worker_name="rig01")
    form = await go(hass, form, "rig_no_outlet")
    rig_entry(hass)
    result = await answer(hass, form, **policy_input())
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "rig_already_configured"


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
    user_input = {"miner_entry": miner.entry_id} if linked else {}
    form = await answer(hass, form, **user_input)
    result = await answer(hass, form, **policy_input())
    assert result["data"].get("miner_entry") == (miner.entry_id if linked else None)


@pytest.mark.parametrize("pool", sorted(POOLS))
async def test_every_pool_proposes_a_policy_that_its_form_takes(
    hass: HomeAssistant, around: Surroundings, pool: str
) -> None:
    """The defaults of the pool, within the limits of the fields."""
    around.reports["me"] = around.reports[TOKEN] = report(worker("rig01"))
    form = await to_account(hass, pool)
    filled: dict[str, Any] = {
        "wallet": "me",
        "user_name": "me",
        "coin": "coin",
        "token": TOKEN,
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
