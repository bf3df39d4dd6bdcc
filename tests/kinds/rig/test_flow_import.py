"""Taking over the original's rigs.json: all rigs of it, or none."""

import json
from typing import Any

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.power import OutletUnsupportedError
from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .flowing import answer, choose, suggested
from .surroundings import (
    HASH,
    LOCKED_HOST,
    PASSWORD,
    PLUG_HOST,
    POLICY,
    STRIP_HOST,
    TOKEN,
    Surroundings,
    rig_entry,
)

LOCKED = {"username": "me@example.com", "password": PASSWORD}


def rig(name: str, host: str = STRIP_HOST, **fields: Any) -> dict[str, Any]:
    """Return a rig as the original's file has it."""
    return {
        "status_api": "2miners",
        "wallet": "0xwallet",
        "coin": "rvn",
        "worker_name": name,
        "kasa_device_ip": host,
        **fields,
    }


GOOD = [
    rig("rig01", PLUG_HOST, power_cycle_on_delay=5),
    rig("rig02", smart_strip_plug_name="rig 1", max_consecutive_restarts=5),
    rig("rig03", smart_strip_plug_number=2),
]


async def paste(
    hass: HomeAssistant, content: Any, form: ConfigFlowResult | None = None, **more: Any
) -> ConfigFlowResult:
    """Paste a file."""
    form = form or await choose(hass, "rig_import")
    assert form["step_id"] == "rig_import"
    user_input = {
        "rigs": content if isinstance(content, str) else json.dumps(content),
        "armed": False,
        "kasa_account": {},
        **more,
    }
    result = await answer(hass, form, **user_input)
    await hass.async_block_till_done()
    return result


def mistakes(result: ConfigFlowResult) -> list[str]:
    """Return the problems that a form lists."""
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "import_problems"}
    return list(result["description_placeholders"]["problems"].splitlines())


def entries(hass: HomeAssistant) -> dict[str, ConfigEntry]:
    """Return the rigs' entries by title."""
    return {entry.title: entry for entry in hass.config_entries.async_entries(DOMAIN)}


