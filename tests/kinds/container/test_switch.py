"""Cooling and PID mode as switches, and the reset: sent once, shown when true."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from custom_components.mining_farm.common import pauses
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.container import controls
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import intent
from homeassistant.setup import async_setup_component
from simulators.antspace import AntspaceSimulator, Model

from ..restarting import kill, restart
from .conftest import NORTH, Site

CLIMATE = "climate.north"
COOLING = "switch.north_cooling"
PID = "switch.north_pid_mode"
RESET = "button.north_reset_cooling"

pytestmark = pytest.mark.usefixtures("read_back")


async def act(site: Site, service: str, entity_id: str, **data: Any) -> None:
    """Ask an entity for something and wait for its end."""
    await site.hass.services.async_call(
        entity_id.partition(".")[0],
        service,
        {"entity_id": entity_id, **data},
        blocking=True,
    )


async def fails(site: Site, service: str, entity_id: str, key: str) -> str:
    """Ask for something that fails with the text of that key, and return the text."""
    with pytest.raises(HomeAssistantError) as raised:
        await act(site, service, entity_id)
    assert raised.value.translation_key == key
    assert raised.value.translation_domain == DOMAIN
    await site.settle()
    return str(raised.value)


def operations(container: AntspaceSimulator) -> list[str | None]:
    """Return what was written on the wire, oldest first."""
    return [request.operation for request in container.writes]


@pytest.mark.parametrize("model", [Model.HK3, Model.IMMERSION])
async def test_cooling_stops_and_starts(site: Site, model: Model) -> None:
    """Each press is one write, and the switch follows the pumps."""
    container = await site.container(model)
    container.set_load(0)
    await site.add(container, controls=True)
    assert site.state(COOLING) == "on"
    await act(site, "turn_off", COOLING)
    assert site.state(COOLING) == "off"
    await site.after(60)
    await act(site, "turn_on", COOLING)
    assert site.state(COOLING) == "on"
    assert operations(container) == ["close", "open"]


async def test_no_stop_while_miners_hash(site: Site, north: AntspaceSimulator) -> None:
    """Nothing is written while they hash, or while it is unknown whether they do."""
    await site.add(north, controls=True)
    text = await fails(site, "turn_off", COOLING, "container_miners_hashing")
    assert "North" in text
    north.set_load(0)
    north.break_down(operations="minerInfo")
    await fails(site, "turn_off", COOLING, "container_miners_hashing")
    north.restore()
    north.set_fields({"minerInfo": {"miner_num": 3}})
    await fails(site, "turn_off", COOLING, "container_miners_hashing")
    assert operations(north) == []
    assert site.state(COOLING) == "on"


WAYS_TO_STOP: tuple[tuple[str, dict[str, Any]], ...] = (
    ("climate.turn_off", {"entity_id": CLIMATE}),
    ("climate.toggle", {"entity_id": CLIMATE}),
    ("climate.set_hvac_mode", {"entity_id": CLIMATE, "hvac_mode": "off"}),
    ("switch.turn_off", {"entity_id": COOLING}),
    ("switch.toggle", {"entity_id": COOLING}),
    ("homeassistant.turn_off", {"entity_id": [CLIMATE, COOLING]}),
    ("homeassistant.toggle", {"entity_id": COOLING}),
    ("scene.apply", {"entities": {CLIMATE: "off", COOLING: "off"}}),
    ("mining_farm.stop_cooling", {"entity_id": CLIMATE}),
    ("mining_farm.stop_cooling", {"entity_id": CLIMATE, "force": False}),
)


async def call(site: Site, action: str, data: dict[str, Any]) -> None:
    """Call an action and wait for its end, whatever comes of it."""
    domain, _, service = action.partition(".")
    with suppress(HomeAssistantError):
        await site.hass.services.async_call(domain, service, dict(data), blocking=True)
    await site.settle()


@pytest.mark.parametrize(("action", "data"), WAYS_TO_STOP)
async def test_no_way_around_the_guard(
    site: Site, north: AntspaceSimulator, action: str, data: dict[str, Any]
) -> None:
    """Whoever asks: cooling is not stopped while miners hash, and is once they do not."""
    assert await async_setup_component(site.hass, "homeassistant", {})
    assert await async_setup_component(site.hass, "scene", {})
    await site.add(north, controls=True)
    await call(site, action, data)
    assert operations(north) == []
    assert site.state(COOLING) == "on"
    north.set_load(0)
    await call(site, action, data)
    assert "close" in operations(north)


async def test_voice_does_not_get_around_the_guard(
    site: Site, north: AntspaceSimulator
) -> None:
    """An assistant turns the same switch, and is refused the same."""
    for component in ("homeassistant", "intent"):
        assert await async_setup_component(site.hass, component, {})
    await site.add(north, controls=True)
    spoken = {"name": {"value": COOLING}, "domain": {"value": ["switch"]}}
    with suppress(HomeAssistantError):
        await intent.async_handle(site.hass, "test", intent.INTENT_TURN_OFF, spoken)
    await site.settle()
    assert operations(north) == []
    north.set_load(0)
    await intent.async_handle(site.hass, "test", intent.INTENT_TURN_OFF, spoken)
    await site.settle()
    assert operations(north) == ["close"]


@pytest.mark.parametrize("faulty", [COOLING, PID])
async def test_an_ok_without_effect_is_an_error(
    site: Site, south: AntspaceSimulator, faulty: str
) -> None:
    """Ten seconds are waited for the effect; nothing is sent again."""
    south.set_load(0)
    await site.add(south, controls=True)
    before = site.state(faulty)
    south.ack_without_effect()
    service = "turn_off" if before == "on" else "turn_on"
    began = site.clock.now()
    await fails(site, service, faulty, "container_unconfirmed")
    assert site.clock.now() - began == 10
    assert site.state(faulty) == before
    assert len(south.writes) == 1


async def test_a_late_effect_is_still_seen(site: Site) -> None:
    """A plant that shows the effect a few seconds later has done what was asked."""
    south = await site.container(Model.IMMERSION)
    south.set_load(0)
    await site.add(south, controls=True)
    south.set_fields({"second_pump1": True})
    site.clock.call_later(4, south.release_fields)
    await act(site, "turn_off", COOLING)
    assert site.state(COOLING) == "off"
    assert operations(south) == ["close"]


async def test_a_lost_answer_is_settled_by_the_plant(
    site: Site, south: AntspaceSimulator
) -> None:
    """The connection broke after the write was done: the plant shows it."""
    await site.add(south, controls=True)
    south.drop("setTemp", midway=True)
    await act(site, "turn_on", PID)
    assert site.state(PID) == "on"
    assert operations(south) == ["setTemp"]


async def test_a_reset_whose_answer_is_lost_is_an_error(
    site: Site, north: AntspaceSimulator
) -> None:
    """Nothing of the plant could prove a reset."""
    await site.add(north, controls=True)
    north.drop("reset")
    await fails(site, "press", RESET, "container_unconfirmed")
    assert operations(north) == ["reset"]


async def test_a_refusal_has_its_own_text(site: Site, north: AntspaceSimulator) -> None:
    """It is final: with the container's name, and without another try."""
    await site.add(north, controls=True)
    north.break_down(400, operations="open")
    assert "North" in await fails(site, "turn_on", COOLING, "container_refused")
    assert operations(north) == ["open"]


