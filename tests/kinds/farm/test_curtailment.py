"""A site draws less for a time: previewed, in waves, and back when it ends."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, override
from unittest.mock import patch

import pytest

from custom_components.mining_farm.common.members import MinerFacts
from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.const import DOMAIN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    device_registry as dr,
    issue_registry as ir,
    label_registry as lr,
)
from tests.common.machinery import FakeMachine
from tests.kinds.callers import Callers

from .site import Site

STATE = "binary_sensor.site_curtailed"
STOP = "binary_sensor.site_emergency_stop_in_force"


@dataclass
class Drawing(FakeMachine):
    """A miner that says what it draws."""

    watts: float | None = 3000.0
    rate: float = 1e14
    above: float = 0.0
    """W that it draws above its target."""

    @override
    def facts(self) -> MinerFacts:
        facts = super().facts()
        rate = self.rate if facts.hashrate else facts.hashrate
        watts = self.watts
        if watts is not None and isinstance(self.target, float):
            watts = min(watts, self.target + self.above)
        return replace(facts, power=0.0 if self.asleep else watts, hashrate=rate)


def add(site: Site, name: str, *, area: str | None = None, **how: Any) -> Drawing:
    """Add a machine that says what it draws."""
    site.add_machine(name, area=area).leave()
    machine = Drawing(site.hass, name, **how)
    machine.join()
    return machine


def three(site: Site) -> tuple[Drawing, Drawing, Drawing]:
    """Return a good, a usual and a bad one."""
    return (
        add(site, "good", rate=2e14),
        add(site, "usual", rate=1.5e14),
        add(site, "bad", rate=1e14),
    )


def sleeping(*machines: FakeMachine) -> int:
    """Return how many sleep."""
    return sum(machine.asleep for machine in machines)


async def preview(site: Site, **data: Any) -> Any:
    """Return what an action would do, or does."""
    answer: Any = await site.call("curtail", response=True, **data)
    return answer["Site"]


async def test_a_preview_stops_nothing(site: Site) -> None:
    """It names the machines in their order, what that frees, and how sure that is."""
    three(site)
    add(site, "fixed", sleeps=False)
    add(site, "silent", fresh=False, watts=None)
    await site.add_farm()
    plan = await preview(site, by_watts=5000)
    assert [each["name"] for each in plan["machines"]] == ["bad", "usual"]
    assert plan["machines"][0] == {
        "id": "bad",
        "name": "bad",
        "power": 3000,
        "measured": False,
        "efficiency": 30,
        "what": "asleep",
        "watts": None,
        "frees": 3000,
        "sure": "reported",
        "stopped_by": "sleep",
    }
    assert (plan["draw"], plan["frees"], plan["of_it_measured"]) == (12000, 6000, 0)
    assert (plan["of_it_reported"], plan["of_it_nominal"]) == (6000, 0)
    assert (plan["short_by"], plan["in_reserve"], plan["draw_unknown"]) == (0, 1, 1)
    assert plan["cannot_be_stopped"] == ["fixed"]
    assert plan["confirmed"] is False
    assert site.state(STATE) == "off"
    assert not any(site.holds)


async def test_levels_come_before_sleep(site: Site) -> None:
    """The preview says to how many W; then these are set, confirmed, and undone."""
    good = add(site, "good", rate=2e14, target=3000.0)
    bad = add(site, "bad", target=3000.0)
    fixed = add(site, "fixed", rate=1e13)
    await site.add_farm()
    plan = await preview(site, by_watts=2500)
    planned = [
        (each["name"], each["what"], each["watts"], each["frees"], each["sure"])
        for each in plan["machines"]
    ]
    assert planned == [
        ("bad", "at_most", 1000, 2000, "nominal"),
        ("good", "at_most", 2500, 500, "nominal"),
    ]
    assert (plan["frees"], plan["of_it_nominal"], plan["of_it_reported"]) == (
        2500,
        2500,
        0,
    )
    await site.call("curtail", by_watts=2500, confirm=True)
    await site.later(1)
    assert (bad.log, good.log, fixed.log) == (["set 1000.0"], ["set 2500.0"], [])
    assert site.state("sensor.site_curtailed_power") == "2500.0"
    (told,) = site.get(STATE).attributes["curtailments"]
    assert (told["machines"], told["confirmed"], told["lowered"]) == (2, 2, 2)
    assert told["watts_freed"] == 2500
    # They run, so they are not kept down.
    assert site.state("sensor.site_machines_kept_down") == "0"
    await site.call("release_curtailment")
    await site.later(1)
    assert (bad.target, good.target) == (3000, 3000)
    assert not any(site.holds)


async def test_what_draws_more_than_it_is_set_to_is_made_up_for(site: Site) -> None:
    """Its watts say so after ten minutes: the next is lowered, and then it sleeps."""
    bad = add(site, "bad", target=3000.0, above=800.0)
    good = add(site, "good", rate=2e14, target=3000.0)
    await site.add_farm()
    await site.call("curtail", by_watts=2000, confirm=True)
    for _ in range(50):
        await site.later()
    assert (bad.log, good.log) == (["set 1000.0"], [])
    for _ in range(10):
        await site.later()
    assert (bad.log, good.log) == (["set 1000.0"], ["set 1000.0"])
    (told,) = site.get(STATE).attributes["curtailments"]
    assert told["watts_freed"] == 1200 + 2000


async def test_a_machine_that_has_to_rest_is_not_lowered(site: Site) -> None:
    """Others are, or it sleeps: the plan knows."""
    axe = add(site, "axe", target=3000.0, rested=False)
    await site.add_farm()
    plan = await preview(site, by_watts=500, confirm=True)
    assert [each["what"] for each in plan["machines"]] == ["asleep"]
    await site.later(1)
    assert axe.log == ["sleep down"]


async def test_who_sets_a_machine_otherwise_keeps_it(site: Site) -> None:
    """Another takes its place, also after a restart; the event names the machine."""
    bad = add(site, "bad", target=3000.0)
    good = add(site, "good", rate=2e14, target=3000.0)
    await site.add_farm()
    await site.call("curtail", by_watts=1500, confirm=True)
    await site.later(1)
    assert (bad.log, good.log) == (["set 1500.0"], [])
    bad.target = 2800.0
    bad.polled()
    await site.later(1)
    event = site.get("event.site_events").attributes
    assert (event["event_type"], event["machine"]) == ("changed_by_hand", "bad")
    await site.later()
    assert (bad.target, good.log) == (2800, ["set 1000.0"])
    await site.hass.config_entries.async_unload("site")
    for machine in (bad, good):
        machine.leave()
    await site.start()
    for machine in (bad, good):
        machine.join()
    await site.load()
    for _ in range(10):
        await site.later()
    assert (bad.target, good.log) == (2800, ["set 1000.0"])
    await site.call("release_curtailment")
    await site.later(1)
    assert (bad.target, good.target) == (2800, 3000)


async def test_power_is_cut_only_where_that_was_asked_for(site: Site) -> None:
    """A rig without a sleep is named as one that cannot be stopped; or is cut, and said."""
    rig = add(site, "rig", sleeps=False, outlet=True)
    await site.add_farm()
    plan = await preview(site)
    assert plan["machines"] == []
    assert plan["cannot_be_stopped"] == ["rig"]
    await site.call("curtail", confirm=True, name="mild")
    await site.later(61)
    assert rig.log == []
    await site.call("release_curtailment", name="mild")
    plan = await preview(site, cut_power=True, confirm=True)
    (told,) = plan["machines"]
    assert (told["what"], told["stopped_by"], told["sure"]) == (
        "cut",
        "outlet",
        "metered",
    )
    await site.later(1)
    assert rig.log == ["outlet down"]
    await site.call("release_curtailment")
    await site.later(1)
    assert rig.log == ["outlet down", "outlet up"]


async def test_without_confirm_and_answer_it_is_refused(site: Site) -> None:
    """An automation that forgot the tick learns of it."""
    three(site)
    await site.add_farm()
    with pytest.raises(ServiceValidationError, match="Confirm"):
        await site.call("curtail", by_watts=5000)


async def test_it_draws_less_and_says_so(site: Site) -> None:
    """The worst ones sleep; the state says how many are confirmed, and how many W."""
    good, usual, bad = three(site)
    await site.add_farm()
    plan = await preview(site, to_watts=5000, confirm=True, name="peak")
    assert plan["confirmed"] is True
    await site.later(1)
    assert (good.asleep, usual.asleep, bad.asleep) == (False, True, True)
    (told,) = site.get(STATE).attributes["curtailments"]
    assert (told["name"], told["machines"], told["confirmed"]) == ("peak", 2, 2)
    assert (told["watts_wanted"], told["watts_freed"]) == (4000, 6000)
    assert site.get("sensor.site_machines_kept_down").attributes["curtailment"] == 2
    assert site.get("event.site_events").attributes["event_type"] == "curtailed"


async def test_what_does_not_stop_is_made_up_for(site: Site) -> None:
    """By the next one, once the first was not seen to stop."""
    deaf = add(site, "deaf", rate=1e13, obeys=False)
    axe = add(site, "axe")
    await site.add_farm()
    await site.call("curtail", by_watts=3000, confirm=True)
    await site.later(1)
    assert (deaf.log, axe.log) == (["sleep down"], [])
    for _ in range(8):
        await site.later()
    assert (deaf.log, axe.log) == (["sleep down"], ["sleep down"])


async def test_labels_and_areas_choose_and_order(site: Site) -> None:
    """Those of the first label go first, however good they are; others are left alone."""
    good, usual, bad = three(site)
    labels, devices = lr.async_get(site.hass), dr.async_get(site.hass)
    for machine in (good, usual):
        label = labels.async_create(machine.name)
        (device,) = dr.async_entries_for_config_entry(devices, machine.name)
        devices.async_update_device(device.id, labels={label.label_id})
    await site.add_farm()
    plan = await preview(site, by_watts=9000, labels=["good", "usual"])
    assert [each["name"] for each in plan["machines"]] == ["good", "usual"]
    assert plan["short_by"] == 3000
    assert bad.log == []


async def test_it_ends_at_its_time_through_the_gate(site: Site) -> None:
    """The machines start in turn; what slept before sleeps on."""
    machines = [add(site, f"axe{number}") for number in range(3)]
    slept = add(site, "sleeper", asleep=True)
    await site.add_farm(starts=1, start_seconds=20)
    until = site.freezer() + timedelta(hours=1)
    await site.call("curtail", confirm=True, until=f"{until:%Y-%m-%d %H:%M:%S+00:00}")
    await site.later(1)
    assert sleeping(*machines) == 3
    await site.later(3500)
    assert sleeping(*machines) == 3
    began = site.freezer()
    await site.later(100)
    await site.later(11)
    assert sleeping(*machines) == 0
    assert (site.freezer() - began).total_seconds() >= 100 + 11 + 40
    assert slept.asleep
    assert site.state(STATE) == "off"


async def test_an_end_that_passed_while_it_was_off(site: Site) -> None:
    """After a restart it ends at once, and before that everything is as it was."""
    axe = add(site, "axe")
    await site.add_farm()
    until = site.freezer() + timedelta(hours=1)
    await site.call("curtail", confirm=True, until=f"{until:%Y-%m-%d %H:%M:%S+00:00}")
    await site.later(1)
    await site.hass.config_entries.async_unload("site")
    axe.leave()
    await site.start()
    axe.join()
    await site.load()
    assert site.state(STATE) == "on"
    assert sleeping(axe)
    await site.hass.config_entries.async_unload("site")
    site.freezer.tick(timedelta(hours=2))
    await site.load()
    await site.later()
    await site.later()
    assert not sleeping(axe)
    assert axe.log == ["sleep down", "sleep up"]


async def test_a_signal_ends_it_and_silence_does_not(site: Site) -> None:
    """Only what is off is off, once the start is over."""
    axe = add(site, "axe")
    await site.add_farm()
    await site.later(181)
    signal = "binary_sensor.grid"
    site.hass.states.async_set(signal, "on")
    await site.call("curtail", confirm=True, signal=signal)
    for state in ("on", "unavailable", "unknown"):
        site.hass.states.async_set(signal, state)
        await site.later()
        assert sleeping(axe)
    site.hass.states.async_set(signal, "off")
    await site.later()
    await site.later()
    assert not sleeping(axe)


async def test_two_curtailments_and_a_human(site: Site) -> None:
    """Each ends its own; a machine starts when none is left."""
    axe = add(site, "axe")
    await site.add_farm()
    await site.call("curtail", confirm=True, name="peak")
    await site.call("curtail", confirm=True, name="night")
    with pytest.raises(ServiceValidationError, match="peak is in force"):
        await site.call("curtail", confirm=True, name="peak")
    await site.call("emergency_stop", confirm=True)
    await site.call("release_curtailment", name="peak")
    with pytest.raises(ServiceValidationError, match="No curtailment named peak"):
        await site.call("release_curtailment", name="peak")
    await site.call("release_curtailment")
    await site.later(1)
    assert sleeping(axe)
    await site.call("release_emergency_stop")
    await site.later(1)
    assert not sleeping(axe)


async def test_no_more_than_twenty_are_in_force(site: Site) -> None:
    """Whoever asks again and again fills neither the disk nor the state."""
    await site.add_farm()
    for number in range(20):
        await site.call("curtail", by_watts=0, confirm=True, name=f"{number}")
    with pytest.raises(ServiceValidationError, match="so many curtailments"):
        await site.call("curtail", by_watts=0, confirm=True, name="another")
    await site.later(1)
    assert len(site.get(STATE).attributes["curtailments"]) == 20
    await site.call("release_curtailment", name="7")
    await site.call("curtail", by_watts=0, confirm=True, name="another")
    await site.later(1)
    assert len(site.get(STATE).attributes["curtailments"]) == 20


async def test_a_record_that_cannot_be_read_starts_nothing(
    site: Site, tmp_path: Path, issue_registry: ir.IssueRegistry
) -> None:
    """What it keeps down stays down until a human releases it."""
    axe = add(site, "axe")
    await site.add_farm()
    await site.call("curtail", confirm=True, name="peak")
    await site.later(1)
    await site.hass.config_entries.async_unload("site")
    for name in ("farm_curtailments.site", "farm_curtailments.site.2"):
        path = tmp_path / f".storage/mining_farm.{name}"
        await site.hass.async_add_executor_job(path.write_text, "{")
    await site.load()
    await site.later(86400)
    assert sleeping(axe)
    issue = "farm_curtailments_site"
    assert issue_registry.async_get_issue(DOMAIN, issue) is not None
    await site.call("release_curtailment", name="peak")
    await site.later(1)
    assert not sleeping(axe)
    assert issue_registry.async_get_issue(DOMAIN, issue) is None


async def test_a_farm_that_is_removed_leaves_its_machines_to_the_user(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """Nothing wakes or draws more, and both are listed, until he sets them."""
    axe, low = add(site, "axe"), add(site, "low", target=3000.0)
    await site.add_farm()
    await site.call("curtail", confirm=True, by_watts=4000)
    await site.later(1)
    assert (axe.log, low.log) == (["sleep down"], ["set 2000.0"])
    await site.hass.config_entries.async_remove("site")
    await site.settle()
    assert sleeping(axe)
    ruling = site.holds.ruling("axe")
    assert ruling is not None
    assert ruling.owner == "user"
    issue = issue_registry.async_get_issue(DOMAIN, "farm_left_to_user_site")
    assert issue is not None
    assert issue.translation_placeholders == {
        "name": "Site",
        "count": "2",
        "machines": "axe, low",
    }
    assert low.log == ["set 2000.0"]
    low.target = 2500.0
    low.polled()
    await site.settle()
    assert site.holds.of("low").empty
    assert low.target == 2500


async def test_an_end_in_the_past_is_refused(site: Site) -> None:
    """Nothing is stopped for no time."""
    axe = add(site, "axe")
    await site.add_farm()
    with pytest.raises(ServiceValidationError, match="has passed"):
        await site.call("curtail", confirm=True, until="2020-01-01 00:00:00")
    assert axe.log == []


async def test_who_may_read_may_preview_and_not_curtail(
    site: Site, callers: Callers
) -> None:
    """Whoever may stop everything may also stop some."""
    add(site, "axe")
    await site.add_farm()
    refused = await callers.call("read only", "curtail", entity_id=STOP, confirm=True)
    assert refused == "Unauthorized"
    previewed = await callers.call(
        "read only", "curtail", entity_id=STOP, response=True
    )
    assert previewed == "done"
    assert not any(site.holds)
    stopped = await callers.call("user", "curtail", entity_id=STOP, confirm=True)
    assert stopped == "done"


async def test_a_curtailment_that_cannot_be_stored(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """It does not begin, and why is said until one can be."""
    machines = three(site)
    await site.add_farm()
    with (
        patch.object(RecordFile, "async_write", side_effect=OSError("full")),
        pytest.raises(HomeAssistantError, match="full"),
    ):
        await site.call("curtail", by_watts=5000, confirm=True)
    assert sleeping(*machines) == 0
    issue = issue_registry.async_get_issue(DOMAIN, "disk_curtailments_site")
    assert issue is not None
    await site.call("curtail", by_watts=5000, confirm=True)
    assert sleeping(*machines)
    assert issue_registry.async_get_issue(DOMAIN, "disk_curtailments_site") is None
