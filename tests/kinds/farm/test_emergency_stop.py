"""The big red button: everything stops, is confirmed one by one, and starts in turn."""

import asyncio
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import voluptuous as vol

from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.farm.journal import FarmJournal
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from tests.kinds.callers import Callers

from .site import Site

STOP = "binary_sensor.site_emergency_stop_in_force"
BUTTON = "button.site_emergency_stop"


async def press(site: Site) -> None:
    """Press the button."""
    await site.hass.services.async_call(
        "button", "press", {"entity_id": BUTTON}, blocking=True
    )
    # First the orders, then what became of them.
    await site.later(1)
    await site.later(1)


async def test_everything_stops_asleep_and_without_power(site: Site) -> None:
    """At once, armed or not; the state says how far it has come."""
    machines = [site.add_machine(f"axe{n}", outlet=n % 2 == 0) for n in range(6)]
    await site.add_farm()
    assert site.state(STOP) == "off"
    await press(site)
    assert all(machine.asleep for machine in machines)
    assert [machine.powered for machine in machines] == [n % 2 != 0 for n in range(6)]
    stop = site.get(STOP)
    assert stop.state == "on"
    assert (stop.attributes["machines"], stop.attributes["confirmed"]) == (6, 6)
    assert site.state("sensor.site_machines_kept_down") == "6"


async def test_the_intent_is_on_disk_before_the_first_order(
    site: Site, tmp_path: Path
) -> None:
    """And the stop is in force after a kill, before anything is read."""
    axe = site.add_machine("axe")
    await site.add_farm()
    axe.blocked = asyncio.Event()
    await press(site)
    stored = json.loads(await _read(site, tmp_path / ".storage/mining_farm.farm.site"))
    assert stored["stop"]["kind"] == "cut"
    axe.blocked.set()


async def _read(site: Site, path: Path) -> str:
    return await site.hass.async_add_executor_job(path.read_text)


async def test_a_second_press_joins(site: Site) -> None:
    """Nothing is sent twice."""
    axe = site.add_machine("axe")
    await site.add_farm()
    await press(site)
    await press(site)
    assert axe.log == ["sleep down"]


async def test_a_stop_that_only_puts_to_sleep_becomes_a_cut(site: Site) -> None:
    """By the action; the strictest press counts."""
    axe = site.add_machine("axe", outlet=True)
    await site.add_farm()
    await site.call("emergency_stop", confirm=True, asleep_only=True)
    assert axe.log == ["sleep down"]
    await site.call("emergency_stop", confirm=True)
    assert axe.log == ["sleep down", "outlet down"]


