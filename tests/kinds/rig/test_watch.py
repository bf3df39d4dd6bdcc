"""A rig is watched, and brought back at most once per cause."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.pools import Outcome
from custom_components.mining_farm.kinds.rig.resources import (
    DATA_RESOURCES,
    async_get_resources,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .watching import Farm


def happened(farm: Farm, name: str) -> str | None:
    """Return the last event of a rig."""
    state = farm.hass.states.get(f"event.{name}_restarts")
    assert state is not None
    return state.attributes.get("event_type")


def memory(farm: Farm, name: str) -> dict[str, Any]:
    """Return what is on disk about a rig."""
    copies = [json.loads(file.read_text()) for file in memory_files(farm, name)]
    stored: dict[str, Any] = max(copies, key=lambda each: int(each.get("write", 0)))
    stored.pop("write", None)
    return stored


def memory_files(farm: Farm, name: str) -> list[Path]:
    """Return where its two copies are."""
    folder = Path(farm.hass.config.path(".storage"))
    names = (f"mining_farm.rig.{name}", f"mining_farm.rig.{name}.2")
    return [folder / each for each in names if (folder / each).exists()]


def leave_on_disk(farm: Farm, name: str, text: str) -> None:
    """Put something else there, in place of both copies."""
    for file in memory_files(farm, name):
        file.write_text(text)


def take_away_the_folder(farm: Farm) -> None:
    """Put a file in its place, so that nothing can be written there any more."""
    folder = Path(farm.hass.config.path(".storage"))
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("no folder any more")


async def test_a_rig_that_works_is_left_alone(farm: Farm) -> None:
    """Hours of good answers switch nothing; the pool is asked every five minutes."""
    outlet = await farm.add("rig1")
    farm.fetches = 0
    await farm.after(60)
    assert outlet.log == []
    assert farm.fetches == 12
    assert farm.state("binary_sensor.rig1_online") == "on"
    assert farm.state("sensor.rig1_state") == "online"
    assert farm.state("sensor.rig1_reason") == "pool_sees_shares"
    assert farm.state("sensor.rig1_pool_hashrate") == "62.5"


async def test_a_dead_rig_is_cut_once_and_comes_back(farm: Farm) -> None:
    """Off, on, counted; the evidence is in the event; a fresh share is a recovery."""
    outlet = await farm.add("rig1")
    await farm.after(10)
    farm.dies("rig1")
    await farm.after(9)
    assert outlet.log == []
    await farm.after(7)
    assert outlet.log == ["off", "on"]
    assert farm.state("sensor.rig1_restarts_in_a_row") == "1"
    assert farm.state("sensor.rig1_state") == "cooldown"
    event = farm.hass.states.get("event.rig1_restarts")
    assert event is not None
    assert event.attributes["event_type"] == "restarted"
    assert event.attributes["reason"] == "pool_silent"
    assert event.attributes["pool_verdict"] == "offline"
    assert event.attributes["last_share"] is not None
    farm.alive.add("rig1")
    await farm.after(6)
    assert outlet.log == ["off", "on"]
    assert farm.state("sensor.rig1_state") == "online"
    assert farm.state("sensor.rig1_restarts_in_a_row") == "0"
    assert farm.state("sensor.rig1_restarts") == "1"
    assert happened(farm, "rig1") == "recovered"


async def test_after_three_restarts_a_human_decides(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """The rig is unstable, an issue is raised, and nothing is switched any more."""
    outlet = await farm.add("rig1", options={"repeat_on_silence": True})
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(120)
    assert outlet.log == ["off", "on"] * 3
    assert farm.state("sensor.rig1_state") == "unstable"
    assert happened(farm, "rig1") == "gave_up"
    assert issue_registry.async_get_issue(DOMAIN, "rig_unstable_rig1") is not None
    # A restart of Home Assistant forgets nothing of it.
    await farm.hass.config_entries.async_unload("rig1")
    await farm.load("rig1")
    await farm.after(60)
    assert outlet.log == ["off", "on"] * 3
    await farm.hass.services.async_call(
        "button", "press", {"entity_id": "button.rig1_reset_restarts"}, blocking=True
    )
    assert issue_registry.async_get_issue(DOMAIN, "rig_unstable_rig1") is None
    await farm.after(10)
    assert outlet.log == ["off", "on"] * 4


async def test_rehearsing_shows_and_switches_nothing(farm: Farm) -> None:
    """A new rig is watched for a while before its power is really cut."""
    outlet = await farm.add("rig1", armed=False)
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(60)
    assert outlet.log == []
    assert happened(farm, "rig1") == "would_restart"
    await farm.hass.services.async_call(
        "switch", "turn_on", {"entity_id": "switch.rig1_armed"}, blocking=True
    )
    await farm.after(11)
    assert outlet.log == ["off", "on"]


@pytest.mark.parametrize(
    "outcome",
    [
        outcome
        for outcome in Outcome
        if outcome not in (Outcome.WORKER, Outcome.EMPTY, Outcome.ABSENT)
    ],
)
async def test_no_verdict_holds(
    farm: Farm, outcome: Outcome, entity_registry_enabled_by_default: None
) -> None:
    """Errors, limits, maintenance pages and unknown wallets are no reason to cut."""
    outlet = await farm.add("rig1")
    await farm.after(10)
    farm.outcome = outcome
    await farm.after(180)
    assert outlet.log == []
    assert farm.state("sensor.rig1_state") == "held"
    assert farm.state("binary_sensor.rig1_online") == "unknown"
    # The last one that was known stays so.
    assert farm.state("sensor.rig1_last_share").startswith("2026-11-21T03:")


async def test_a_pool_outage_holds_all_rigs_and_is_published_once(farm: Farm) -> None:
    """All shares stop together: it is the pool, and rigs get time to come back."""
    outlets = [await farm.add(f"rig{number}") for number in range(1, 5)]
    await farm.after(10)
    farm.alive.clear()
    await farm.after(120)
    assert [outlet.log for outlet in outlets] == [[]] * 4
    assert farm.state("sensor.rig3_state") == "held"
    assert farm.state("sensor.rig3_reason") == "pool_outage"
    assert [happened(farm, f"rig{number}") for number in range(1, 5)] == [
        "held",
        None,
        None,
        None,
    ]
    farm.alive |= {"rig1", "rig2", "rig3", "rig4"}
    await farm.after(30)
    assert farm.state("sensor.rig3_state") == "online"
    farm.dies("rig4")
    await farm.after(16)
    assert [outlet.log for outlet in outlets] == [[], [], [], ["off", "on"]]


async def test_no_cut_right_after_a_start(farm: Farm) -> None:
    """A dead rig is seen at once, and cut only when things have settled."""
    sleep = async_get_resources(farm.hass).sleep
    del farm.hass.data[DATA_RESOURCES]
    farm.hass.set_state(CoreState.starting)
    async_get_resources(farm.hass).sleep = sleep
    farm.shares["rig1"] = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    outlet = await farm.add("rig1", alive=False)
    farm.hass.set_state(CoreState.running)
    farm.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await farm.after(2)
    assert farm.state("sensor.rig1_reason") == "quiet_start"
    await farm.after(2)
    assert farm.state("sensor.rig1_reason") == "never_seen"
    assert outlet.log == []


async def test_a_rig_that_is_added_later_is_judged_at_once(farm: Farm) -> None:
    """The quiet start counts from the start of Home Assistant."""
    farm.shares["rig1"] = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    await farm.add("rig1", alive=False)
    assert farm.state("sensor.rig1_reason") == "never_seen"


async def test_an_unfinished_cut_is_finished_first(farm: Farm) -> None:
    """The process died between off and on."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    stored = memory(farm, "rig1")
    await farm.hass.config_entries.async_unload("rig1")
    stored["intent"] = {
        "off_at": "2026-11-21T03:05:00+00:00",
        "on_at": "2026-11-21T03:05:03+00:00",
        "reason": "pool_silent",
    }
    leave_on_disk(farm, "rig1", json.dumps(stored))
    outlet.on = False
    farm.outcome = Outcome.UNREACHABLE
    await farm.load("rig1")
    assert outlet.log == ["on"]
    assert memory(farm, "rig1")["intent"] is None
    assert memory(farm, "rig1")["restarts_in_row"] == 1
    assert happened(farm, "rig1") == "restarted"


