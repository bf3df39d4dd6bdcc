"""A container's trouble reaches the machines that it cools, and their return is proved."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.mining_farm.common.members import Member, async_members
from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.engines.farm import Owner, Phase
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from tests.common.machinery import FakeMachine

from .site import Site, plant

HOST = "10.0.0.{}"
LEAK = {"leakage_fault": True}


@dataclass
class Hall:
    """A farm whose container north cools three machines of four."""

    site: Site
    north: dict[str, Any]
    machines: list[FakeMachine]

    @property
    def phase(self) -> Phase:
        """Return how far its group has come."""
        return self.site.farm.groups["north"].memory.phase

    async def read(self, seconds: float = 2, **changes: Any) -> None:
        """Let the container be read."""
        self.north["facts"] = plant(
            miner_hosts=frozenset(HOST.format(n) for n in range(3)), **changes
        )
        async_members(self.site.hass).signal("north")
        await self.site.later(seconds)

    async def calm(self, seconds: float, **changes: Any) -> None:
        """Let time pass with a plant that is read every ten seconds."""
        for _ in range(round(seconds / 10)):
            await self.read(10, **changes)

    @property
    def asleep(self) -> list[bool]:
        """Return which machines sleep."""
        return [machine.asleep for machine in self.machines]


@pytest.fixture
async def hall(site: Site) -> Hall:
    """Return a farm that is armed, with all its machines hashing."""
    machines = [site.add_machine(f"axe{n}", host=HOST.format(n)) for n in range(4)]
    north = site.add_member("north", "container", plant())
    await site.add_farm(
        armed=True, starts=5, groups={"north": {"containers": ["north"]}}
    )
    hall = Hall(site, north, machines)
    await hall.read()
    assert hall.phase is Phase.WATCHING
    return hall


async def test_a_leak_stops_what_the_container_cools(hall: Hall) -> None:
    """By the addresses that it lists; the fourth machine hashes on."""
    await hall.read(bits=LEAK)
    assert hall.asleep == [False] * 4
    await hall.read(bits=LEAK)
    await hall.site.settle()
    assert hall.asleep == [True, True, True, False]
    assert [machine.log for machine in hall.machines[:3]] == [["sleep down"]] * 3
    held = hall.site.holds.ruling("axe0")
    assert held is not None
    assert (held.owner, held.reason) == ("interlock", "leak:north:leakage_fault")


async def test_rehearsing_stops_nothing(hall: Hall) -> None:
    """It tells what it would have done."""
    await hall.site.hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.site_armed"}, blocking=True
    )
    await hall.calm(60, bits=LEAK)
    assert hall.asleep == [False] * 4
    event = hall.site.get("event.site_events")
    assert event.attributes["event_type"] == "would_have"
    assert not list(hall.site.holds)


async def test_a_release_is_refused_while_the_cause_stands(hall: Hall) -> None:
    """Then cooling is proved for five minutes, and what ran starts."""
    await hall.calm(60, bits=LEAK)
    group = hall.site.farm.groups["north"]
    assert await group.async_release("me") == "leak"
    await hall.calm(30)
    assert await group.async_release("me") == ""
    await hall.calm(280)
    assert hall.asleep == [True, True, True, False]
    await hall.calm(60)
    assert hall.asleep == [False] * 4
    await hall.calm(60)
    assert hall.phase is Phase.WATCHING


async def test_a_latch_outlasts_a_restart(hall: Hall) -> None:
    """It stands before anything is read, and nothing is ordered twice."""
    await hall.calm(60, bits=LEAK)
    site = hall.site
    await site.hass.config_entries.async_unload("site")
    for machine in hall.machines:
        machine.leave()
    await site.start()
    assert site.holds.ruling("axe0") is not None
    for machine in hall.machines:
        machine.join()
    await site.load()
    await hall.calm(600)
    assert hall.asleep == [True, True, True, False]
    assert [machine.log for machine in hall.machines[:3]] == [["sleep down"]] * 3


async def test_machines_that_load_after_the_farm_are_found_by_address(
    hall: Hall,
) -> None:
    """After a restart a farm may be set up before the machines that it stops."""
    site = hall.site
    await site.hass.config_entries.async_unload("site")
    for machine in hall.machines:
        machine.leave()
    await site.load()
    for machine in hall.machines:
        machine.join()
    await hall.calm(30)
    await hall.calm(30, bits=LEAK)
    assert hall.asleep == [True, True, True, False]


async def test_a_silent_container_puts_machines_to_sleep(hall: Hall) -> None:
    """After two minutes of silence, without a second witness."""
    await hall.site.later(110)
    await hall.site.later(1)
    assert hall.asleep == [False] * 4
    await hall.site.later(10)
    await hall.site.later(1)
    assert hall.asleep == [True, True, True, False]


async def test_a_user_keeps_his_own_machine_down(hall: Hall) -> None:
    """Releasing the interlock wakes nothing that he put to sleep."""
    await hall.site.place("axe1", owner=Owner.USER, source="axe1")
    await hall.calm(60, bits=LEAK)
    await hall.calm(30)
    await hall.site.farm.groups["north"].async_release("me")
    await hall.calm(400)
    assert hall.asleep == [False, True, False, False]


async def test_a_group_that_is_removed_leaves_its_holds_to_the_user(
    hall: Hall, issue_registry: ir.IssueRegistry
) -> None:
    """They are listed, and nothing wakes."""
    await hall.calm(60, bits=LEAK)
    site = hall.site
    assert site.entry is not None
    site.hass.config_entries.async_remove_subentry(site.entry, "north")
    await site.later(1)
    await site.later(1)
    ruling = site.holds.ruling("axe0")
    assert ruling is not None
    assert ruling.owner == "user"
    issue = issue_registry.async_get_issue("mining_farm", "farm_left_to_user_site")
    assert issue is not None
    assert issue.translation_placeholders == {
        "name": "Site",
        "count": "3",
        "machines": "axe0, axe1, axe2",
    }
    assert hall.asleep == [True, True, True, False]


async def test_records_that_cannot_be_read_keep_machines_down(
    hall: Hall, tmp_path: Any
) -> None:
    """The group is latched by what its holds say."""
    await hall.calm(60, bits=LEAK)
    site = hall.site
    await site.hass.config_entries.async_unload("site")
    for name in ("farm.site", "farm.site.2"):
        path = tmp_path / f".storage/mining_farm.{name}"
        await site.hass.async_add_executor_job(path.write_text, "{")
    await site.load()
    await hall.calm(600)
    assert hall.asleep == [True, True, True, False]


async def test_smoke_is_a_cause_without_any_container(site: Site) -> None:
    """A home miner with a sensor of its owner's."""
    axe = site.add_machine("axe")
    site.hass.states.async_set("binary_sensor.smoke", "off")
    await site.add_farm(
        armed=True,
        groups={
            "home": {
                "machines": ["axe"],
                "sensors": [{"entity_id": "binary_sensor.smoke", "cause": "leak"}],
            }
        },
    )
    await site.later(1)
    site.hass.states.async_set("binary_sensor.smoke", "on")
    await site.later(1)
    await site.later(1)
    assert axe.asleep