@pytest.mark.parametrize("answer", ["html", "empty", "not_json"])
async def test_a_write_whose_answer_is_spoilt_is_read_back(
    site: Site, north: AntspaceSimulator, answer: str
) -> None:
    """What was done counts as done; a reset, which nothing shows, does not."""
    await site.add(north, controls=True)
    north.corrupt(answer, operations="setTemp")
    await act(site, "turn_on", PID)
    assert north.state["pid_mode"] is True
    north.corrupt(answer, operations="reset")
    await fails(site, "press", RESET, "container_unconfirmed")
    assert operations(north) == ["setTemp", "reset"]


async def test_a_controller_that_is_off(site: Site, north: AntspaceSimulator) -> None:
    """Within the grace the switch is there, and pressing it reports the failure."""
    await site.add(north, controls=True)
    north.refuse()
    await fails(site, "turn_on", COOLING, "container_unreachable")
    await fails(site, "press", RESET, "container_unreachable")
    assert north.writes == []
    north.restore()


async def test_a_controller_that_hangs(site: Site, north: AntspaceSimulator) -> None:
    """A write that is never answered and never seen is an error, sent once."""
    await site.add(north, controls=True)
    north.hang("setTemp")
    asked = site.hass.async_create_task(
        fails(site, "turn_on", PID, "container_unconfirmed")
    )
    while not north.writes:
        await asyncio.sleep(0)
    site.freezer.tick(11)
    await asked
    assert operations(north) == ["setTemp"]
    assert site.state(PID) == "off"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_reset_clears_what_it_can(site: Site, north: AntspaceSimulator) -> None:
    """One write; what stays on is still shown."""
    north.raise_alarm("fan1_fault")
    await site.add(north, controls=True)
    assert site.state("binary_sensor.north_fan_1_fault") == "on"
    await act(site, "press", RESET)
    assert operations(north) == ["reset"]
    assert site.state("binary_sensor.north_fan_1_fault") == "off"


