"""Commands of a user: what each does, and when it is refused with an error."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.mining_farm.common import pauses
from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.restart import Intent, Memory, Reason
from custom_components.mining_farm.kinds.rig.controls import async_power_cycle
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..restarting import kill, restart
from .test_watch import memory, take_away_the_folder
from .watching import FakeOutlet, Farm


async def press(farm: Farm, *names: str) -> None:
    """Cut the power of rigs by the action."""
    await farm.hass.services.async_call(
        DOMAIN,
        "power_cycle",
        {"entity_id": [f"sensor.{name}_state" for name in names]},
        blocking=True,
    )


async def switch(farm: Farm, key: str, state: str) -> None:
    """Switch one of the switches of rig1."""
    await farm.hass.services.async_call(
        "switch", f"turn_{state}", {"entity_id": f"switch.rig1_{key}"}, blocking=True
    )


def holding(outlet: FakeOutlet) -> tuple[asyncio.Event, asyncio.Event]:
    """Return what is set when it is to go off, and what has to be set before it does."""
    asked, released = asyncio.Event(), asyncio.Event()
    turn_off = outlet.async_turn_off

    async def held() -> None:
        asked.set()
        await released.wait()
        await turn_off()

    outlet.async_turn_off = held  # type: ignore[method-assign]
    return asked, released


async def test_a_rig_without_an_outlet_cannot_be_cut(farm: Farm) -> None:
    """The error names the rig."""
    await farm.add("rig1", outlet="none")
    with pytest.raises(HomeAssistantError) as caught:
        await press(farm, "rig1")
    assert caught.value.translation_key == "rig_no_outlet"
    assert caught.value.translation_placeholders == {"name": "rig1"}


async def test_one_command_at_a_time(farm: Farm) -> None:
    """While the power is being cut, every other command for the outlet is refused."""
    outlet = await farm.add("rig1")
    asked, released = holding(outlet)
    cut = farm.hass.async_create_task(press(farm, "rig1"))
    await asked.wait()
    for command in (press(farm, "rig1"), switch(farm, "power", "off")):
        with pytest.raises(HomeAssistantError) as caught:
            await command
        assert caught.value.translation_key == "rig_busy"
    released.set()
    await cut
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    assert outlet.log == ["off", "on"]
    assert memory(farm, "rig1")["off_by_user"] is False


@pytest.mark.parametrize("state", ["on", "off"])
async def test_a_switching_that_fails_is_an_error_and_not_remembered(
    farm: Farm, state: str
) -> None:
    """A rig whose plug did not go off is not taken for one that shall stay off."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    before = memory(farm, "rig1")
    outlet.reachable = False
    with pytest.raises(HomeAssistantError) as caught:
        await switch(farm, "power", state)
    assert caught.value.translation_key == "rig_outlet_failed"
    assert memory(farm, "rig1") == before
    assert outlet.log == []


async def test_disarmed_a_rig_is_not_cut(farm: Farm) -> None:
    """The decision is published as a rehearsal from then on."""
    outlet = await farm.add("rig1")
    await switch(farm, "armed", "off")
    assert farm.state("switch.rig1_armed") == "off"
    farm.dies("rig1")
    await farm.after(30)
    assert outlet.log == []
    state = farm.hass.states.get("event.rig1_restarts")
    assert state is not None
    assert state.attributes["event_type"] == "would_restart"


async def test_the_power_of_one_rig_fails_and_of_the_other_does_not(farm: Farm) -> None:
    """Each rig that can be cut is cut; the error names the one that could not."""
    broken = await farm.add("rig1")
    sound = await farm.add("rig2")
    broken.reachable = False
    with pytest.raises(HomeAssistantError) as caught:
        await press(farm, "rig1", "rig2")
    assert caught.value.translation_key == "rig_outlet_failed"
    assert caught.value.translation_placeholders == {"name": "rig1"}
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    assert sound.log == ["off", "on"]


