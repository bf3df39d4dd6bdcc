"""Choosing the outlet of a rig: searched, by address, locked, a switch, or none."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from custom_components.mining_farm.engines.power import (
    OutletAuthError,
    OutletError,
    OutletUnreachableError,
    OutletUnsupportedError,
)
from custom_components.mining_farm.kinds.rig.flow import kasa as flow_kasa
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from tests.kinds.late_dialog import go_on_late

from .flowing import answer, choose, fields, go, labels, policy_input, suggested
from .surroundings import (
    HASH,
    LOCKED_HOST,
    PASSWORD,
    PLUG_HOST,
    STRIP_HOST,
    WALLET,
    Surroundings,
    plug,
    rig_entry,
    strip,
)

CREDENTIALS = {"username": "me@example.com", "password": PASSWORD}


async def to_outlet(hass: HomeAssistant) -> ConfigFlowResult:
    """Go to the outlet of a new rig."""
    form = await choose(hass, "rig")
    form = await answer(hass, form, status_api="2miners")
    form = await answer(hass, form, wallet=WALLET, coin="rvn", advanced={})
    menu = await answer(hass, form, worker_name="rig02")
    assert menu["step_id"] == "rig_outlet"
    return menu


async def finish(hass: HomeAssistant, form: ConfigFlowResult) -> dict[str, Any]:
    """Create the entry and return what it stores about the outlet."""
    assert form["step_id"] == "rig_policy"
    result = await answer(hass, form, **policy_input(armed=False))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    common = {"kind", "status_api", "wallet", "coin", "worker_name"}
    return {key: value for key, value in result["data"].items() if key not in common}


async def test_search(hass: HomeAssistant, around: Surroundings) -> None:
    """Devices are found by broadcast; a strip's outlets show what they feed."""
    around.watts = {"80061B00": 811.6, "80061B01": 0.0}
    around.silent = {"80061B02"}
    form = await go(hass, await to_outlet(hass), "rig_kasa_search")
    assert form["step_id"] == "rig_kasa_pick"
    assert around.searched == ["255.255.255.255"]
    assert labels(form, "device") == {
        PLUG_HOST: f"Garage, HS110 ({PLUG_HOST})",
        STRIP_HOST: f"Shelf, HS300 ({STRIP_HOST})",
        LOCKED_HOST: f"KP125M ({LOCKED_HOST}), asks for its account",
    }
    form = await answer(hass, form, device=STRIP_HOST)
    assert labels(form, "kasa_outlet_id") == {
        "80061B00": "1. Rig 1: on, 812 W",
        "80061B01": "2. Rig 2: on, 0 W",
        "80061B02": "3. Rig 3: on",
    }
    form = await answer(hass, form, kasa_outlet_id="80061B01")
    assert await finish(hass, form) == {
        "outlet": "kasa",
        "kasa_device_ip": STRIP_HOST,
        "kasa_device_id": "80061B",
        "kasa_outlet_id": "80061B01",
        "kasa_measures": True,
    }


async def test_search_finds_nothing(hass: HomeAssistant, around: Surroundings) -> None:
    """The choice of outlets is there again; the address can be typed."""
    found, around.devices = around.devices, {}
    menu = await go(hass, await to_outlet(hass), "rig_kasa_search")
    assert menu["step_id"] == "rig_kasa_none"
    again = await go(hass, menu, "rig_kasa_search")
    assert again["step_id"] == "rig_kasa_none"
    around.devices = found
    form = await go(hass, again, "rig_kasa")
    form = await answer(hass, form, host=PLUG_HOST)
    form = await answer(hass, form, kasa_outlet_id="80060A")
    assert (await finish(hass, form))["kasa_device_ip"] == PLUG_HOST


async def test_a_dialog_that_opens_after_the_end_of_the_search(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """A search that ends before the dialog listens still goes on to the devices."""
    menu = await to_outlet(hass)
    progress = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "rig_kasa_search"}
    )
    assert progress["type"] is FlowResultType.SHOW_PROGRESS
    assert (await go_on_late(hass, progress))["step_id"] == "rig_kasa_pick"


