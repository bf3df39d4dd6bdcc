"""The editor of automations offers triggers and conditions of ours, and they do what they say."""

from typing import Any

import pytest

from custom_components.mining_farm import condition as our_conditions, trigger as ours
from custom_components.mining_farm.const import DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import condition, entity_registry as er, trigger
from homeassistant.setup import async_setup_component

STATUS = ("sensor", "status", "sensor.axe_status")
BOARDS = ("sensor", "failed_boards", "sensor.axe_failed_hashboards")
EVENTS = {
    "rig_restarted": ("event", "restarts", "event.rig_restarts", "restarted", "held"),
    "alarm_raised": (
        "event",
        "container_alarms",
        "event.north_alarms",
        "raised",
        "cleared",
    ),
    "interlock_tripped": (
        "event",
        "farm_events",
        "event.site_events",
        "trip",
        "warned",
    ),
    "window_won": (
        "event",
        "auction",
        "event.wallet_auction",
        "window_won",
        "window_lost",
    ),
}


def register(hass: HomeAssistant, platform: str, key: str, entity_id: str) -> None:
    """Register an entity of ours."""
    er.async_get(hass).async_get_or_create(
        platform,
        DOMAIN,
        entity_id,
        translation_key=key,
        suggested_object_id=entity_id.partition(".")[2],
    )


async def automate(hass: HomeAssistant, name: str, **config: Any) -> list[ServiceCall]:
    """Set up an automation with one trigger; return the calls of its action."""
    calls: list[ServiceCall] = []

    async def called(call: ServiceCall) -> None:
        calls.append(call)

    hass.services.async_register("test", "called", called)
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "triggers": {"trigger": f"{DOMAIN}.{name}", **config},
                "actions": {"action": "test.called"},
            }
        },
    )
    await hass.async_block_till_done()
    return calls


async def become(hass: HomeAssistant, entity_id: str, state: str, **about: Any) -> None:
    """Let an entity be in a state."""
    hass.states.async_set(entity_id, state, about)
    await hass.async_block_till_done()


async def test_home_assistant_offers_them(hass: HomeAssistant) -> None:
    """With their descriptions, which it reads of custom integrations, too."""
    await automate(hass, "machine_stopped", target={"entity_id": STATUS[2]})
    assert await async_setup_component(hass, "sensor", {})
    described = await trigger.async_get_all_descriptions(hass)
    for name in ours.TRIGGERS:
        assert described[f"{DOMAIN}.{name}"], name
    assert await condition.async_validate_condition_config(
        hass,
        {
            "condition": f"{DOMAIN}.machine_is_hashing",
            "target": {"entity_id": STATUS[2]},
        },
    )
    known = await condition.async_get_all_descriptions(hass)
    for name in our_conditions.CONDITIONS:
        assert known[f"{DOMAIN}.{name}"], name


async def test_a_machine_stopped(hass: HomeAssistant) -> None:
    """From hashing; neither by being lost and found, nor from one stop to another."""
    register(hass, *STATUS)
    await become(hass, STATUS[2], "hashing")
    calls = await automate(hass, "machine_stopped", target={"entity_id": STATUS[2]})
    for state in ("unavailable", "hashing", "degraded"):
        await become(hass, STATUS[2], state)
    assert calls == []
    await become(hass, STATUS[2], "fault")
    await become(hass, STATUS[2], "idle")
    assert len(calls) == 1


async def test_another_sensor_of_the_device_is_no_machine(hass: HomeAssistant) -> None:
    """Nor a sensor of another integration with the same state."""
    await become(hass, "sensor.other_status", "hashing")
    calls = await automate(
        hass, "machine_stopped", target={"entity_id": "sensor.other_status"}
    )
    await become(hass, "sensor.other_status", "idle")
    assert calls == []


async def test_a_hashboard_failed(hass: HomeAssistant) -> None:
    """Each further one again; not when one is back."""
    register(hass, *BOARDS)
    await become(hass, BOARDS[2], "none")
    calls = await automate(hass, "hashboard_failed", target={"entity_id": BOARDS[2]})
    for state, times in (("1", 1), ("1, 3", 2), ("3", 2), ("none", 2), ("2", 3)):
        await become(hass, BOARDS[2], state)
        assert len(calls) == times, state