async def test_entities_and_actions_of_a_group(hall: Hall) -> None:
    """Its own device shows phase, cause and count; the plan says what would be stopped."""
    site = hall.site
    latched = "binary_sensor.site_north_latched"
    assert site.state(latched) == "off"
    plan: Any = await site.call("test_interlock", response=True, group="north")
    assert plan["North"]["can_be_stopped"] == 3
    assert plan["North"]["steps"][0]["levers"] == ["sleep"]
    await hall.calm(60, bits=LEAK)
    assert site.state(latched) == "on"
    assert site.state("sensor.site_north_interlock") == "cooling_down"
    assert site.state("sensor.site_north_cause") == "leak"
    assert site.state("sensor.site_north_machines_stopped") == "3"
    with pytest.raises(ServiceValidationError, match="leak"):
        await site.call("release_interlock", group="North")
    with pytest.raises(ServiceValidationError, match="no cooling group"):
        await site.call("release_interlock", group="South")
    await hall.calm(30)
    await site.call("release_interlock")
    await hall.calm(400)
    assert hall.asleep == [False] * 4
    with pytest.raises(ServiceValidationError, match="not stopped"):
        await site.call("release_interlock")


async def test_a_bypass_for_maintenance(hall: Hall) -> None:
    """Nothing is stopped until its end, and it is seen."""
    site = hall.site
    until = dt_util.utcnow() + timedelta(seconds=100)
    await site.call("bypass_interlock", group="North", until=until.isoformat())
    await hall.calm(60, bits=LEAK)
    assert site.state("sensor.site_north_interlock") == "bypassed"
    assert hall.asleep == [False] * 4
    await hall.calm(60, bits=LEAK)
    assert hall.asleep == [True, True, True, False]


async def test_one_group_is_stopped_by_hand(hall: Hall) -> None:
    """By its button, armed or not, and released by an administrator."""
    await hall.site.hass.services.async_call(
        "button",
        "press",
        {"entity_id": "button.site_north_emergency_stop"},
        blocking=True,
    )
    await hall.calm(20)
    assert hall.asleep == [True, True, True, False]
    await hall.site.call("release_interlock")
    await hall.calm(400)
    assert hall.asleep == [False] * 4


