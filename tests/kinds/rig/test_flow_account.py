"""A rig's pool and account: what each needs, what goes wrong, what is kept."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.pools import POOLS, Outcome, Service
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .flowing import (
    ACCOUNT,
    answer,
    choose,
    fields,
    finish,
    labels,
    suggested,
    to_account,
)
from .surroundings import TOKEN, WALLET, Surroundings, failed, report, worker


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
    for refused in (
        "ftp://stand-in.lan",
        "http://:password@stand-in.lan",
        "http://user:password@stand-in.lan",
        "http://stand-in.lan?key=password",
        "http://stand-in.lan/#password",
        "http://xn--a",
        "http://stand-in.lan:99999",
    ):
        form = await answer(hass, form, **account, base_url=refused)
        assert form["errors"] == {"base": "invalid_url"}, refused
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
            {"user_name", "token"},
            id="name, coin and token",
        ),
        pytest.param(
            "f2pool_v1",
            {"user_name", "coin", "token"},
            {"user_name"},
            id="token if set",
        ),
        pytest.param("viabtc", {"coin", "token"}, {"token"}, id="only one coin"),
        pytest.param("braiins", {"token"}, {"token"}, id="token only"),
        pytest.param(
            "miningcore",
            {"wallet", "coin", "base_url"},
            {"wallet", "base_url"},
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
    """Nothing more, and another server out of sight; the coin's label has the star."""
    form = await to_account(hass, pool)
    found = fields(form)
    advanced = {"advanced", "base_url"} if "advanced" in found else set()
    assert set(found) == shown | advanced
    assert {
        name for name, each in found.items() if each.get("required")
    } - advanced == required


async def test_no_coin_is_chosen_by_itself(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The dialog would take the first of a list that is required."""
    form = await answer(hass, await to_account(hass), wallet=WALLET, advanced={})
    assert form["errors"] == {"base": "field_missing"}
    assert around.asked == []
    form = await answer(hass, form, **ACCOUNT)
    assert form["step_id"] == "rig_worker"


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