async def test_what_was_not_seen_to_stop_is_listed(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """By name, under Repairs and at the state."""
    site.add_machine("deaf", obeys=False)
    site.add_machine("axe")
    await site.add_farm()
    await press(site)
    await site.later(61)
    await site.later(1)
    assert site.get(STOP).attributes["unconfirmed"] == ["deaf"]
    issue = issue_registry.async_get_issue(DOMAIN, "farm_unconfirmed_site")
    assert issue is not None
    assert issue.translation_placeholders == {
        "name": "Site",
        "count": "1",
        "machines": "deaf",
    }
    assert site.get("event.site_events").attributes["event_type"] == "unconfirmed"
    await site.call("release_emergency_stop")
    await site.later(1)
    assert issue_registry.async_get_issue(DOMAIN, "farm_unconfirmed_site") is None


async def test_the_release_starts_what_ran(site: Site) -> None:
    """One after the other; what slept before sleeps on."""
    ran = [site.add_machine(f"axe{n}") for n in range(3)]
    slept = site.add_machine("sleeper", asleep=True)
    await site.add_farm(starts=1, start_seconds=20)
    await press(site)
    began = site.freezer()
    await site.call("release_emergency_stop")
    await site.later(1)
    assert site.state(STOP) == "off"
    assert not any(machine.asleep for machine in ran)
    assert slept.asleep
    assert (site.freezer() - began).total_seconds() >= 40
    with pytest.raises(ServiceValidationError, match="not stopped"):
        await site.call("release_emergency_stop")


@pytest.mark.parametrize("good_writes", range(2))
async def test_a_release_that_cannot_be_stored(site: Site, good_writes: int) -> None:
    """The stop stays in force, whichever write fails, and can be released later."""
    axe = site.add_machine("axe")
    await site.add_farm()
    await press(site)
    write, left = RecordFile.async_write, good_writes

    async def full(file: RecordFile, record: dict[str, Any]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError("full")
        await write(file, record)

    with (
        patch.object(RecordFile, "async_write", full),
        pytest.raises(HomeAssistantError, match="full"),
    ):
        await site.call("release_emergency_stop")
    await site.later(1)
    assert site.state(STOP) == "on"
    assert axe.asleep
    await site.call("release_emergency_stop")
    await site.later(1)
    assert site.state(STOP) == "off"
    assert not axe.asleep


async def test_a_stop_that_cannot_be_stored(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """It is in force all the same, said, and stored once there is room."""
    axe = site.add_machine("axe")
    await site.add_farm()
    with patch.object(RecordFile, "async_write", side_effect=OSError("full")):
        await press(site)
        await site.later()
        issue = issue_registry.async_get_issue(DOMAIN, "disk_site")
        assert issue is not None
        assert issue.translation_key == "disk"
    assert axe.asleep
    await site.later()
    assert issue_registry.async_get_issue(DOMAIN, "disk_site") is None
    journal = FarmJournal(site.hass, "site")
    await journal.async_load()
    assert journal.memory.stop is not None


async def test_a_machine_that_comes_during_a_stop_is_stopped(site: Site) -> None:
    """Its entry loads, and it is of the site."""
    site.add_machine("axe")
    await site.add_farm()
    await press(site)
    late = site.add_machine("late")
    await site.later(1)
    await site.settle()
    assert late.asleep


async def test_a_stop_outlasts_a_restart(site: Site) -> None:
    """It is in force before anything is read, and its machines stay down."""
    axe = site.add_machine("axe")
    await site.add_farm()
    await press(site)
    await site.hass.config_entries.async_unload("site")
    axe.leave()
    await site.start()
    assert site.holds.ruling("axe") is not None
    axe.join()
    await site.load()
    assert site.state(STOP) == "on"
    assert axe.log == ["sleep down"]


async def test_a_release_that_a_crash_cut_short_is_finished(site: Site) -> None:
    """The farm's own record says that the stop is over."""
    axe = site.add_machine("axe")
    await site.add_farm()
    await press(site)
    await site.farm.journal.async_keep(type(site.farm.journal.memory)())
    await site.hass.config_entries.async_reload("site")
    await site.later(1)
    assert not axe.asleep


async def test_a_record_that_cannot_be_read_starts_nothing(
    site: Site, tmp_path: Path, issue_registry: ir.IssueRegistry
) -> None:
    """The stop is still shown, and can be released."""
    axe = site.add_machine("axe")
    await site.add_farm()
    await press(site)
    await site.hass.config_entries.async_unload("site")
    for name in ("farm.site", "farm.site.2"):
        path = tmp_path / f".storage/mining_farm.{name}"
        await site.hass.async_add_executor_job(path.write_text, "{")
    await site.load()
    assert site.state(STOP) == "on"
    assert axe.asleep
    assert issue_registry.async_get_issue(DOMAIN, "farm_record_site") is not None
    await site.call("release_emergency_stop")
    assert not axe.asleep


async def test_a_farm_that_is_removed_leaves_its_holds_to_the_user(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """Nothing wakes, and what stays down is listed."""
    axe = site.add_machine("axe")
    await site.add_farm()
    await press(site)
    await site.hass.config_entries.async_remove("site")
    await site.settle()
    assert axe.asleep
    ruling = site.holds.ruling("axe")
    assert ruling is not None
    assert ruling.owner == "user"
    issue = issue_registry.async_get_issue(DOMAIN, "farm_left_to_user_site")
    assert issue is not None
    assert issue.translation_placeholders["machines"] == "axe"


async def test_the_action_wants_to_be_confirmed(site: Site) -> None:
    """A call without it stops nothing."""
    axe = site.add_machine("axe")
    await site.add_farm()
    for data in ({}, {"confirm": False}):
        with pytest.raises(vol.Invalid):
            await site.call("emergency_stop", **data)
    assert axe.log == []


async def test_who_may_control_the_button_may_stop_and_not_release(
    site: Site, callers: Callers
) -> None:
    """The night shift stops; an administrator lets start."""
    site.add_machine("axe")
    await site.add_farm()
    for caller, stops in (("read only", "Unauthorized"), ("user", "done")):
        answer = await callers.call(
            caller, "emergency_stop", entity_id=STOP, confirm=True
        )
        assert answer == stops
    await site.later(1)
    assert site.state(STOP) == "on"
    released = await callers.call("user", "release_emergency_stop", entity_id=STOP)
    assert released == "Unauthorized"


async def test_get_farm_says_who_keeps_which_machine_down(site: Site) -> None:
    """In pages."""
    site.add_machine("axe")
    await site.add_farm()
    await press(site)
    answer: Any = await site.call("get_farm", response=True)
    farm = answer["Site"]
    assert farm["all_machines"] == 1
    assert farm["next_offset"] is None
    (machine,) = farm["machines"]
    assert machine["name"] == "axe"
    assert machine["phase"] == "down"
    assert machine["levers"] == ["sleep"]
    assert machine["holds"][0]["owner"] == "emergency_stop"