@pytest.mark.parametrize("armed", [False, True])
async def test_a_good_file(
    hass: HomeAssistant, around: Surroundings, armed: bool
) -> None:
    """Every rig becomes an entry; outlets are known by their ids; all rehearse."""
    form = await choose(hass, "rig_import")
    assert form["errors"] == {}
    assert suggested(form) == {}
    result = await paste(hass, GOOD, form, armed=armed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    found = entries(hass)
    assert set(found) == {"rig01", "rig02", "rig03"}
    assert found["rig02"].data == {
        "kind": "rig",
        "status_api": "2miners",
        "wallet": "0xwallet",
        "coin": "rvn",
        "worker_name": "rig02",
        "outlet": "kasa",
        "kasa_device_ip": STRIP_HOST,
        "kasa_device_id": "80061B",
        "kasa_outlet_id": "80061B00",
        "kasa_measures": True,
    }
    assert found["rig01"].data["kasa_outlet_id"] == "80060A"
    assert found["rig03"].data["kasa_outlet_id"] == "80061B02"
    policies = {
        "rig01": {**POLICY, "power_cycle_on_delay": 5},
        "rig02": {**POLICY, "max_consecutive_restarts": 4},
        "rig03": POLICY,
    }
    for name, policy in policies.items():
        assert found[name].options == {
            **policy,
            # The original counts restarts in a row on silence alone.
            "repeat_on_silence": True,
            "armed": armed,
        }
    assert sorted(around.identified) == [PLUG_HOST, STRIP_HOST]
    assert hass.config_entries.flow.async_progress() == []


async def test_nothing_is_imported_half(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Mistakes in the text and trouble with plugs are shown at once; then it goes on."""
    around.errors["192.168.1.99"] = OutletUnsupportedError("a bulb")
    bad = [
        *GOOD,
        rig("rig04", "192.168.1.98"),
        rig("rig05", "192.168.1.99"),
        rig("rig06"),
        rig("rig07", smart_strip_plug_name="Rig 9"),
        rig("rig08", LOCKED_HOST),
        rig("rig01", smart_strip_plug_number=1),
        rig("rig10", smart_strip_plug_number=0),
        rig("rig11", PLUG_HOST, colour="red", time_until_offline="10"),
    ]
    result = await paste(hass, bad)
    has = "It has 0 “Rig 1”, 1 “Rig 2”, 2 “Rig 3”, counted from 0."
    leads = "smart_strip_plug_name and smart_strip_plug_number do not lead to one"
    no_outlet = f"{leads} outlet of the strip at {STRIP_HOST}. {has}"
    assert mistakes(result) == [
        "- #11 rig11: the field colour is not known.",
        "- #11 rig11: the field time_until_offline must be a number.",
        "- #4 rig04: the plug at 192.168.1.98 cannot be reached.",
        "- #5 rig05: the device at 192.168.1.99 is not a plug or strip that can be used.",
        f"- #6 rig06: {no_outlet}",
        f"- #7 rig07: {no_outlet}",
        f"- #8 rig08: the plug at {LOCKED_HOST} asks for its account; enter it below.",
        "- #9 rig01: its worker is that of #1 rig01 already.",
        "- #10 rig10: its outlet feeds #2 rig02 already.",
    ]
    assert entries(hass) == {}
    assert json.loads(suggested(result)["rigs"]) == bad
    result = await paste(hass, GOOD, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert set(entries(hass)) == {"rig01", "rig02", "rig03"}


async def test_rigs_that_are_there_already(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Neither their workers nor their outlets are given away."""
    there = rig_entry(hass, wallet="0xwallet", worker_name="rig03")
    result = await paste(hass, GOOD)
    assert mistakes(result) == [
        "- #1 rig01: its outlet feeds rig03 already.",
        "- #3 rig03: its worker is that of rig03 already.",
    ]
    assert hass.config_entries.async_entries(DOMAIN) == [there]


async def test_what_is_no_json(hass: HomeAssistant, around: Surroundings) -> None:
    """The text is given back to be corrected; the place of the mistake is named."""
    result = await paste(hass, "[{]")
    assert mistakes(result) == [
        "- This is not JSON; the mistake is at line 1, column 3."
    ]
    assert suggested(result)["rigs"] == "[{]"
    result = await paste(hass, "[]", result)
    assert mistakes(result) == [
        "- There are no rigs in it. Expected is a list of objects, one for each rig."
    ]
    result = await paste(hass, GOOD, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_tokens_are_not_shown_again(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The rest of the text is; an empty token is asked for again."""
    file = [rig("rig01", PLUG_HOST, status_api="f2pool", token=TOKEN, colour="red")]
    result = await paste(hass, file)
    shown = json.loads(suggested(result)["rigs"])
    assert shown == [{**file[0], "token": ""}]
    del shown[0]["colour"]
    result = await paste(hass, shown, result)
    assert mistakes(result) == ["- #1 rig01: the field token is missing."]
    shown[0]["token"] = TOKEN
    result = await paste(hass, shown, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entries(hass)["rig01"].data["token"] == TOKEN


@pytest.mark.parametrize(
    ("pasted", "shown"),
    [
        ('[{"token" : "a\\"%s", ]', '[{"token" : "", ]'),
        ('[{"token": "%s\n}]', '[{"token": ""\n}]'),
        ("[{'token': '%s', 'coin': 1}]", "[{'token': \"\", 'coin': 1}]"),
        ("[{token: %s}]", '[{token: ""}]'),
        (r'[{"to\u006ben": "%s"}]', r'[{"to\u006ben": ""}]'),
        (r'[{"\u0074\u006F\u006b\u0065\u006E": "%s"}]', None),
        ('[{"Token ": "%s"}]', '[{"Token ": ""}]'),
        ('[{"token": ["%s", 1], "a": 2}]', '[{"token": "", "a": 2}]'),
        ('[{"token": {"value": "%s"}}]', '[{"token": ""}]'),
        ('[{"base_url": "http://me:%s@host/"}]', '[{"base_url": "http://host/"}]'),
        ('[{"base_url": "http://me:/%s@host/"}]', '[{"base_url": "http://host/"}]'),
    ],
    ids=[
        "escaped quote",
        "no end",
        "single quotes",
        "no quotes",
        "escaped key",
        "key of escapes",
        "another spelling",
        "list",
        "object",
        "password of an address",
        "password with a slash",
    ],
)
async def test_tokens_in_what_is_no_json_are_not_shown_either(
    hass: HomeAssistant, around: Surroundings, pasted: str, shown: str | None
) -> None:
    """However they are written."""
    result = await paste(hass, pasted.replace("%s", TOKEN))
    assert TOKEN not in suggested(result)["rigs"]
    if shown is not None:
        assert suggested(result)["rigs"] == shown


async def test_plugs_that_ask_for_their_account(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """One account for all of them; the password is neither shown nor stored."""
    file = [rig("rig01", LOCKED_HOST), rig("rig02", PLUG_HOST)]
    wrong = {**LOCKED, "password": "wrong"}
    result = await paste(hass, file, kasa_account=wrong)
    assert len(mistakes(result)) == 1
    assert "password" not in suggested(result)
    result = await paste(hass, file, result, kasa_account={"username": "me"})
    assert len(mistakes(result)) == 1
    result = await paste(hass, file, result, kasa_account=LOCKED)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    data = entries(hass)["rig01"].data
    assert data["kasa_credentials_hash"] == HASH
    assert PASSWORD not in json.dumps(dict(data))


async def test_the_same_name_at_two_pools(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """Two rigs; their titles differ."""
    file = [
        rig("rig01", PLUG_HOST),
        rig("rig01", status_api="nanopool", smart_strip_plug_number=0),
    ]
    result = await paste(hass, file)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(entries(hass)) == 2