@pytest.mark.parametrize("name", EVENTS)
async def test_an_event_happened(hass: HomeAssistant, name: str) -> None:
    """The first one after a start counts, and others of the same entity do not."""
    platform, key, entity_id, event_type, other = EVENTS[name]
    register(hass, platform, key, entity_id)
    await become(hass, entity_id, "unknown")
    calls = await automate(hass, name, target={"entity_id": entity_id})
    await become(hass, entity_id, "2026-12-01T10:00:00", event_type=other)
    assert calls == []
    await become(hass, entity_id, "2026-12-01T10:00:05", event_type=event_type)
    assert len(calls) == 1


RESTART = ("unavailable", "unknown")
"""What an entity is while Home Assistant starts, or its entry is loaded again."""


@pytest.mark.parametrize("between", RESTART)
async def test_a_restart_is_no_trigger(hass: HomeAssistant, between: str) -> None:
    """What was so before, or came meanwhile, is found: nothing happened now."""
    register(hass, *STATUS)
    register(hass, *BOARDS)
    await become(hass, STATUS[2], "hashing")
    await become(hass, BOARDS[2], "1")
    calls = await automate(hass, "machine_stopped", target={"entity_id": STATUS[2]})
    more = await automate(hass, "hashboard_failed", target={"entity_id": BOARDS[2]})
    for entity_id, then in ((STATUS[2], "idle"), (BOARDS[2], "1")):
        await become(hass, entity_id, between)
        await become(hass, entity_id, then)
        hass.states.async_remove(entity_id)
        await become(hass, entity_id, then)
    assert (calls, more) == ([], [])


@pytest.mark.parametrize("name", EVENTS)
async def test_an_event_of_before_is_not_told_again(
    hass: HomeAssistant, name: str
) -> None:
    """Core shows the last one again after a restart, and when an attribute changes."""
    platform, key, entity_id, event_type, _ = EVENTS[name]
    register(hass, platform, key, entity_id)
    at = "2026-12-01T10:00:05"
    await become(hass, entity_id, at, event_type=event_type)
    calls = await automate(hass, name, target={"entity_id": entity_id})
    await become(hass, entity_id, "unavailable", restored=True)
    await become(hass, entity_id, at, event_type=event_type)
    await become(hass, entity_id, at, event_type=event_type, friendly_name="New")
    hass.states.async_remove(entity_id)
    await become(hass, entity_id, at, event_type=event_type)
    assert calls == []
    await become(hass, entity_id, "2026-12-01T10:00:09", event_type=event_type)
    assert len(calls) == 1


CONDITIONS = {
    "machine_is_hashing": ("sensor", "status", "tuning", "idle"),
    "machine_is_stopped": ("sensor", "status", "offline", "hashing"),
    "rig_is_online": ("binary_sensor", "rig_online", "on", "off"),
    "container_has_problem": ("binary_sensor", "container_problem", "on", "off"),
    "farm_is_stopped": ("binary_sensor", "farm_emergency_stop", "on", "off"),
    "interlock_is_latched": ("binary_sensor", "farm_latched", "on", "off"),
}


@pytest.mark.parametrize("behavior", ["any", "all"])
@pytest.mark.parametrize("name", CONDITIONS)
async def test_a_condition(hass: HomeAssistant, name: str, behavior: str) -> None:
    """Of what is unknown nothing is said."""
    platform, key, good, bad = CONDITIONS[name]
    entity_id = f"{platform}.one"
    register(hass, platform, key, entity_id)
    config = await condition.async_validate_condition_config(
        hass,
        {
            "condition": f"{DOMAIN}.{name}",
            "target": {"entity_id": entity_id},
            "options": {"behavior": behavior},
        },
    )
    checker = await condition.async_from_config(hass, config)
    for state, holds in (
        (good, True),
        (bad, False),
        ("unavailable", False),
        ("unknown", False),
    ):
        await become(hass, entity_id, state)
        assert bool(checker.async_check()) is holds, state
    hass.states.async_remove(entity_id)
    assert not checker.async_check()