async def test_who_leaves_during_the_search(
    hass: HomeAssistant, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search ends with the flow."""
    searching = asyncio.Event()
    ended = asyncio.Event()

    async def search(_hass: HomeAssistant) -> list[Any]:
        searching.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return []

    monkeypatch.setattr(flow_kasa, "async_search_kasa", search)
    menu = await to_outlet(hass)
    progress = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "rig_kasa_search"}
    )
    assert progress["type"] is FlowResultType.SHOW_PROGRESS
    await searching.wait()
    hass.config_entries.flow.async_abort(progress["flow_id"])
    async with asyncio.timeout(60):
        await ended.wait()


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (OutletUnreachableError("192.168.1.30 does not answer"), "outlet_unreachable"),
        (OutletUnsupportedError("192.168.1.30 is not a plug"), "outlet_unsupported"),
    ],
)
async def test_errors_of_a_device_are_told_and_recovered_from(
    hass: HomeAssistant, around: Surroundings, error: OutletError, key: str
) -> None:
    """Also when it was found by the search."""
    around.errors[PLUG_HOST] = error
    form = await go(hass, await to_outlet(hass), "rig_kasa_search")
    form = await answer(hass, form, device=PLUG_HOST)
    assert form["step_id"] == "rig_kasa"
    assert form["errors"] == {"base": key}
    assert form["description_placeholders"]["detail"] == str(error)
    assert suggested(form) == {"host": PLUG_HOST}
    around.errors.clear()
    form = await answer(hass, form, host=f" {PLUG_HOST} ")
    form = await answer(hass, form, kasa_outlet_id="80060A")
    assert (await finish(hass, form))["kasa_device_ip"] == PLUG_HOST


async def test_a_device_that_asks_for_its_account(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Asked for only then; the password is neither stored nor shown."""
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=LOCKED_HOST)
    assert form["step_id"] == "rig_kasa_auth"
    assert form["errors"] == {}
    wrong = {**CREDENTIALS, "username": "you@example.com"}
    form = await answer(hass, form, **wrong)
    assert form["errors"] == {"base": "outlet_auth"}
    assert suggested(form) == {"username": "you@example.com"}
    around.errors[LOCKED_HOST] = OutletUnreachableError("gone")
    form = await answer(hass, form, **CREDENTIALS)
    assert form["errors"] == {"base": "outlet_unreachable"}
    around.errors.clear()
    form = await answer(hass, form, **CREDENTIALS)
    form = await answer(hass, form, kasa_outlet_id="80062C")
    stored = await finish(hass, form)
    assert stored == {
        "outlet": "kasa",
        "kasa_device_ip": LOCKED_HOST,
        "kasa_device_id": "80062C",
        "kasa_outlet_id": "80062C",
        "kasa_measures": True,
        "kasa_connection_parameters": {
            "device_family": "SMART.KASAPLUG",
            "https": False,
        },
        "kasa_credentials_hash": HASH,
    }


@pytest.mark.parametrize(
    "pasted",
    [f"http://{PLUG_HOST}/", f"{PLUG_HOST}:9999", f"[::ffff:{PLUG_HOST}]", PLUG_HOST],
)
async def test_an_outlet_in_use_is_refused_by_whatever_spelling(
    hass: HomeAssistant, around: Surroundings, pasted: str
) -> None:
    """The address is understood, and the device, not the address, decides."""
    around.devices[f"::ffff:{PLUG_HOST}"] = plug()
    rig_entry(hass)
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=pasted)
    assert form["errors"] == {"base": "outlets_in_use"}


@pytest.mark.parametrize("right_hash", [HASH, "hash-of-another-account"])
async def test_the_account_of_another_rig_is_tried_first(
    hass: HomeAssistant, around: Surroundings, right_hash: str
) -> None:
    """Nobody types the same password for every plug."""
    rig_entry(
        hass,
        kasa_device_id="other",
        kasa_outlet_id="other",
        kasa_credentials_hash=HASH,
    )
    around.right_hash = right_hash
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=LOCKED_HOST)
    wanted = "rig_kasa_outlet" if right_hash == HASH else "rig_kasa_auth"
    assert form["step_id"] == wanted