async def test_a_damaged_memory_is_left_to_a_human(farm: Farm) -> None:
    """It may have held the end of patience."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await farm.hass.config_entries.async_unload("rig1")
    leave_on_disk(farm, "rig1", "{")
    await farm.load("rig1")
    farm.dies("rig1")
    await farm.after(60)
    assert outlet.log == []
    assert farm.state("sensor.rig1_state") == "unstable"


async def test_what_cannot_be_remembered_is_not_done(farm: Farm) -> None:
    """Without the intent on disk the power is not cut."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    take_away_the_folder(farm)
    farm.dies("rig1")
    await farm.after(30)
    assert outlet.log == []


async def test_an_outlet_that_lost_its_own_power_is_just_turned_on(farm: Farm) -> None:
    """It was away, and is off since: nothing to cut, and no restart to count."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    outlet.on = outlet.reachable = False
    farm.dies("rig1")
    await farm.after(16)
    outlet.reachable = True
    await farm.after(9)
    assert outlet.log == ["on"]
    assert farm.state("sensor.rig1_restarts") == "0"


async def test_an_outlet_that_a_hand_switched_off_stays_off(farm: Farm) -> None:
    """Somebody pressed the plug's own button: not turned on behind their back."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    outlet.on = False
    farm.dies("rig1")
    await farm.after(60)
    assert outlet.log == []
    assert farm.state("sensor.rig1_state") == "off_by_user"
    assert farm.state("sensor.rig1_reason") == "off_at_plug"


