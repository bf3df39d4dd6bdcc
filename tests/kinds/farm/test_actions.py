"""Actions on a farm: by whom, on what, with which numbers, and twice at once."""

import asyncio
from collections.abc import Iterator
import math
from typing import Any, Final
from unittest.mock import patch

import pytest
import voluptuous as vol

from custom_components.mining_farm.common.members import ReceiptOutcome
from custom_components.mining_farm.common.record_file import RecordFile
from homeassistant.core import Event
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    issue_registry as ir,
)
from homeassistant.util import dt as dt_util
from tests.kinds.callers import Callers
from tests.kinds.conftest import callers as callers  # noqa: PLC0414

from .site import Site
from .test_curtailment import add
from .test_interlock import LEAK, Hall, hall
from .test_totals_lies import MINER

__all__ = ["hall"]
STOP: Final = "binary_sensor.site_emergency_stop_in_force"
BUTTON: Final = "button.site_emergency_stop"
EVENTS: Final = "event.site_events"
STOPS: Final[dict[str, dict[str, Any]]] = {
    "emergency_stop": {"confirm": True},
    "curtail": {"confirm": True},
    "release_curtailment": {},
}
FOR_ADMINISTRATORS: Final = (
    "release_emergency_stop",
    "release_interlock",
    "bypass_interlock",
)
FAR: Final = {"until": "9999-12-31 23:59:59"}
"""The end of the calendar, which has passed in no zone but is beyond it in some."""
READS: Final = ("get_farm", "test_interlock")


@pytest.fixture
def events(site: Site) -> Iterator[list[dict[str, Any]]]:
    """Return what the farm's event entity says, in turn."""
    found: list[dict[str, Any]] = []

    def note(event: Event[Any]) -> None:
        if event.data["entity_id"] == EVENTS and event.data["old_state"] is not None:
            found.append(dict(event.data["new_state"].attributes))

    stop = site.hass.bus.async_listen("state_changed", note)
    yield found
    stop()


def targets(site: Site) -> Iterator[dict[str, Any]]:
    """Yield each way to name the farm."""
    devices = dr.async_get(site.hass)
    (device,) = (
        each
        for each in dr.async_entries_for_config_entry(devices, "site")
        if each.name == "Site"
    )
    yield {"entity_id": STOP}
    yield {"entity_id": "sensor.site_watched"}
    yield {"device_id": device.id}
    hut = ar.async_get(site.hass).async_get_or_create("Hut")
    devices.async_update_device(device.id, area_id=hut.id)
    yield {"area_id": hut.id}


async def test_nobody_without_the_right_acts_by_any_target(
    hall: Hall, callers: Callers
) -> None:
    """Also not by the right on a sensor, by the device, its area or a hidden entity."""
    site = hall.site
    for target in targets(site):
        for caller in ("read only", "sensor.site_power", STOP):
            for action, data in STOPS.items():
                refused = await callers.call(caller, action, **target, **data)
                assert refused == "Unauthorized", (target, caller, action)
        for caller in ("user", BUTTON, "read only"):
            for action in FOR_ADMINISTRATORS:
                refused = await callers.call(caller, action, **target)
                assert refused == "Unauthorized", (target, caller, action)
        for action in READS:
            answer = await callers.call(
                "sensor.of_another", action, response=True, **target
            )
            assert answer == "Unauthorized", (target, action)
    assert not any(site.holds)
    assert not any(machine.log for machine in hall.machines)


