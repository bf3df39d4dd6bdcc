"""Repair issues of a rig, and the flow that fixes one of them."""

from http import HTTPStatus
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.pools import Outcome
from custom_components.mining_farm.engines.restart import Memory
from custom_components.mining_farm.kinds.rig.journal import RigJournal
from homeassistant.const import ATTR_AREA_ID, ATTR_DEVICE_ID, ATTR_LABEL_ID
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .test_watch import happened
from .watching import Farm


async def fix(
    farm: Farm,
    hass_client: ClientSessionGenerator,
    choice: str,
    issue: str = "rig_unstable",
) -> dict[str, Any]:
    """Go through the fix flow of a rig that was given up, as the browser does."""
    assert await async_setup_component(farm.hass, "repairs", {})
    client = await hass_client()
    url = "/api/repairs/issues/fix"
    response = await client.post(
        url, json={"handler": DOMAIN, "issue_id": f"{issue}_rig1"}
    )
    assert response.status == HTTPStatus.OK
    step = await response.json()
    assert step["menu_options"] == ["try_again", "leave_off"]
    response = await client.post(
        f"{url}/{step['flow_id']}", json={"next_step_id": choice}
    )
    answer: dict[str, Any] = await response.json()
    if answer["type"] == "form":
        response = await client.post(f"{url}/{step['flow_id']}", json={})
        answer = await response.json()
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    return answer


@pytest.mark.parametrize("choice", ["try_again", "leave_off"])
async def test_a_rig_that_was_given_up(
    farm: Farm,
    hass_client: ClientSessionGenerator,
    issue_registry: ir.IssueRegistry,
    choice: str,
) -> None:
    """The user has it tried again, or switched off for good."""
    given_up = Memory(seen=True, unstable=True, restarts_in_row=3, restarts_total=3)
    await RigJournal(farm.hass, "rig1").async_store(given_up)
    outlet = await farm.add("rig1")
    farm.dies("rig1")
    await farm.after(4)
    assert issue_registry.async_get_issue(DOMAIN, "rig_unstable_rig1") is not None

    answer = await fix(farm, hass_client, choice)
    assert answer["type"] == "create_entry"
    assert issue_registry.async_get_issue(DOMAIN, "rig_unstable_rig1") is None
    await farm.after(10)
    if choice == "try_again":
        assert outlet.log == ["off", "on"]
    else:
        assert outlet.log == ["off"]
        assert farm.state("sensor.rig1_state") == "off_by_user"


@pytest.mark.parametrize("choice", ["try_again", "leave_off"])
async def test_a_rig_that_a_restart_did_not_help(
    farm: Farm, hass_client: ClientSessionGenerator, choice: str
) -> None:
    """Silence alone asks for no second restart: the user is asked."""
    asked = Memory(
        seen=True,
        handed_over=True,
        restarts_in_row=1,
        restarts_total=1,
        last_cut=dt_util.utcnow(),
    )
    await RigJournal(farm.hass, "rig1").async_store(asked)
    outlet = await farm.add("rig1")
    farm.dies("rig1")
    await farm.after(16)
    assert farm.state("sensor.rig1_state") == "unstable"
    assert farm.state("sensor.rig1_reason") == "not_helped"
    answer = await fix(farm, hass_client, choice, "rig_not_helped")
    assert answer["type"] == "create_entry"
    assert not ir.async_get(farm.hass).async_get_issue(DOMAIN, "rig_not_helped_rig1")
    await farm.after(10)
    again = ["off", "on"] if choice == "try_again" else ["off"]
    assert outlet.log == again


async def test_a_rig_that_works_again_is_asked_about_no_more(farm: Farm) -> None:
    """Its owner has switched it on: it is watched as before, without a reset."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(120)
    assert outlet.log == ["off", "on"]
    assert farm.state("sensor.rig1_state") == "unstable"
    assert farm.state("sensor.rig1_reason") == "not_helped"
    assert happened(farm, "rig1") == "gave_up"
    assert ir.async_get(farm.hass).async_get_issue(DOMAIN, "rig_not_helped_rig1")
    farm.alive.add("rig1")
    await farm.after(6)
    assert farm.state("sensor.rig1_state") == "online"
    assert not ir.async_get(farm.hass).async_get_issue(DOMAIN, "rig_not_helped_rig1")
    farm.dies("rig1")
    await farm.after(20)
    assert outlet.log == ["off", "on"] * 2


async def test_an_outlet_that_stays_off_is_reported_at_once(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """Tried again until it is on, and withdrawn then."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    outlet.goes_on = False
    reported: list[bool] = []
    turn_on = outlet.async_turn_on

    async def third_time_lucky() -> None:
        issue = issue_registry.async_get_issue(DOMAIN, "rig_left_off_rig1")
        reported.append(issue is not None)
        outlet.goes_on = len(reported) > 2
        await turn_on()

    outlet.async_turn_on = third_time_lucky  # type: ignore[method-assign]
    farm.dies("rig1")
    await farm.after(16)
    assert reported == [False, True, True]
    assert outlet.log == ["off", "on", "on", "on"]
    assert outlet.on
    assert issue_registry.async_get_issue(DOMAIN, "rig_left_off_rig1") is None


