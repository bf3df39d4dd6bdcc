"""A miner is paused, resumed, set and restarted, and what goes wrong is an error."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.miner.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util

from ..restarting import kill, restart
from .axes import Axes

MINING = "switch.axe_mining"
STATUS = "sensor.axe_status"
REBOOT = "button.axe_reboot"
IDENTIFY = "button.axe_identify"
FREQUENCY = "select.axe_frequency"
FAN_MODE = "select.axe_fan_mode"
FAN_SPEED = "number.axe_fan_speed"
TARGET = "number.axe_target_temperature"
COMMAND = "event.axe_last_command"

everything_on = pytest.mark.usefixtures("entity_registry_enabled_by_default")


async def test_a_miner_that_is_only_read_gets_nothing_that_acts(axes: Axes) -> None:
    """Control is off until the user allows it."""
    await axes.add(await axes.start(), controls=False)
    acting = {"switch", "number", "select", "button"}
    registry = er.async_get(axes.hass)
    found = er.async_entries_for_config_entry(registry, "axe")
    assert found
    assert not [entity for entity in found if entity.domain in acting]
    assert COMMAND not in [entity.entity_id for entity in found]


async def test_of_what_acts_a_home_miner_shows_the_switch_alone(axes: Axes) -> None:
    """What sets and restarts waits for a click."""
    await axes.add(await axes.start())
    registry = er.async_get(axes.hass)
    acting = {
        entity.entity_id: entity.disabled_by is None
        for entity in er.async_entries_for_config_entry(registry, "axe")
        if entity.domain not in ("sensor", "binary_sensor")
        and not entity.unique_id.endswith("_pool_change")
    }
    assert acting == {
        MINING: True,
        COMMAND: True,
        REBOOT: False,
        IDENTIFY: False,
        FREQUENCY: False,
        FAN_MODE: False,
        FAN_SPEED: False,
        TARGET: False,
    }


@pytest.mark.parametrize("model", ["gamma", "nerdqaxe"])
async def test_pause_and_resume(axes: Axes, model: str) -> None:
    """The switch and the status show what the device shows; each is one write."""
    device = await axes.start(model)
    await axes.add(device, least_rest=0)
    assert (axes.state(MINING), axes.state(STATUS)) == ("on", "hashing")

    await axes.call("switch", "turn_off", MINING)
    assert device.machine.paused
    assert (axes.state(MINING), axes.state(STATUS)) == ("off", "paused")

    await axes.call("switch", "turn_on", MINING)
    await axes.until(lambda: not device.machine.paused and device.machine.answers)
    await axes.settle()
    await axes.after(61)
    assert (axes.state(MINING), axes.state(STATUS)) == ("on", "hashing")
    assert len(device.writes) == 2


async def test_the_switch_is_off_whoever_paused_the_miner(axes: Axes) -> None:
    """Its own web page is seen with the next poll, and is no problem."""
    device = await axes.start()
    await axes.add(device)
    device.pause()
    await axes.after(31)
    assert (axes.state(MINING), axes.state(STATUS)) == ("off", "paused")
    assert axes.state("binary_sensor.axe_problem") == "off"
    assert not device.writes


async def test_what_is_so_already_is_not_sent(axes: Axes) -> None:
    """A second pause is no second write."""
    device = await axes.start()
    await axes.add(device)
    for _ in range(2):
        await axes.call("switch", "turn_off", MINING)
    assert len(device.writes) == 1


async def test_a_miner_rests_before_it_is_resumed(axes: Axes) -> None:
    """Sooner is refused with the time, and nothing is sent; force overrules it."""
    device = await axes.start()
    await axes.add(device)
    await axes.call("switch", "turn_off", MINING)
    with pytest.raises(ServiceValidationError) as caught:
        await axes.call("switch", "turn_on", MINING)
    assert caught.value.translation_key == "miner_command_too_soon"
    assert len(device.writes) == 1
    await axes.call(DOMAIN, "resume", MINING, force=True)
    assert axes.state(MINING) == "on"

    # A pause is never too soon.
    await axes.call("switch", "turn_off", MINING)
    await axes.after(601)
    await axes.call("switch", "turn_on", MINING)
    assert axes.state(MINING) == "on"


@pytest.mark.parametrize("by", ["reload", "restart"])
async def test_neither_reload_nor_restart_shortens_its_rest(
    axes: Axes, by: str
) -> None:
    """The refusal says from when; a pause is free in between, and begins a new rest."""
    device = await axes.start()
    await axes.add(device)

    async def interrupt() -> None:
        if by == "restart":
            await restart(axes.hass)
        else:
            await axes.hass.config_entries.async_reload("axe")
        await axes.settle()

    await axes.call("switch", "turn_off", MINING)
    await axes.after(300)
    await interrupt()
    with pytest.raises(ServiceValidationError) as caught:
        await axes.call("switch", "turn_on", MINING)
    assert caught.value.translation_key == "miner_command_too_soon"
    from_when = dt_util.as_local(dt_util.utcnow() + timedelta(seconds=300))
    assert f"possible from {from_when:%H:%M}" in str(caught.value)
    await axes.after(300)
    await interrupt()
    await axes.call("switch", "turn_on", MINING)
    assert axes.state(MINING) == "on"
    await axes.call("switch", "turn_off", MINING)
    assert axes.state(MINING) == "off"
    assert len(device.writes) == 3


@pytest.mark.parametrize("seconds", [0, 30])
@everything_on
async def test_a_kill_right_after_a_command_does_not_end_its_rest(
    axes: Axes, hass_storage: dict[str, Any], seconds: int
) -> None:
    """Whatever wears the miner is on disk before it is sent."""
    device = await axes.start()
    await axes.add(device)
    await axes.call("select", "select_option", FREQUENCY, option="490 MHz")
    await axes.call("switch", "turn_off", MINING)
    if seconds:
        await axes.after(seconds)
    await kill(axes.hass)
    with pytest.raises(ServiceValidationError) as caught:
        await axes.call("switch", "turn_on", MINING)
    assert caught.value.translation_key == "miner_command_too_soon"
    with pytest.raises(ServiceValidationError) as caught:
        await axes.call("select", "select_option", FREQUENCY, option="450 MHz")
    assert caught.value.translation_key == "miner_command_too_soon"
    assert len(device.writes) == 2


@everything_on
async def test_a_command_that_was_refused_wears_nothing(
    axes: Axes, hass_storage: dict[str, Any]
) -> None:
    """It may be tried again at once, after a kill as well."""
    device = await axes.start()
    await axes.add(device)
    device.lock()
    with pytest.raises(HomeAssistantError):
        await axes.call("select", "select_option", FREQUENCY, option="490 MHz")
    device.restore()
    await axes.after(2)
    await kill(axes.hass)
    await axes.call("select", "select_option", FREQUENCY, option="490 MHz")
    assert device.machine.frequency == 490


@everything_on
async def test_a_restart_leaves_time_between_two_changes(axes: Axes) -> None:
    """Five minutes of them, by whatever command changed it."""
    device = await axes.start()
    await axes.add(device)
    await axes.call("select", "select_option", FREQUENCY, option="490 MHz")
    await axes.after(200)
    await restart(axes.hass)
    with pytest.raises(ServiceValidationError) as caught:
        await axes.call("select", "select_option", FREQUENCY, option="450 MHz")
    assert caught.value.translation_key == "miner_command_too_soon"
    await axes.after(100)
    await axes.call("select", "select_option", FREQUENCY, option="450 MHz")
    assert device.machine.frequency == 450


@pytest.mark.parametrize(
    ("fault", "key", "writes"),
    [
        ("ignore_writes", "miner_command_unconfirmed", 1),
        ("error_in_ok", "miner_command_unconfirmed", 1),
        ("break_down", "miner_command_unconfirmed", 1),
        ("lock", "miner_command_locked", 1),
        ("refuse", "miner_command_no_answer", 0),
    ],
)
async def test_a_pause_that_is_not_seen_is_an_error_and_sent_once(
    axes: Axes, fault: str, key: str, writes: int
) -> None:
    """The switch goes on showing what is read."""
    device = await axes.start()
    await axes.add(device)
    getattr(device, fault)()
    with pytest.raises(HomeAssistantError) as caught:
        await axes.call("switch", "turn_off", MINING)
    assert caught.value.translation_key == key
    assert device.machine.worker not in str(caught.value)
    await axes.settle()
    assert len(device.writes) == writes
    assert axes.state(MINING) == "on"


async def test_a_pause_whose_answer_was_lost_is_read_back(axes: Axes) -> None:
    """It was done, so it is no error."""
    device = await axes.start()
    await axes.add(device)
    device.drop_writes()
    await axes.call("switch", "turn_off", MINING)
    assert axes.state(MINING) == "off"
    assert len(device.writes) == 1


async def test_a_locked_miner_is_a_repair_until_a_command_works(axes: Axes) -> None:
    """The repair says what to do on the device."""
    device = await axes.start()
    await axes.add(device)
    device.lock()
    with pytest.raises(HomeAssistantError):
        await axes.call("switch", "turn_off", MINING)
    issues = ir.async_get(axes.hass)
    issue = issues.async_get_issue(DOMAIN, "miner_locked_axe")
    assert issue is not None
    assert issue.translation_key == "miner_locked_axeos"
    device.restore()
    await axes.call("switch", "turn_off", MINING)
    assert not issues.async_get_issue(DOMAIN, "miner_locked_axe")


@everything_on
async def test_set_points(axes: Axes) -> None:
    """Within the bounds of the device, and read back."""
    device = await axes.start()
    await axes.add(device)
    assert axes.state(FREQUENCY) == "525 MHz"
    await axes.call("select", "select_option", FREQUENCY, option="490 MHz")
    assert (axes.state(FREQUENCY), device.machine.frequency) == ("490 MHz", 490)
    assert axes.state("sensor.axe_frequency") == "490.0"

    assert axes.state(FAN_MODE) == "automatic"
    await axes.call("number", "set_value", FAN_SPEED, value=45)
    assert (axes.state(FAN_SPEED), axes.state(FAN_MODE)) == ("45.0", "manual")
    await axes.call("select", "select_option", FAN_MODE, option="automatic")
    assert device.machine.fan_mode == 1
    await axes.call("number", "set_value", TARGET, value=55)
    assert device.machine.target_temperature == 55
    assert len(device.writes) == 4


@everything_on
async def test_a_frequency_is_not_changed_again_and_again(axes: Axes) -> None:
    """Each change is written to flash and lets the chips settle anew."""
    device = await axes.start()
    await axes.add(device)
    await axes.call("select", "select_option", FREQUENCY, option="490 MHz")
    with pytest.raises(ServiceValidationError) as caught:
        await axes.call("select", "select_option", FREQUENCY, option="450 MHz")
    assert caught.value.translation_key == "miner_command_too_soon"
    await axes.after(301)
    await axes.call("select", "select_option", FREQUENCY, option="450 MHz")
    assert device.machine.frequency == 450


@everything_on
async def test_a_frequency_that_the_device_does_not_list_is_unknown(axes: Axes) -> None:
    """It was set elsewhere; the options stay those of the device."""
    device = await axes.start()
    device.machine.frequency = 533
    await axes.add(device)
    assert axes.state(FREQUENCY) == "unknown"
    options = axes.get(FREQUENCY).attributes["options"]
    assert "533 MHz" not in options
    assert "525 MHz" in options


@everything_on
async def test_identify(axes: Axes) -> None:
    """Sent once for each press: it is a toggle."""
    device = await axes.start()
    await axes.add(device)
    await axes.call("button", "press", IDENTIFY)
    assert device.machine.identifying
    assert len(device.writes) == 1


@everything_on
async def test_a_reboot_returns_when_accepted_and_ends_in_an_event(axes: Axes) -> None:
    """Meanwhile the miner starts, is asked every 5 s, and takes nothing but a pause."""
    device = await axes.start()
    await axes.add(device)
    axes.patient = True
    await axes.call("button", "press", REBOOT)
    await axes.hass.async_block_till_done()
    assert axes.state(STATUS) == "starting"
    assert axes.state(COMMAND) == "unknown"
    with pytest.raises(HomeAssistantError) as caught:
        await axes.call("number", "set_value", FAN_SPEED, value=50)
    assert caught.value.translation_key == "miner_command_busy"

    await axes.until(lambda: axes.state(COMMAND) != "unknown")
    event = axes.get(COMMAND).attributes
    assert (event["event_type"], event["command"]) == ("confirmed", "reboot")
    assert [write.path for write in device.writes] == ["/api/system/restart"]
    axes.patient = False
    await axes.after(61)
    assert axes.state(STATUS) == "hashing"


@everything_on
async def test_a_command_under_way_is_followed_by_polls_5_s_apart(axes: Axes) -> None:
    """And by those of 30 s again once it has ended."""
    device = await axes.start()
    entry = await axes.add(device)
    assert entry.runtime_data.update_interval.total_seconds() == 30
    axes.patient = True
    await axes.call("button", "press", REBOOT)
    assert entry.runtime_data.update_interval.total_seconds() == 5
    await axes.until(lambda: axes.state(COMMAND) != "unknown")
    assert entry.runtime_data.update_interval.total_seconds() == 30


@everything_on
async def test_a_pause_supersedes_what_is_under_way(axes: Axes) -> None:
    """It is neither busy nor too soon; the other ends unconfirmed."""
    device = await axes.start()
    await axes.add(device)
    axes.patient = True
    device.ignore_writes()
    await axes.call("button", "press", REBOOT)
    device.restore()
    pausing = axes.hass.async_create_task(axes.call("switch", "turn_off", MINING))
    await axes.until(pausing.done)
    await pausing
    assert axes.state(MINING) == "off"
    event = axes.get(COMMAND).attributes
    assert (event["event_type"], event["command"]) == ("unconfirmed", "reboot")
    assert [write.path for write in device.writes] == [
        "/api/system/restart",
        "/api/system/pause",
    ]


@everything_on
async def test_a_pause_waits_for_a_miner_that_restarts(axes: Axes) -> None:
    """Nothing was sent yet, so it may ask until the miner answers."""
    device = await axes.start("nerdqaxe")
    await axes.add(device)
    axes.patient = True
    await axes.call("button", "press", REBOOT)
    assert not device.machine.answers
    pausing = axes.hass.async_create_task(axes.call("switch", "turn_off", MINING))
    await axes.until(pausing.done)
    await pausing
    assert axes.state(MINING) == "off"
    assert [write.path for write in device.writes] == [
        "/api/system/restart",
        "/api/system/shutdown",
    ]


async def test_two_pauses_at_once_are_one_write(axes: Axes) -> None:
    """The second waits for the end of the first."""
    device = await axes.start()
    await axes.add(device)
    await asyncio.gather(
        axes.call("switch", "turn_off", MINING), axes.call(DOMAIN, "pause", MINING)
    )
    assert len(device.writes) == 1
    assert device.traffic.most_open == 1


@everything_on
async def test_a_resume_that_is_superseded_says_so(axes: Axes) -> None:
    """Whoever waits for it gets an error, and the pause its way."""
    device = await axes.start()
    await axes.add(device, least_rest=0)
    await axes.call("switch", "turn_off", MINING)
    axes.patient = True
    device.ignore_writes()
    resuming = axes.hass.async_create_task(axes.call("switch", "turn_on", MINING))
    await axes.until(lambda: len(device.writes) == 2)
    device.restore()
    await axes.call("switch", "turn_off", MINING)
    with pytest.raises(HomeAssistantError) as caught:
        await resuming
    assert caught.value.translation_key == "miner_command_superseded"


async def test_an_entry_can_be_unloaded_while_a_command_is_under_way(
    axes: Axes,
) -> None:
    """The write is not sent again when it is loaded again."""
    device = await axes.start()
    entry = await axes.add(device)
    axes.patient = True
    device.ignore_writes()
    pausing = axes.hass.async_create_task(axes.call("switch", "turn_off", MINING))
    await axes.until(lambda: len(device.writes) == 1)
    assert await axes.hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await pausing
    assert caught.value.translation_key == "miner_command_unconfirmed"
    axes.patient = False
    device.restore()
    await axes.hass.config_entries.async_setup(entry.entry_id)
    await axes.settle()
    assert len(device.writes) == 1


async def test_another_miner_at_the_address_is_not_ordered(axes: Axes) -> None:
    """It may be somebody else's; the pause is an error and sends nothing."""
    device = await axes.start()
    await axes.add(device)
    device.machine.mac = "02:00:5E:00:53:99"
    await axes.after(31)
    with pytest.raises(HomeAssistantError) as caught:
        await axes.call(DOMAIN, "pause", MINING)
    assert caught.value.translation_key == "miner_command_no_answer"
    assert not device.writes


async def test_no_secret_is_in_states_or_diagnostics(axes: Axes) -> None:
    """The worker is in a sensor that is off, and redacted in diagnostics."""
    device = await axes.start()
    changes = async_capture_events(axes.hass, EVENT_STATE_CHANGED)
    entry = await axes.add(device)
    await axes.call("switch", "turn_off", MINING)
    worker = device.machine.worker
    assert worker not in str([change.data for change in changes])
    known = await async_get_config_entry_diagnostics(axes.hass, entry)
    assert worker not in str(known)
    assert device.machine.mac.lower() not in str(known).lower()