async def test_pid_goes_back_to_the_last_target(
    site: Site, north: AntspaceSimulator
) -> None:
    """There is no PID off: the last target that was in force without it is sent."""
    await site.add(north, controls=True)
    await act(site, "turn_on", PID)
    assert site.state(PID) == "on"
    await act(site, "turn_off", PID)
    assert site.state(PID) == "off"
    assert [request.query[-1][1] for request in north.writes] == ["pid", "35"]


async def test_the_last_target_outlasts_a_restart(
    site: Site, north: AntspaceSimulator
) -> None:
    """What a human chose is remembered over a reload of the entry."""
    entry = await site.add(north, controls=True)
    await act(site, "turn_on", PID)
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.settle()
    assert site.state(PID) == "on"
    await act(site, "turn_off", PID)
    assert [request.query[-1][1] for request in north.writes] == ["pid", "35"]


async def test_no_target_known_means_no_way_back(
    site: Site, north: AntspaceSimulator
) -> None:
    """A container that was in PID mode from the first poll on has none."""
    north.set_fields({"pid_mode": True, "supply_liquid_set_temp": 38})
    await site.add(north, controls=True)
    await fails(site, "turn_off", PID, "container_out_of_bounds")
    assert north.writes == []


async def test_a_target_out_of_bounds_is_no_way_back(
    site: Site, north: AntspaceSimulator
) -> None:
    """What the controller's own panel allowed is not sent where the bounds forbid it."""
    north.set_fields({"supply_liquid_set_temp": 60})
    await site.add(north, controls=True)
    await fails(site, "turn_off", PID, "container_out_of_bounds")
    assert north.writes == []


async def test_both_technicians_press_stop(
    site: Site, south: AntspaceSimulator
) -> None:
    """Two at once are done in turn, and both calls report success."""
    south.set_load(0)
    await site.add(south, controls=True)
    await asyncio.gather(act(site, "turn_off", COOLING), act(site, "turn_off", COOLING))
    assert site.state(COOLING) == "off"
    assert operations(south) == ["close", "close"]
    assert south.traffic.most_open == 1


async def test_opposite_commands_both_come_true(
    site: Site, south: AntspaceSimulator
) -> None:
    """Of two that contradict each other each is confirmed before the next is sent."""
    await site.add(south, controls=True)
    await asyncio.gather(act(site, "turn_on", PID), act(site, "turn_off", PID))
    assert [request.query[-1][1] for request in south.writes] == ["pid", "42"]
    assert site.state(PID) == "off"