async def test_what_the_user_switches_off_stays_off(farm: Farm) -> None:
    """A solar rig is off every night, over restarts of Home Assistant too."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await farm.hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.rig1_power"}, blocking=True
    )
    farm.dies("rig1")
    await farm.hass.config_entries.async_unload("rig1")
    await farm.load("rig1")
    await farm.after(120)
    assert outlet.log == ["off"]
    assert farm.state("sensor.rig1_state") == "off_by_user"
    await farm.hass.services.async_call(
        "switch", "turn_on", {"entity_id": "switch.rig1_power"}, blocking=True
    )
    assert outlet.log == ["off", "on"]


async def test_an_unreachable_plug_is_reported_and_counts_no_restart(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """Backed off, and an issue after half an hour that ends by itself."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    outlet.reachable = False
    farm.dies("rig1")
    await farm.after(20)
    issue_id = "rig_plug_unreachable_rig1"
    assert happened(farm, "rig1") == "plug_unreachable"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    await farm.after(15)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is not None
    assert farm.state("sensor.rig1_restarts") == "0"
    assert farm.state("switch.rig1_power") == "unavailable"
    outlet.reachable = True
    await farm.after(6)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    # Plug and rig may have lost power together: time to boot.
    assert outlet.log == []
    await farm.after(6)
    assert outlet.log == ["off", "on"]


async def test_the_users_power_cycle(farm: Farm) -> None:
    """Works while rehearsing, and a plug that fails is an error to the caller."""
    outlet = await farm.add("rig1", armed=False)
    await farm.hass.services.async_call(
        DOMAIN,
        "power_cycle",
        {"entity_id": "sensor.rig1_state"},
        blocking=True,
    )
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    assert outlet.log == ["off", "on"]
    assert farm.state("sensor.rig1_restarts_in_a_row") == "0"
    outlet.reachable = False
    with pytest.raises(HomeAssistantError, match="rig1"):
        await farm.hass.services.async_call(
            "button",
            "press",
            {"entity_id": "button.rig1_power_cycle"},
            blocking=True,
        )


async def test_check_now_returns_verdict_witnesses_and_decision(farm: Farm) -> None:
    """Asked at once, whatever the rhythm."""
    await farm.add("rig1")
    await farm.after(4)
    fetches = farm.fetches
    answer = await farm.hass.services.async_call(
        DOMAIN,
        "check_now",
        {"entity_id": "sensor.rig1_state"},
        blocking=True,
        return_response=True,
    )
    assert farm.fetches == fetches + 1
    assert answer is not None
    rig = answer["rig1"]
    assert isinstance(rig, dict)
    assert rig["pool_verdict"] == "online"
    assert rig["outlet"] == "on"
    assert rig["state"] == "online"


async def test_an_error_in_one_rig_stops_no_other(farm: Farm) -> None:
    """Rigs fail independently."""
    broken = await farm.add("rig1")
    sound = await farm.add("rig2")
    await farm.add("rig3")
    await farm.add("rig4")
    await farm.add("rig5")
    await farm.after(5)

    async def bug() -> None:
        raise RuntimeError("bug")

    broken.async_read = bug  # type: ignore[assignment]
    farm.dies("rig1", "rig2")
    await farm.after(16)
    assert sound.log == ["off", "on"]


async def test_watch_only(farm: Farm) -> None:
    """Without an outlet there is nothing to press."""
    await farm.add("rig1", outlet="none")
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(16)
    assert farm.state("sensor.rig1_reason") == "watch_only"
    assert farm.hass.states.get("switch.rig1_power") is None
    assert farm.entries["rig1"].state is ConfigEntryState.LOADED


async def test_power_ups_keep_their_distance(farm: Farm) -> None:
    """Three of ten rigs die: one after the other, twenty seconds apart."""
    outlets = [await farm.add(f"rig{number}") for number in range(10)]
    await farm.after(5)
    times: list[datetime] = []
    for outlet in outlets:
        turn_on = outlet.async_turn_on

        async def noted(turn_on: object = turn_on) -> None:
            times.append(datetime.now(UTC))
            await turn_on()  # type: ignore[operator]

        outlet.async_turn_on = noted  # type: ignore[method-assign]
    farm.dies("rig2", "rig5", "rig7")
    await farm.after(16)
    gaps = [after - before for before, after in pairwise(times)]
    assert len(gaps) == 2
    assert min(gaps) >= timedelta(seconds=20)
