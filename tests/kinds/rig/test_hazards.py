"""Ways in which a restart goes wrong, through entities, actions, events and repairs."""

from datetime import timedelta
import json

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.pools import Outcome
from custom_components.mining_farm.engines.restart import ClockWatch, OutletFailure
from custom_components.mining_farm.kinds.rig.resources import async_get_resources
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .test_watch import happened, leave_on_disk, memory
from .watching import Farm


async def answer_repair(
    farm: Farm, hass_client: ClientSessionGenerator, issue_id: str, *steps: str
) -> None:
    """Go through the repair of an issue."""
    assert await async_setup_component(farm.hass, "repairs", {})
    client = await hass_client()
    body: dict[str, str] = {"handler": DOMAIN, "issue_id": issue_id}
    url = "/api/repairs/issues/fix"
    reply = await client.post(url, json=body)
    flow = await reply.json()
    for step in steps:
        reply = await client.post(
            f"{url}/{flow['flow_id']}", json={"next_step_id": step}
        )
        assert reply.status == 200, await reply.text()
    await farm.hass.async_block_till_done(wait_background_tasks=True)


async def test_a_rig_that_came_back_since_the_last_answer_is_not_cut(
    farm: Farm,
) -> None:
    """The pool is asked right before the cut, and sees it work again."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(7)
    # The pool says that it is offline, while the outlet is out of reach.
    outlet.reachable = False
    await farm.after(4)
    assert farm.state("sensor.rig1_reason") == "plug_unreachable"
    fetches = farm.fetches
    farm.alive.add("rig1")
    outlet.reachable = True
    await farm.after(0.5)
    assert farm.fetches == fetches + 1
    await farm.after(30)
    assert outlet.log == []


async def test_a_pool_that_is_back_brings_a_pause(farm: Farm) -> None:
    """Rigs need minutes to find it, and it needs minutes to show them."""
    outlets = [await farm.add(f"rig{number}") for number in (1, 2)]
    await farm.after(5)
    farm.dies("rig1")
    farm.outcome = Outcome.UNREACHABLE
    await farm.after(20)
    farm.outcome = Outcome.WORKER
    await farm.after(9)
    assert farm.state("sensor.rig1_reason") == "came_back"
    assert [outlet.log for outlet in outlets] == [[], []]
    await farm.after(7)
    assert [outlet.log for outlet in outlets] == [["off", "on"], []]


async def test_a_clock_that_is_set_ahead_cuts_nothing_at_once(farm: Farm) -> None:
    """The pool's answers are not compared with it, and the newest share looks old."""
    outlet = await farm.add("rig1")
    # Seconds that the process lived through: no time to speak of.
    async_get_resources(farm.hass).clock = ClockWatch(lambda: 0.0)
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(1)
    farm.freezer.tick(timedelta(hours=1))
    await farm.after(1)
    assert farm.state("sensor.rig1_reason") == "came_back"
    farm.alive.add("rig1")
    await farm.after(30)
    assert outlet.log == []


@pytest.mark.parametrize(
    ("choice", "then"),
    [("turn_on", (["on"], "online")), ("leave_off", (["off"], "off_by_user"))],
)
async def test_a_human_decides_about_an_outlet_found_off(
    farm: Farm,
    issue_registry: ir.IssueRegistry,
    hass_client: ClientSessionGenerator,
    choice: str,
    then: tuple[list[str], str],
) -> None:
    """Both copies of the memory are damaged, and the outlet is off."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await farm.hass.config_entries.async_unload("rig1")
    leave_on_disk(farm, "rig1", "{")
    outlet.on = False
    await farm.load("rig1")
    assert farm.state("sensor.rig1_reason") == "memory_lost"
    issue_id = "rig_found_off_rig1"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is not None
    assert outlet.log == []
    await answer_repair(farm, hass_client, issue_id, choice)
    await farm.after(1)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    assert (outlet.log, farm.state("sensor.rig1_state")) == then


async def test_an_intent_of_more_than_a_day_is_handed_to_a_human(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """A restored backup: nobody knows who works there."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await farm.hass.config_entries.async_unload("rig1")
    begun = (dt_util.utcnow() - timedelta(hours=25)).isoformat()
    intent = {"off_at": begun, "on_at": begun, "reason": "pool_silent"}
    leave_on_disk(farm, "rig1", json.dumps(memory(farm, "rig1") | {"intent": intent}))
    outlet.on = False
    await farm.load("rig1")
    assert outlet.log == []
    assert farm.state("sensor.rig1_reason") == "old_intent"
    issue = issue_registry.async_get_issue(DOMAIN, "rig_found_off_rig1")
    assert issue is not None
    # Nor is it turned on by whatever ends the entry.
    await farm.hass.config_entries.async_unload("rig1")
    await farm.hass.config_entries.async_remove("rig1")
    assert outlet.log == []
    removed = issue_registry.async_get_issue(DOMAIN, "rig_removed_off_rig1")
    assert removed is not None


