"""A rig's worker: seen by the pool, typed, or another rig's."""

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .flowing import (
    answer,
    fields,
    finish,
    go,
    labels,
    policy_input,
    suggested,
    to_account,
    to_worker,
)
from .surroundings import NOW, TOKEN, WALLET, Surroundings, report, rig_entry, worker


async def test_no_worker_is_chosen_by_itself(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The dialog would take the first of a list that is required."""
    form = await to_worker(hass)
    assert suggested(form) == {}
    assert not fields(form)["worker_name"].get("required")
    form = await answer(hass, form)
    assert form["errors"] == {"worker_name": "none_chosen"}
    menu = await answer(hass, form, worker_name="rig01")
    assert menu["step_id"] == "rig_outlet"


async def test_a_worker_that_the_pool_has_not_seen(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Typed by mistake or for a new rig: only the user knows."""
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
    ("name", "title"),
    [
        (f"{WALLET}.rig01", "rig01"),
        (WALLET, "2Miners"),
        (f"{WALLET}s", f"{WALLET}s"),
        ("rig.01", "rig.01"),
    ],
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


@pytest.mark.parametrize(
    ("name", "title"), [("myname.rig01", "rig01"), ("rig01", "rig01")]
)
async def test_no_account_of_a_token_in_the_title(
    hass: HomeAssistant, around: Surroundings, name: str, title: str
) -> None:
    """A pool that takes a token only puts the account's name before the worker's."""
    around.reports[TOKEN] = report(worker(name))
    form = await to_account(hass, "braiins")
    form = await answer(hass, form, token=TOKEN, advanced={})
    menu = await answer(hass, form, worker_name=name)
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
    """Another rig; the title names the pool as well."""
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
    faster = rig_entry(hass)
    result = await answer(hass, form, **policy_input())
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "rig_already_configured"
    assert result["description_placeholders"] == {"name": faster.title}