async def test_without_its_plc_nothing_is_confirmed(
    site: Site, north: AntspaceSimulator
) -> None:
    """A controller that repeats old values proves nothing with them."""
    await site.add(north, controls=True)
    north.disconnect()
    await fails(site, "turn_on", COOLING, "container_unconfirmed")
    assert operations(north) == ["open"]


async def test_polls_go_on_beside_a_command(
    site: Site, south: AntspaceSimulator
) -> None:
    """A poll in the middle of a command shows the truth of then, one request at a time."""
    south.set_load(0)
    await site.add(south, controls=True)
    south.delay(2, "close")
    asked = site.hass.async_create_task(act(site, "turn_off", COOLING))
    while not south.writes:
        await asyncio.sleep(0)
    polled = site.hass.async_create_task(
        site.hass.config_entries.async_get_known_entry(
            NORTH
        ).runtime_data.async_refresh()
    )
    await asyncio.sleep(0)
    assert site.state(COOLING) == "on"
    site.clock.advance(2)
    await asyncio.gather(asked, polled)
    assert site.state(COOLING) == "off"
    assert operations(south) == ["close"]
    assert south.traffic.most_open == 1


async def test_an_end_in_the_middle_of_a_command(
    site: Site, south: AntspaceSimulator
) -> None:
    """What was under way when the entry was unloaded is not sent again later."""
    entry = await site.add(south, controls=True)
    south.delay(2, "setTemp")
    asked = site.hass.async_create_task(act(site, "turn_on", PID))
    while not south.writes:
        await asyncio.sleep(0)
    assert await site.hass.config_entries.async_unload(entry.entry_id)
    site.clock.advance(2)
    await asyncio.gather(asked, return_exceptions=True)
    await site.load(entry)
    await site.polls(2)
    assert operations(south) == ["setTemp"]
    assert site.state(PID) == "on"


async def test_controls_that_are_taken_away(
    site: Site, north: AntspaceSimulator
) -> None:
    """The entities go, and the actions are refused."""
    entry = await site.add(north, controls=True)
    site.hass.config_entries.async_update_entry(entry, options={"controls": False})
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.settle()
    found = site.hass.states.get(COOLING)
    assert found is None or found.state == "unavailable"
    with pytest.raises(ServiceValidationError) as raised:
        await site.hass.services.async_call(
            DOMAIN,
            "start_cooling",
            {"entity_id": "sensor.north_status"},
            blocking=True,
        )
    assert raised.value.translation_key == "container_controls_off"
    assert north.writes == []


async def test_cooling_starts_once_in_a_minute_and_stops_at_once(
    site: Site, north: AntspaceSimulator
) -> None:
    """A stop is free; what was stopped is started only after its pause."""
    north.set_load(0)
    await site.add(north, controls=True)
    for _ in range(3):
        await act(site, "turn_off", COOLING)
        text = await fails(site, "turn_on", COOLING, "stopped_just_now")
        assert "North" in text
    await fails(site, "turn_on", CLIMATE, "stopped_just_now")
    await site.hass.config_entries.async_reload(NORTH)
    await site.settle()
    await fails(site, "turn_on", COOLING, "stopped_just_now")
    await site.after(60)
    await act(site, "turn_on", COOLING)
    await act(site, "turn_off", COOLING)
    assert operations(north) == ["close"] * 3 + ["open", "close"]


async def test_a_restart_does_not_end_the_pause(
    site: Site, north: AntspaceSimulator
) -> None:
    """The refusal counts on; a stop is free; after the pause it starts."""
    north.set_load(0)
    await site.add(north, controls=True)
    await act(site, "turn_off", COOLING)
    await site.after(20)
    await restart(site.hass)
    text = await fails(site, "turn_on", COOLING, "stopped_just_now")
    assert "40 s" in text
    await site.after(39)
    await restart(site.hass)
    text = await fails(site, "turn_on", CLIMATE, "stopped_just_now")
    assert "1 s" in text
    await act(site, "turn_off", COOLING)
    await site.after(60)
    await act(site, "turn_on", COOLING)
    assert operations(north) == ["close", "close", "open"]