async def test_reset_by_action(farm: Farm) -> None:
    """A rig that was given up counts from zero, and may be cut once more."""
    outlet = await farm.add("rig1", options={"repeat_on_silence": True})
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(120)
    assert farm.state("sensor.rig1_state") == "unstable"
    await farm.hass.services.async_call(
        DOMAIN, "reset_restarts", {"entity_id": "sensor.rig1_state"}, blocking=True
    )
    assert farm.state("sensor.rig1_restarts_in_a_row") == "0"
    assert farm.state("sensor.rig1_restarts") == "3"
    await farm.after(10)
    assert outlet.log == ["off", "on"] * 4


async def test_no_restart_is_started_beside_a_cut_by_the_user(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's begins while the automatic one still waits for the pool's answers."""
    outlet = await farm.add("rig1")
    await farm.add("rig2")
    await farm.after(5)
    farm.dies("rig1")
    rig1, rig2 = (farm.entries[name].runtime_data for name in ("rig1", "rig2"))
    hear, start = rig2.async_hear, rig1.power.start
    begun: list[asyncio.Task[None]] = []

    async def hear_while_the_user_cuts(max_age: timedelta) -> None:
        await hear(max_age)
        if not begun:
            farm.hass.async_create_task(async_power_cycle(rig1))

    def counted(switching: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        begun.append(start(switching))
        return begun[-1]

    monkeypatch.setattr(rig2, "async_hear", hear_while_the_user_cuts)
    monkeypatch.setattr(rig1.power, "start", counted)
    await farm.after(12)
    assert len(begun) == 1
    assert outlet.log == ["off", "on"]


async def test_memories_reach_the_disk_in_their_order(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow write of an earlier memory does not replace the intent of a cut."""
    await farm.add("rig1")
    power = farm.entries["rig1"].runtime_data.power
    write, slow = RecordFile.async_write, asyncio.Event()
    earlier = replace(power.memory, plug_failures=1)
    intent = Intent(
        off_at=dt_util.utcnow(), on_at=dt_util.utcnow(), reason=Reason.BY_USER
    )
    later = replace(power.memory, intent=intent)

    async def delayed(file: RecordFile, record: Mapping[str, Any]) -> None:
        if record["plug_failures"]:
            await slow.wait()
        await write(file, record)

    monkeypatch.setattr(RecordFile, "async_write", delayed)
    writes = [
        farm.hass.async_create_task(power.async_store(each))
        for each in (earlier, later)
    ]
    await farm.hass.async_add_executor_job(lambda: None)
    slow.set()
    await asyncio.gather(*writes)
    assert power.memory == later
    assert Memory.from_dict(memory(farm, "rig1")) == later


async def test_one_power_cycle_in_two_minutes(farm: Farm) -> None:
    """Of many in a row one is done; the refusal says when the next will be."""
    outlet = await farm.add("rig1")
    await press(farm, "rig1")
    for _ in range(5):
        with pytest.raises(ServiceValidationError) as caught:
            await press(farm, "rig1")
        assert caught.value.translation_key == "rig_cycled_just_now"
    placeholders = caught.value.translation_placeholders
    assert placeholders is not None
    assert placeholders["name"] == "rig1"
    assert outlet.log == ["off", "on"]
    farm.freezer.tick(timedelta(seconds=int(placeholders["seconds"])))
    await press(farm, "rig1")
    assert outlet.log == ["off", "on"] * 2


async def press_button(farm: Farm, name: str) -> None:
    """Cut the power of a rig by its button."""
    await farm.hass.services.async_call(
        "button", "press", {"entity_id": f"button.{name}_power_cycle"}, blocking=True
    )


async def test_neither_button_reload_nor_restart_is_a_way_around_it(
    farm: Farm,
) -> None:
    """The last cut is in the rig's memory on disk; switching off is free all the time."""
    outlet = await farm.add("rig1")
    await press(farm, "rig1")
    farm.freezer.tick(timedelta(seconds=20))
    await farm.hass.config_entries.async_reload("rig1")
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    await restart(farm.hass)
    for way in (press, press_button):
        with pytest.raises(ServiceValidationError) as caught:
            await way(farm, "rig1")
        assert caught.value.translation_key == "rig_cycled_just_now"
    placeholders = caught.value.translation_placeholders
    assert placeholders is not None
    assert outlet.log == ["off", "on"]
    await switch(farm, "power", "off")
    assert outlet.log == ["off", "on", "off"]
    farm.freezer.tick(timedelta(seconds=int(placeholders["seconds"])))
    await press_button(farm, "rig1")
    assert outlet.log[-1] == "on"


async def test_a_kill_right_after_a_cut_is_no_way_around_it(
    farm: Farm, hass_storage: dict[str, Any]
) -> None:
    """The rig's own memory was on disk before the cut, the pause was not yet."""
    outlet = await farm.add("rig1")
    await press(farm, "rig1")
    await farm.hass.config_entries.async_unload("rig1")
    hass_storage.pop("mining_farm.pauses", None)
    await kill(farm.hass)
    async_power_ups(farm.hass).sleep = no_wait
    await farm.hass.config_entries.async_setup("rig1")
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    with pytest.raises(ServiceValidationError) as caught:
        await press(farm, "rig1")
    assert caught.value.translation_key == "rig_cycled_just_now"
    assert outlet.log == ["off", "on"]


async def test_a_kill_while_an_outlet_goes_off_does_not_end_the_pause(
    farm: Farm, monkeypatch: pytest.MonkeyPatch, hass_storage: dict[str, Any]
) -> None:
    """Its supplies rest before it is turned on again, by whoever."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    turn_off = outlet.async_turn_off

    async def die() -> None:
        await turn_off()
        await kill(farm.hass)

    monkeypatch.setattr(outlet, "async_turn_off", die)
    await switch(farm, "power", "off")
    await kill(farm.hass)
    with pytest.raises(ServiceValidationError) as caught:
        await switch(farm, "power", "on")
    assert caught.value.translation_key == "stopped_just_now"


async def no_wait(_seconds: float) -> None:
    """Wait for no gate."""


@pytest.mark.parametrize("by", [timedelta(days=-1), timedelta(days=1)])
async def test_a_clock_that_is_set_changes_no_pause(
    farm: Farm, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    """What counts is the time that passes, not the time of the day."""
    outlet = await farm.add("rig1")
    lived = 100.0
    monkeypatch.setattr(pauses, "monotonic", lambda: lived)
    await press(farm, "rig1")
    farm.freezer.tick(by)
    # Power was away for three seconds.
    for seconds, left in ((0, "117"), (116, "1")):
        lived = 100.0 + seconds
        with pytest.raises(ServiceValidationError) as caught:
            await press(farm, "rig1")
        assert caught.value.translation_placeholders == {
            "name": "rig1",
            "seconds": left,
        }
    lived = 217.0
    await press(farm, "rig1")
    assert outlet.log == ["off", "on"] * 2


async def test_power_comes_back_after_a_pause_and_goes_at_once(farm: Farm) -> None:
    """Turning off is never held back; turning on waits until supplies are empty."""
    outlet = await farm.add("rig1")
    await switch(farm, "power", "off")
    with pytest.raises(ServiceValidationError) as caught:
        await switch(farm, "power", "on")
    assert caught.value.translation_key == "stopped_just_now"
    assert caught.value.translation_placeholders == {"name": "rig1", "seconds": "10"}
    await farm.hass.config_entries.async_reload("rig1")
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    farm.freezer.tick(timedelta(seconds=4))
    await restart(farm.hass)
    with pytest.raises(ServiceValidationError) as caught:
        await switch(farm, "power", "on")
    assert caught.value.translation_placeholders == {"name": "rig1", "seconds": "6"}
    farm.freezer.tick(timedelta(seconds=6))
    await switch(farm, "power", "on")
    await switch(farm, "power", "off")
    assert outlet.log == ["off", "on", "off"]


async def test_a_wish_that_cannot_be_remembered_is_an_error(farm: Farm) -> None:
    """The outlet is left as it is: after a crash it would be turned on again."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    take_away_the_folder(farm)
    with pytest.raises(HomeAssistantError) as caught:
        await switch(farm, "power", "off")
    assert caught.value.translation_key == "hold_not_stored"
    assert outlet.log == []