async def test_a_plug_that_does_not_obey_is_told_once(
    farm: Farm, issue_registry: ir.IssueRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One event and an issue at once; a handful of commands in an hour."""
    outlet = await farm.add("rig1")
    await farm.after(5)

    async def no_effect() -> None:
        outlet.log.append("off")
        raise OutletFailure("still on", sent=True)

    monkeypatch.setattr(outlet, "async_turn_off", no_effect)
    farm.dies("rig1")
    events: list[object] = []
    farm.entries["rig1"].runtime_data.events.async_listen(
        lambda event, _attributes: events.append(event)
    )
    await farm.after(60)
    assert 3 <= outlet.log.count("off") <= 6
    assert events == ["plug_unreachable"]
    issue_id = "rig_plug_disobeys_rig1"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is not None
    assert farm.state("sensor.rig1_reason") == "plug_disobeys"
    assert farm.state("sensor.rig1_restarts") == "0"


async def test_the_step_before_the_plug(farm: Farm) -> None:
    """A button is pressed once; the power is cut when that did not help."""
    presses = async_mock_service(farm.hass, "input_button", "press")
    outlet = await farm.add("rig1")
    farm.hass.config_entries.async_update_entry(
        farm.entries["rig1"],
        options={
            "armed": True,
            "first_step_entity_id": "input_button.restart_miner",
            "first_step_wait": 10,
        },
    )
    await farm.hass.config_entries.async_reload("rig1")
    await farm.after(6)
    farm.dies("rig1")
    await farm.after(16)
    assert [call.data["entity_id"] for call in presses] == [
        "input_button.restart_miner"
    ]
    assert happened(farm, "rig1") == "step_taken"
    assert outlet.log == []
    await farm.after(10)
    assert len(presses) == 1
    assert outlet.log == ["off", "on"]


@pytest.mark.parametrize("armed", [True, False])
async def test_a_linked_miner_that_is_disabled_is_told(
    farm: Farm, issue_registry: ir.IssueRegistry, armed: bool
) -> None:
    """The owner of an armed rig knows before the rig falls back to the pool alone."""
    entry = MockConfigEntry(domain=DOMAIN, entry_id="miner1", data={"kind": "miner"})
    entry.add_to_hass(farm.hass)
    await farm.add("rig1", armed=armed, miner_entry="miner1")
    issue_id = "rig_miner_gone_rig1"
    await farm.after(1)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    await farm.hass.config_entries.async_set_disabled_by(
        "miner1", ConfigEntryDisabler.USER
    )
    await farm.after(1)
    found = issue_registry.async_get_issue(DOMAIN, issue_id)
    assert (found is not None) == armed


async def test_switching_off_works_while_a_rig_only_waits_for_its_turn(
    farm: Farm,
) -> None:
    """The cut is withdrawn, and the user's word is done at once."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    farm.dies("rig1")
    gate = async_power_ups(farm.hass).house
    async with gate.async_pass():
        for _ in range(24):
            farm.freezer.tick(timedelta(seconds=30))
            async_fire_time_changed(farm.hass)
            await farm.hass.async_block_till_done()
        assert farm.state("sensor.rig1_state") == "restarting"
        await farm.hass.services.async_call(
            "switch", "turn_off", {"entity_id": "switch.rig1_power"}, blocking=True
        )
        assert outlet.log == ["off"]
    await farm.after(30)
    assert outlet.log == ["off"]
    assert farm.state("sensor.rig1_state") == "off_by_user"
    assert farm.state("sensor.rig1_restarts") == "0"


async def test_another_worker_that_appeared_is_named_without_the_wallet(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """The rig was renamed: held, and the user told as what it mines."""
    outlet = await farm.add("rig1")
    await farm.after(10)
    farm.dies("rig1")
    farm.alive.add("0xwallet.eth1")
    await farm.after(60)
    assert outlet.log == []
    assert farm.state("sensor.rig1_reason") == "other_worker"
    issue = issue_registry.async_get_issue(DOMAIN, "rig_other_worker_rig1")
    assert issue is not None
    assert issue.translation_placeholders == {"name": "rig1", "worker": "eth1"}


async def test_the_first_status_check_after_a_reload_cuts_nothing(farm: Farm) -> None:
    """Its list may just be incomplete; the next one, five minutes later, decides."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(9)
    await farm.hass.config_entries.async_unload("rig1")
    await farm.after(4)
    farm.last = None
    await farm.load("rig1")
    await farm.after(4.5)
    assert outlet.log == []
    assert farm.state("sensor.rig1_reason") == "waiting_for_pool"
    await farm.after(2)
    assert outlet.log == ["off", "on"]


@pytest.mark.parametrize("outcome", [Outcome.EMPTY, Outcome.UNREACHABLE])
async def test_a_list_that_is_lost_is_no_verdict_after_a_reload_either(
    farm: Farm, outcome: Outcome
) -> None:
    """However often the entry is loaded again while the list stays empty."""
    outlet = await farm.add("rig1")
    await farm.after(6)
    farm.outcome = outcome
    for _ in range(3):
        await farm.after(20)
        await farm.hass.config_entries.async_reload("rig1")
    await farm.after(20)
    assert outlet.log == []