async def test_a_kill_while_the_stop_is_on_its_way_does_not_end_the_pause(
    site: Site, north: AntspaceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compressors may have stopped: that is on disk before the order leaves."""
    north.set_load(0)
    await site.add(north, controls=True)

    async def die(*_: object, **__: object) -> None:
        await kill(site.hass)
        raise asyncio.CancelledError

    monkeypatch.setattr(controls, "stop_cooling", die)
    with suppress(asyncio.CancelledError):
        await act(site, "turn_off", COOLING)
    await fails(site, "turn_on", COOLING, "stopped_just_now")
    await site.after(60)
    await act(site, "turn_on", COOLING)


async def test_a_clock_that_is_set_neither_shortens_nor_lengthens_the_pause(
    site: Site, north: AntspaceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Home Assistant runs, the time that passes counts, not that of the day."""
    north.set_load(0)
    await site.add(north, controls=True)
    lived = 50.0
    monkeypatch.setattr(pauses, "monotonic", lambda: lived)
    await act(site, "turn_off", COOLING)
    lived += 20
    for hours in (5, -9):
        site.freezer.tick(timedelta(hours=hours))
        text = await fails(site, "turn_on", COOLING, "stopped_just_now")
        assert "40 s" in text
    # What is stored is in the time of the day as it is set now.
    await act(site, "turn_off", COOLING)
    await restart(site.hass)
    assert "60 s" in await fails(site, "turn_on", COOLING, "stopped_just_now")
    lived += 60
    await act(site, "turn_on", COOLING)


async def test_a_clock_set_back_over_a_restart_costs_one_pause_at_most(
    site: Site, north: AntspaceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long ago the stop was is unknown then, so its pause begins with the start."""
    north.set_load(0)
    await site.add(north, controls=True)
    lived = 50.0
    monkeypatch.setattr(pauses, "monotonic", lambda: lived)
    await act(site, "turn_off", COOLING)
    site.freezer.tick(timedelta(hours=-2))
    await restart(site.hass)
    assert "60 s" in await fails(site, "turn_on", COOLING, "stopped_just_now")
    # A clock that is put right after the start ends no pause either.
    site.freezer.tick(timedelta(hours=2))
    lived += 59
    assert "1 s" in await fails(site, "turn_on", COOLING, "stopped_just_now")
    lived += 1
    await act(site, "turn_on", COOLING)


@pytest.mark.parametrize(
    "kept", [{}, {"done": {"north": {"stopped": "noon"}}}, {"done": {"north": 5}}]
)
async def test_of_a_damaged_record_every_pause_begins_with_the_start(
    site: Site, north: AntspaceSimulator, hass_storage: dict[str, Any], kept: object
) -> None:
    """It is set aside; anything may have been stopped right before."""
    hass_storage["mining_farm.pauses"] = {
        "version": 1,
        "minor_version": 1,
        "key": "mining_farm.pauses",
        "data": kept,
    }
    north.set_load(0)
    await site.add(north, controls=True)
    await act(site, "turn_off", COOLING)
    await site.after(60)
    await act(site, "turn_on", COOLING)
    hass_storage["mining_farm.pauses"]["data"] = kept
    await restart(site.hass)
    assert "60 s" in await fails(site, "turn_on", COOLING, "stopped_just_now")
    await site.after(60)
    await act(site, "turn_on", COOLING)


async def test_a_refused_stop_is_none(site: Site, north: AntspaceSimulator) -> None:
    """What was not stopped, because miners hash, may be started."""
    await site.add(north, controls=True)
    await fails(site, "turn_off", COOLING, "container_miners_hashing")
    await act(site, "turn_on", COOLING)
    assert operations(north) == ["open"]
