"""Buttons that let start again, who keeps what down, and what comes next."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockUser

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .site import Site, plant
from .test_interlock import LEAK, Hall, hall

__all__ = ["hall"]
STOP_RELEASE = "button.site_release_emergency_stop"
RELEASE = "button.site_north_release"
NEXT = "sensor.site_north_next_step"
NEXT_AT = "sensor.site_north_time_of_the_next_step"


async def press(site: Site, button: str, user: MockUser | None = None) -> None:
    """Press a button, as nobody in particular unless a user is given."""
    await site.hass.services.async_call(
        "button",
        "press",
        {"entity_id": button},
        blocking=True,
        context=None if user is None else Context(user_id=user.id),
    )
    await site.later(1)


async def test_the_button_releases_an_emergency_stop(site: Site) -> None:
    """Once; a second press says that nothing is stopped."""
    axe = site.add_machine("axe")
    await site.add_farm()
    await site.call("emergency_stop", confirm=True)
    asleep = [axe.asleep]
    await press(site, STOP_RELEASE)
    assert [*asleep, axe.asleep] == [True, False]
    with pytest.raises(ServiceValidationError):
        await press(site, STOP_RELEASE)


async def test_a_release_button_is_for_administrators(hall: Hall) -> None:
    """Whoever may control it may stop, and not let start."""
    user = MockUser()
    user.mock_policy({"entities": True})
    user.add_to_hass(hall.site.hass)
    await press(hall.site, "button.site_emergency_stop", user)
    for button in (STOP_RELEASE, RELEASE):
        with pytest.raises(Unauthorized):
            await press(hall.site, button, user)
    assert all(hall.asleep)


async def test_only_administrators_disarm_an_interlock(hall: Hall) -> None:
    """A bypass without an end needs no less than one with an end; arming is free."""
    user = MockUser()
    user.mock_policy({"entities": True})
    user.add_to_hass(hall.site.hass)
    armed = "switch.site_armed"

    async def switch(to: str) -> None:
        await hall.site.hass.services.async_call(
            "switch",
            f"turn_{to}",
            {"entity_id": armed},
            blocking=True,
            context=Context(user_id=user.id),
        )
        await hall.site.later(1)

    assert hall.site.state(armed) == "on"
    with pytest.raises(Unauthorized):
        await switch("off")
    assert hall.site.state(armed) == "on"
    await hall.site.hass.services.async_call(
        "switch", "turn_off", {"entity_id": armed}, blocking=True
    )
    await hall.site.later(1)
    await switch("on")
    assert hall.site.state(armed) == "on"


async def test_next_step_from_the_leak_to_the_return(hall: Hall) -> None:
    """It says what happens next, and when, where anybody can know it."""
    site = hall.site
    assert site.state(NEXT) == "nothing"
    assert site.state(NEXT_AT) == STATE_UNKNOWN
    await hall.calm(30, bits=LEAK)
    await site.later(1)
    assert site.state(NEXT) == "cool"
    ends = dt_util.parse_datetime(site.state(NEXT_AT))
    assert ends is not None
    assert timedelta(minutes=9) < ends - dt_util.utcnow() <= timedelta(minutes=10)
    await hall.calm(620, bits=LEAK)
    assert site.state(NEXT) == "cause_ends"
    await hall.calm(320)
    assert site.state(NEXT) == "release"
    await press(site, RELEASE)
    assert site.state(NEXT) == "start"
    starts = dt_util.parse_datetime(site.state(NEXT_AT))
    assert starts is not None
    assert starts > dt_util.utcnow()
    await hall.calm(330)
    await site.later()
    assert site.state(NEXT) == "nothing"


async def test_a_bypass_is_seen_until_it_ends(hall: Hall) -> None:
    """Then the interlock acts again, and says so."""
    site = hall.site
    with pytest.raises(ServiceValidationError):
        await site.call("bypass_interlock", until=dt_util.now() - timedelta(hours=1))
    await site.call("bypass_interlock", until=dt_util.now() + timedelta(minutes=5))
    await hall.calm(60, bits=LEAK)
    assert site.state("sensor.site_north_interlock") == "bypassed"
    assert site.state(NEXT) == "bypass_ends"
    assert hall.asleep == [False] * 4
    await hall.calm(260, bits=LEAK)
    assert hall.asleep == [True, True, True, False]
    assert site.state("sensor.site_north_interlock") != "bypassed"


async def test_the_farm_names_who_is_held_and_why(hall: Hall) -> None:
    """With the reason, and who pressed."""
    await hall.calm(30, bits=LEAK)
    await hall.site.later()
    held = hall.site.get("sensor.site_machines_kept_down").attributes
    assert held["interlock"] == 3
    assert [(one["machine"], one["reason"]) for one in held["held_machines"]] == [
        (f"axe{n}", "leak:north:leakage_fault") for n in range(3)
    ]


async def test_the_rehearsal_says_how_long_each_cause_takes(hall: Hall) -> None:
    """From its first sign to the order, and to the last confirmation."""
    answer: Any = await hall.site.call("test_interlock", response=True)
    plan = answer["North"]
    assert (plan["machines"], plan["can_be_stopped"]) == (3, 3)
    causes = {each["cause"]: each for each in plan["causes"]}
    assert causes["leak"]["reaction"] == "cut"
    assert "leakage_fault" in causes["leak"]["alarms"]
    assert causes["leak"]["ordered_within"] == 12
    assert causes["leak"]["confirmed_within"] == 72
    assert causes["flow_lost"]["ordered_within"] == 17
    assert causes["cold"]["confirmed_within"] is None
    assert hall.asleep == [False] * 4


async def test_a_machine_of_two_groups_is_said(
    site: Site, issue_registry: ir.IssueRegistry
) -> None:
    """Two containers that list one address, for example."""
    site.add_machine("axe", host="10.0.0.1")
    hosts = frozenset({"10.0.0.1"})
    for name in ("north", "south"):
        site.add_member(name, "container", plant(miner_hosts=hosts))
    await site.add_farm(
        groups={name: {"containers": [name]} for name in ("north", "south")}
    )
    await site.later()
    issue = issue_registry.async_get_issue("mining_farm", "farm_in_two_groups_site")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["names"] == "axe"