async def test_what_is_no_loaded_farm_is_refused_and_nothing_happens(
    hall: Hall,
) -> None:
    """A miner, an area without any, what does not exist, a farm that is not loaded."""
    site = hall.site
    areas = ar.async_get(site.hass)
    empty = areas.async_create("Empty")
    miner = dr.async_entries_for_config_entry(dr.async_get(site.hass), "axe0")[0]
    no_farm: list[dict[str, Any]] = [
        {"device_id": miner.id},
        {"area_id": empty.id},
        {"entity_id": "binary_sensor.no_such"},
        {"entity_id": []},
        {},
    ]

    async def refused(target: dict[str, Any]) -> None:
        for action, data in STOPS.items():
            with pytest.raises(HomeAssistantError) as error:
                await site.hass.services.async_call(
                    "mining_farm", action, {**target, **data}, blocking=True
                )
            assert "is a farm that is loaded" in str(error.value)

    for target in no_farm[:3]:
        await refused(target)
    for target in no_farm[3:]:
        with pytest.raises((vol.Invalid, HomeAssistantError)):
            await site.hass.services.async_call(
                "mining_farm", "emergency_stop", {**target, "confirm": True}, True
            )
    await site.hass.config_entries.async_unload("site")
    await refused({"entity_id": STOP})
    assert not any(machine.log for machine in hall.machines)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("curtail", {"by_watts": math.nan}),
        ("curtail", {"to_watts": math.nan}),
        ("curtail", {"by_watts": math.inf}),
        ("curtail", {"to_watts": -1}),
        ("curtail", {"by_watts": 1e12}),
        ("curtail", {"by_watts": "much"}),
        ("curtail", {"by_watts": 1, "to_watts": 1}),
        ("curtail", {"name": ""}),
        ("curtail", {"name": "x" * 61}),
        ("curtail", {"until": "soon"}),
        ("curtail", {"until": "2026-13-01 00:00:00"}),
        ("curtail", {"until": "0001-01-01 00:00:00"}),
        ("curtail", FAR),
        ("curtail", {"until": "9999-12-31T23:59:59-12:00"}),
        ("curtail", {"signal": "no entity"}),
        ("bypass_interlock", {"until": "0001-01-01 00:00:00"}),
        ("bypass_interlock", FAR),
        ("bypass_interlock", {"until": "2020-01-01 00:00:00"}),
        ("get_farm", {"offset": -1}),
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
async def test_what_cannot_be_meant_is_refused_with_words(
    hall: Hall, action: str, data: dict[str, Any], zone: str
) -> None:
    """By the schema or a text of ours, and nothing is done."""
    site = hall.site
    await site.hass.config.async_set_time_zone(zone)
    confirm = {"confirm": True} if action == "curtail" else {}
    call = site.call(action, response=action == "get_farm", **confirm, **data)
    if data == FAR and zone == "Asia/Tokyo":
        await call
        return
    with pytest.raises((vol.Invalid, ServiceValidationError)) as error:
        await call
    if isinstance(error.value, ServiceValidationError):
        assert error.value.translation_key not in (None, str(error.value))
    assert not any(site.holds)
    assert site.state("binary_sensor.site_curtailed") == "off"
    assert not site.farm.groups["north"].bypassed


async def test_more_than_it_draws_and_nothing_at_all(site: Site) -> None:
    """All stops for more than all; for nothing, and for more than is drawn, none does."""
    axe = add(site, "axe")
    await site.add_farm()
    for data in ({"by_watts": 0}, {"to_watts": 1e8}):
        await site.call("curtail", confirm=True, name="none", **data)
        await site.later(20)
        assert axe.log == []
        await site.call("release_curtailment", name="none")
    answer: Any = await site.call("curtail", response=True, by_watts=1e8)
    assert answer["Site"]["short_by"] > 9e7
    await site.call("curtail", confirm=True, to_watts=0)
    await site.later(20)
    assert axe.asleep


async def test_a_group_is_only_put_to_sleep_where_that_is_asked_for(
    site: Site,
) -> None:
    """As the whole farm is; its power stays on."""
    axe = site.add_machine("axe", outlet=True)
    await site.add_farm(groups={"north": {"machines": ["axe"]}})
    await site.call("emergency_stop", confirm=True, asleep_only=True, group="North")
    await site.later(2)
    assert (axe.asleep, axe.powered) == (True, True)
    # A second press joins, and may only be stricter.
    await site.call("emergency_stop", confirm=True, asleep_only=False, group="North")
    await site.later(2)
    assert not axe.powered


