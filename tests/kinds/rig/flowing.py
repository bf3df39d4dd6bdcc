"""Goes through the config flow of rigs as a browser does, and checks what it shows."""

import json
from pathlib import Path
import string
from typing import Any

import probatio

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv

from .surroundings import POLICY, SECRETS, WALLET

INTEGRATION = Path(__file__).parents[3] / "custom_components" / "mining_farm"
TEXTS: dict[str, Any] = json.loads(
    (INTEGRATION / "translations" / "en.json").read_text()
)

OF_CORE = ("reauth_successful", "reconfigure_successful")
"""Reasons whose texts come with Home Assistant."""


async def choose(hass: HomeAssistant, option: str) -> ConfigFlowResult:
    """Open the menu and choose what to add."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    check(menu)
    return await go(hass, menu, option)


async def go(
    hass: HomeAssistant, menu: ConfigFlowResult, option: str
) -> ConfigFlowResult:
    """Choose from a menu."""
    assert menu["type"] is FlowResultType.MENU
    assert option in menu["menu_options"]
    return await answer(hass, menu, next_step_id=option)


async def answer(
    hass: HomeAssistant, form: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Fill in a form, and wait where a progress is shown."""
    result = await hass.config_entries.flow.async_configure(form["flow_id"], user_input)
    check(result)
    while result["type"] is FlowResultType.SHOW_PROGRESS:
        await hass.async_block_till_done()
        result = await hass.config_entries.flow.async_configure(result["flow_id"])
        check(result)
    return result


def check(result: ConfigFlowResult, flow: str = "config") -> None:
    """Check that everything shown has its text, and that no secret is shown."""
    shown = json.dumps(_shown(result), default=str)
    for secret in SECRETS:
        assert secret not in shown
    known = result.get("description_placeholders") or {}
    needed: list[str] = []
    match result["type"]:
        case FlowResultType.FORM:
            step = TEXTS[flow]["step"][result["step_id"]]
            needed += [step["title"], step.get("description", "")]
            for name, content in result["data_schema"].schema.items():
                if hasattr(content, "schema") and hasattr(content, "options"):
                    inner = step["sections"][str(name)]
                    needed += [inner["name"], inner.get("description", "")]
                    for each in content.schema.schema:
                        needed.append(inner["data"][str(each)])
                        needed.append(inner["data_description"][str(each)])
                else:
                    needed.append(step["data"][str(name)])
                    needed.append(step["data_description"][str(name)])
            needed += [
                TEXTS[flow]["error"][error]
                for error in (result["errors"] or {}).values()
            ]
        case FlowResultType.MENU:
            step = TEXTS[flow]["step"][result["step_id"]]
            needed += [step["title"], step.get("description", "")]
            for option in list(result["menu_options"]):
                needed.append(step["menu_options"][option])
                needed.append(step["menu_option_descriptions"][option])
        case FlowResultType.ABORT if result["reason"] not in OF_CORE:
            needed.append(TEXTS[flow]["abort"][result["reason"]])
        case FlowResultType.SHOW_PROGRESS:
            needed.append(TEXTS[flow]["progress"][result["progress_action"]])
    for text in needed:
        for _, placeholder, _, _ in string.Formatter().parse(text):
            assert placeholder is None or placeholder in known, (placeholder, text)


def _shown(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what goes to the browser."""
    shown = {k: v for k, v in result.items() if k in ("errors", "title", "reason")}
    shown["placeholders"] = result.get("description_placeholders")
    if (schema := result.get("data_schema")) is not None:
        shown["schema"] = probatio.to_field_list(
            schema, custom_serializer=cv.custom_serializer
        )
    return shown


def fields(result: ConfigFlowResult) -> dict[str, Any]:
    """Return a form's fields by name, sections unfolded, as the browser gets them."""
    found: dict[str, Any] = {}
    for each in _shown(result)["schema"]:
        found[each["name"]] = each
        found |= {inner["name"]: inner for inner in each.get("schema", [])}
    return found


def labels(result: ConfigFlowResult, name: str) -> dict[str, str]:
    """Return the options of a list, by value."""
    options = fields(result)[name]["selector"]["select"]["options"]
    return {option["value"]: option["label"] for option in options}


def suggested(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form is filled in with."""
    return {
        name: each["description"]["suggested_value"]
        for name, each in fields(result).items()
        if "suggested_value" in each.get("description", {})
    }


def policy_input(**changes: Any) -> dict[str, Any]:
    """Return the policy as its form sends it."""
    values = {**POLICY, **changes}
    plain = ("time_until_offline", "max_consecutive_restarts", "armed")
    return {
        **{key: value for key, value in values.items() if key in plain},
        "advanced": {key: value for key, value in values.items() if key not in plain},
    }


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