async def test_credentials_refused_by_a_device_that_answered_without(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Whatever the device refuses leads to its account."""
    around.errors[PLUG_HOST] = OutletAuthError("refuses the credentials")
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=PLUG_HOST)
    assert form["step_id"] == "rig_kasa_auth"


async def test_no_outlet_of_a_strip_is_chosen_by_itself(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The dialog would take the first of a list that is required."""
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=STRIP_HOST)
    assert suggested(form) == {}
    assert not fields(form)["kasa_outlet_id"].get("required")
    form = await answer(hass, form)
    assert form["errors"] == {"kasa_outlet_id": "none_chosen"}
    form = await answer(hass, form, kasa_outlet_id="80061B01")
    assert (await finish(hass, form))["kasa_outlet_id"] == "80061B01"


async def test_the_only_outlet_is_proposed(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """A plug has no other."""
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=PLUG_HOST)
    assert suggested(form) == {"kasa_outlet_id": "80060A"}


async def test_an_outlet_of_another_rig_is_refused(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Only the free ones of a strip are listed, whatever the case of their ids."""
    rig_entry(hass, kasa_device_id="80061B", kasa_outlet_id="80061b00")
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=STRIP_HOST)
    assert set(labels(form, "kasa_outlet_id")) == {"80061B01", "80061B02"}


async def test_a_device_whose_outlets_are_all_in_use(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Another address goes on."""
    rig_entry(hass)
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=PLUG_HOST)
    assert form["step_id"] == "rig_kasa"
    assert form["errors"] == {"base": "outlets_in_use"}
    form = await answer(hass, form, host=STRIP_HOST)
    form = await answer(hass, form, kasa_outlet_id="80061B00")
    assert (await finish(hass, form))["kasa_outlet_id"] == "80061B00"


async def test_an_outlet_without_a_name(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Its number is enough on a strip; a plug has a model."""
    around.silent = {"80060A", "80061B00", "80061B01", "80061B02"}
    for device in (plug(alias=""), strip(alias="")):
        outlets = tuple(replace(outlet, alias="") for outlet in device.outlets)
        around.devices[device.host] = replace(device, outlets=outlets)
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=STRIP_HOST)
    assert form["description_placeholders"] == {"device": "HS300"}
    assert labels(form, "kasa_outlet_id")["80061B01"] == "2: off"
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=PLUG_HOST)
    assert labels(form, "kasa_outlet_id") == {"80060A": "HS110: on"}


async def test_two_flows_for_the_same_outlet(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The slower one ends without an entry."""
    form = await go(hass, await to_outlet(hass), "rig_kasa")
    form = await answer(hass, form, host=PLUG_HOST)
    form = await answer(hass, form, kasa_outlet_id="80060A")
    rig_entry(hass)
    result = await answer(hass, form, **policy_input(armed=False))
    assert result["reason"] == "rig_already_configured"


async def test_a_switch(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    around: Surroundings,
) -> None:
    """One that exists, not of ours, and of no other rig."""
    own = entity_registry.async_get_or_create("switch", "mining_farm", "rig_armed")
    hass.states.async_set("switch.garage", "unavailable")
    rig_entry(
        hass, worker_name="rig03", outlet="switch", switch_entity_id="switch.taken"
    )
    form = await go(hass, await to_outlet(hass), "rig_switch")
    selector = fields(form)["switch_entity_id"]["selector"]["entity"]
    assert selector["exclude_entities"] == [own.entity_id]
    assert selector["filter"] == [{"domain": ["switch"]}]
    form = await answer(hass, form, switch_entity_id="switch.taken")
    assert form["errors"] == {"switch_entity_id": "switch_in_use"}
    assert form["description_placeholders"] == {"rig": "rig03"}
    form = await answer(hass, form, switch_entity_id="switch.nowhere")
    assert form["errors"] == {"switch_entity_id": "switch_unknown"}
    form = await answer(hass, form, switch_entity_id="switch.garage")
    assert await finish(hass, form) == {
        "outlet": "switch",
        "switch_entity_id": "switch.garage",
    }


async def test_no_outlet(hass: HomeAssistant, around: Surroundings) -> None:
    """The rig is only watched."""
    form = await go(hass, await to_outlet(hass), "rig_no_outlet")
    result = await answer(hass, form, **policy_input())
    assert result["data"]["outlet"] == "none"