async def test_releasing_all_groups_is_no_error_of_those_that_run(site: Site) -> None:
    """Of two groups one is stopped; the other has nothing to release."""
    axe, low = site.add_machine("axe"), site.add_machine("low")
    await site.add_farm(
        groups={"north": {"machines": ["axe"]}, "south": {"machines": ["low"]}}
    )
    await site.call("emergency_stop", confirm=True, group="North")
    await site.later(2)
    assert (axe.asleep, low.asleep) == (True, False)
    await site.call("release_interlock")
    for _ in range(40):
        await site.later(10)
    assert (axe.asleep, low.asleep) == (False, False)
    with pytest.raises(HomeAssistantError, match="not stopped"):
        await site.call("release_interlock")


async def test_two_curtailments_of_one_name_at_once_are_one(site: Site) -> None:
    """The second is refused with what to do, and the machine is ordered once."""
    axe = add(site, "axe")
    await site.add_farm()
    outcomes = await asyncio.gather(
        *(site.call("curtail", confirm=True, name="peak") for _ in range(2)),
        return_exceptions=True,
    )
    (refused,) = [each for each in outcomes if each is not None]
    assert isinstance(refused, ServiceValidationError)
    assert "Release it first" in str(refused)
    await site.later(20)
    assert axe.log == ["sleep down"]


@pytest.mark.parametrize("first", ["emergency_stop", "curtail"])
async def test_an_action_while_the_farm_is_reloaded(site: Site, first: str) -> None:
    """It is done or refused, and what was done is in force afterwards."""
    axe = add(site, "axe")
    await site.add_farm()
    other: dict[str, Any] = {"name": "b"} if first == "curtail" else {}
    outcomes = await asyncio.gather(
        site.call(first, confirm=True),
        site.hass.config_entries.async_reload("site"),
        site.call(first, confirm=True, **other),
        return_exceptions=True,
    )
    assert outcomes[1] is True
    done = [each is None for each in (outcomes[0], outcomes[2])]
    for each in (outcomes[0], outcomes[2]):
        assert each is None or isinstance(each, ServiceValidationError)
    await site.later(20)
    await site.later(2)
    sensor = STOP if first == "emergency_stop" else "binary_sensor.site_curtailed"
    assert site.state(sensor) == ("on" if any(done) else "off")
    assert axe.asleep is any(done)


async def test_each_event_says_who_and_what_for(
    hall: Hall, callers: Callers, events: list[dict[str, Any]]
) -> None:
    """By hand: the user's name; by itself: the cause, the group and the machine."""
    site = hall.site
    await callers.call("administrator", "emergency_stop", entity_id=STOP, confirm=True)
    await site.later(2)
    await callers.call("administrator", "emergency_stop", entity_id=STOP, confirm=True)
    await callers.call("administrator", "release_emergency_stop", entity_id=STOP)
    await site.later(2)
    for action, data in (
        ("curtail", {"confirm": True, "name": "peak"}),
        ("release_curtailment", {"name": "peak"}),
        ("bypass_interlock", {"until": "2030-01-01 00:00:00"}),
        ("bypass_interlock", {}),
    ):
        await callers.call("administrator", action, entity_id=STOP, **data)
        await site.later(2)
    await hall.calm(60, bits=LEAK)
    await callers.call("administrator", "release_interlock", entity_id=STOP)
    await hall.calm(30)
    await callers.call("administrator", "release_interlock", entity_id=STOP)
    await site.later(2)
    by_hand = [each for each in events if "by" in each]
    assert [each["event_type"] for each in by_hand] == [
        "emergency_stop",
        "joined",
        "released",
        "curtailed",
        "curtailment_ended",
        "bypassed",
        "bypassed",
        "release_refused",
        "released",
    ]
    assert {each["by"] for each in by_hand} == {"Mock User"}
    assert by_hand[7]["reason"]
    (trip,) = [each for each in events if each["event_type"] == "trip"]
    assert (trip["group"], trip["causes"]) == ("North", ["leak:north:leakage_fault"])