@pytest.mark.parametrize("loaded", [True, False])
async def test_a_farm_that_is_removed_leaves_what_its_groups_hold_to_the_user(
    hall: Hall, issue_registry: ir.IssueRegistry, loaded: bool
) -> None:
    """Nobody else could release them; they are listed, and nothing wakes."""
    await hall.calm(60, bits=LEAK)
    site = hall.site
    if not loaded:
        await site.hass.config_entries.async_unload("site")
    await site.hass.config_entries.async_remove("site")
    await site.settle()
    held = [site.holds.ruling(f"axe{number}") for number in range(3)]
    assert [one and one.owner for one in held] == ["user"] * 3
    assert hall.asleep == [True, True, True, False]
    issue = issue_registry.async_get_issue("mining_farm", "farm_left_to_user_site")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["machines"] == "axe0, axe1, axe2"
    # A restart of Home Assistant does not take it away: a human has to have read it.
    assert issue.is_persistent
    assert issue.is_fixable


async def test_what_two_groups_leave_is_one_list(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """The second does not hide the first."""
    for name in ("one", "other"):
        site.add_machine(name)
    await site.add_farm(
        armed=True, groups={"a": {"machines": ["one"]}, "b": {"machines": ["other"]}}
    )
    assert site.entry is not None
    for group, listed in (("a", "one"), ("b", "one, other")):
        button = f"button.site_{group}_emergency_stop"
        await site.hass.services.async_call(
            "button", "press", {"entity_id": button}, blocking=True
        )
        await site.later(1)
        site.hass.config_entries.async_remove_subentry(site.entry, group)
        await site.later(1)
        issue = issue_registry.async_get_issue("mining_farm", "farm_left_to_user_site")
        assert issue is not None
        assert issue.translation_placeholders is not None
        assert issue.translation_placeholders["machines"] == listed


async def test_no_latch_leaves_the_disk_while_a_farm_of_two_groups_loads(
    site: Site,
) -> None:
    """A kill in the middle of a start would let the other group's machines go."""
    one, other = site.add_machine("one"), site.add_machine("other")
    await site.add_farm(
        armed=True, groups={"a": {"machines": ["one"]}, "b": {"machines": ["other"]}}
    )
    for button in ("button.site_a_emergency_stop", "button.site_b_emergency_stop"):
        await site.hass.services.async_call(
            "button", "press", {"entity_id": button}, blocking=True
        )
    await site.later(1)
    assert (one.asleep, other.asleep) == (True, True)
    await site.hass.config_entries.async_unload("site")
    write, latched = RecordFile.async_write, list[list[bool]]()

    async def note(file: RecordFile, record: dict[str, Any]) -> None:
        if "groups" in record:
            latched.append([each["latched"] for each in record["groups"].values()])
        await write(file, record)

    with patch.object(RecordFile, "async_write", note):
        await site.load()
        await site.later(1)
    assert all(each == [True, True] for each in latched), latched
    assert (one.asleep, other.asleep) == (True, True)


async def test_a_group_of_a_farm_whose_record_is_lost_is_removed(
    hall: Hall, tmp_path: Any, issue_registry: ir.IssueRegistry
) -> None:
    """What it held is left to the user all the same."""
    await hall.calm(60, bits=LEAK)
    site = hall.site
    assert site.entry is not None
    await site.hass.config_entries.async_unload("site")
    for name in ("farm.site", "farm.site.2"):
        path = tmp_path / f".storage/mining_farm.{name}"
        await site.hass.async_add_executor_job(path.write_text, "{")
    site.hass.config_entries.async_remove_subentry(site.entry, "north")
    await site.load()
    ruling = site.holds.ruling("axe0")
    assert ruling is not None
    assert ruling.owner == "user"
    issue = issue_registry.async_get_issue("mining_farm", "farm_left_to_user_site")
    assert issue is not None
    assert hall.asleep == [True, True, True, False]


@pytest.mark.parametrize("fails", [False, True])
async def test_cooling_ends_after_a_leak_where_it_is_wanted(
    site: Site, *, fails: bool
) -> None:
    """Once, when the chips are cool for long enough; a failure is published."""
    ended: list[str] = []

    async def stop_cooling() -> None:
        ended.append("north")
        if fails:
            raise HomeAssistantError("it runs on")

    axe = site.add_machine("axe", host=HOST.format(0))
    north = site.add_member("north", "container", plant())
    async_members(site.hass).add(
        Member(
            entry_id="north",
            name="north",
            facts=lambda: north["facts"],
            stop_cooling=stop_cooling,
        )
    )
    await site.add_farm(
        armed=True,
        groups={"north": {"containers": ["north"], "after_leak": "stop"}},
    )
    hall = Hall(site, north, [axe])
    await hall.calm(600, bits=LEAK)
    assert hall.asleep == [True]
    assert ended == []
    await hall.calm(60, bits=LEAK)
    assert ended == ["north"]
    event = site.get("event.site_events").attributes["event_type"]
    assert event == ("cooling_not_stopped" if fails else "cooling_stopped")