async def test_an_unknown_account_is_reported_until_it_is_known(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """A slip in the wallet, or a pool that forgot it."""
    await farm.add("rig1")
    await farm.after(5)
    farm.outcome = Outcome.ACCOUNT_UNKNOWN
    await farm.after(6)
    issue_id = "rig_account_unknown_rig1"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is not None
    farm.outcome = Outcome.WORKER
    await farm.after(6)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_a_pool_that_is_gone_for_a_day_is_reported(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """An outage of hours is none, and its end withdraws the issue."""
    await farm.add("rig1")
    await farm.after(5)
    farm.outcome = Outcome.NOT_JSON
    await farm.after(10)
    issue_id = "rig_pool_gone_rig1"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    farm.freezer.tick(24 * 3600)
    await farm.after(1)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is not None
    farm.outcome = Outcome.WORKER
    await farm.after(6)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_a_closed_pool_is_reported_with_others_to_choose_from(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """As soon as it is there, until another pool is entered; the account is not blamed."""
    farm.outcome = Outcome.ACCOUNT_UNKNOWN
    await farm.add("rig1", status_api="flexpool", coin="etc")
    await farm.after(1)
    issue_id = "rig_pool_closed_rig1"
    issue = issue_registry.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.translation_placeholders == {
        "name": "rig1",
        "pool": "Flexpool",
        "others": "2Miners, K1Pool, SoloPool.org",
    }
    unknown = "rig_account_unknown_rig1"
    assert issue_registry.async_get_issue(DOMAIN, unknown) is None
    farm.outcome = Outcome.WORKER
    entry = farm.entries["rig1"]
    data = {**entry.data, "status_api": "2miners"}
    farm.hass.config_entries.async_update_entry(entry, data=data)
    await farm.hass.config_entries.async_reload("rig1")
    await farm.after(1)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_issues_go_with_the_rig(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """No issue is left of a rig that was removed."""
    await farm.add("rig1")
    await farm.after(5)
    farm.outcome = Outcome.ACCOUNT_UNKNOWN
    await farm.after(6)
    await farm.hass.config_entries.async_remove("rig1")
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    assert not [key for key in issue_registry.issues if key[0] == DOMAIN]


async def test_actions_take_every_kind_of_target(
    farm: Farm,
    device_registry: dr.DeviceRegistry,
    area_registry: ar.AreaRegistry,
    label_registry: lr.LabelRegistry,
) -> None:
    """Device, area and label reach the rig, and no other."""
    await farm.add("rig1")
    await farm.add("rig2")
    await farm.after(4)
    device = device_registry.async_get_device_by_identifier((DOMAIN, "rig1"), "rig1")
    assert device is not None
    area = area_registry.async_create("Garage")
    label = label_registry.async_create("Old rigs")
    device_registry.async_update_device(
        device.id, area_id=area.id, labels={label.label_id}
    )
    for target in (
        {ATTR_DEVICE_ID: device.id},
        {ATTR_AREA_ID: area.id},
        {ATTR_LABEL_ID: label.label_id},
    ):
        answer = await farm.hass.services.async_call(
            DOMAIN, "check_now", target, blocking=True, return_response=True
        )
        assert answer is not None
        assert list(answer) == ["rig1"]


async def test_an_action_without_a_rig_is_refused(farm: Farm) -> None:
    """The flow must not end as if something was done."""
    await farm.add("rig1")
    with pytest.raises(ServiceValidationError, match="None of the targets"):
        await farm.hass.services.async_call(
            DOMAIN,
            "power_cycle",
            {"entity_id": "light.kitchen"},
            blocking=True,
        )