async def test_get_farm_answers_in_pages(site: Site) -> None:
    """Each machine is on one of them, and the last one says that it is."""
    names = [f"axe{number:03}" for number in range(201)]
    for name in names:
        site.add_member(name, "miner", MINER)
    await site.add_farm()
    answers: list[Any] = [
        await site.call("get_farm", response=True, offset=offset)
        for offset in (0, 200, 201)
    ]
    pages = [each["Site"] for each in answers]
    assert [page["next_offset"] for page in pages] == [200, None, None]
    assert {page["all_machines"] for page in pages} == {201}
    assert [one["name"] for page in pages for one in page["machines"]] == names
    first = pages[0]["machines"][0]
    assert (first["power"], first["power_measured"]) == (3000.0, False)


async def test_who_holds_what_is_named_for_the_first_fifty(
    site: Site, callers: Callers
) -> None:
    """All are counted; by whom, why and since when is said of each that is named."""
    for number in range(51):
        site.add_machine(f"axe{number}")
    await site.add_farm()
    pressed = dt_util.utcnow()
    await callers.call("administrator", "emergency_stop", entity_id=STOP, confirm=True)
    await site.later(2)
    held = site.get("sensor.site_machines_kept_down")
    assert (held.state, held.attributes["emergency_stop"]) == ("51", 51)
    named = held.attributes["held_machines"]
    assert len(named) == 50
    assert named[0].pop("machine").startswith("axe")
    assert named[0] == {
        "held_by": "emergency_stop",
        "reason": "hand",
        "since": pressed.isoformat(),
        "by": "Mock User",
    }
    stop = site.get(STOP)
    assert (stop.attributes["by"], stop.attributes["machines"]) == ("Mock User", 51)


async def test_a_stop_is_on_disk_before_the_farm_is_loaded_again(site: Site) -> None:
    """Its record is being written while somebody reloads the farm."""
    axe = site.add_machine("axe")
    await site.add_farm()
    write, gate = RecordFile.async_write, asyncio.Event()

    async def slowly(file: RecordFile, *written: Any) -> None:
        await gate.wait()
        await write(file, *written)

    with patch.object(RecordFile, "async_write", slowly):
        press = asyncio.create_task(site.call("emergency_stop", confirm=True))
        reload = asyncio.create_task(site.hass.config_entries.async_reload("site"))
        for _ in range(100):
            await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(press, reload)
    await site.later(2)
    assert site.state(STOP) == "on"
    assert axe.asleep


async def test_what_does_not_start_is_counted_and_told(
    site: Site, events: list[dict[str, Any]]
) -> None:
    """By name in the event, in the sum, and in the one word."""
    axe = site.add_machine("axe", sleeps=False, outlet=True)
    await site.add_farm()
    await site.call("emergency_stop", confirm=True)
    await site.later(2)
    axe.outcome, axe.plug_obeys = ReceiptOutcome.NOT_SENT, False
    await site.call("release_emergency_stop")
    for _ in range(4):
        await site.later(31)
    held = site.get("sensor.site_machines_kept_down")
    assert (held.state, held.attributes["not_started"]) == ("0", 1)
    assert held.attributes["not_set_back"] == 0
    assert site.state("sensor.site_condition") == "attention"
    (told,) = [each for each in events if each["event_type"] == "not_started"]
    assert told["machine"] == "axe"


async def test_what_did_not_follow_is_not_confirmed(
    site: Site, events: list[dict[str, Any]], issue_registry: ir.IssueRegistry
) -> None:
    """Neither in the count of the stop, nor in its list; the event says who wants it."""
    site.add_machine("axe")
    site.add_machine("deaf", obeys=False)
    await site.add_farm()
    await site.call("emergency_stop", confirm=True)
    await site.later(61)
    await site.later(2)
    about = site.get(STOP).attributes
    assert (about["machines"], about["confirmed"]) == (2, 1)
    assert about["unconfirmed"] == ["deaf"]
    (told,) = [each for each in events if each["event_type"] == "unconfirmed"]
    assert (told["machine"], told["held_by"]) == ("deaf", "emergency_stop")
    issue = issue_registry.async_get_issue("mining_farm", "farm_unconfirmed_site")
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.CRITICAL
