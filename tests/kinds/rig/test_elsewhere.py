"""A linked miner that hashes while its pool account sees nothing of it."""

from typing import Any

import pytest

from custom_components.mining_farm.const import DOMAIN
from homeassistant.helpers import issue_registry as ir

from .test_linked_miner import HASHING, IDLE, report
from .watching import Farm

EVENT, STATE = "event.rig1_restarts", "sensor.rig1_state"


def shown(farm: Farm) -> tuple[str, str, Any, bool]:
    """Return state, reason, last event, and whether there is an issue."""
    event = farm.hass.states.get(EVENT)
    assert event is not None
    issue_id = "rig_hashes_elsewhere_rig1"
    issue = ir.async_get(farm.hass).async_get_issue(DOMAIN, issue_id)
    return (
        farm.state(STATE),
        farm.state("sensor.rig1_reason"),
        event.attributes.get("event_type"),
        issue is not None,
    )


WORKS = ("online", "miner_hashes")
ELSEWHERE = ("elsewhere", "hashes_elsewhere", "hashes_elsewhere", True)


async def test_it_works_but_not_for_its_user(farm: Farm) -> None:
    """Said once, in all places, and withdrawn with the first share; never a cut."""
    outlet = await farm.add("rig1", miner_entry="miner1")
    await farm.add("rig2")
    await report(farm, HASHING)
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(50)
    assert shown(farm) == (*WORKS, None, False)
    await farm.after(20)
    assert shown(farm) == ELSEWHERE
    assert farm.state("binary_sensor.rig1_online") == "on"
    first = farm.state(EVENT)
    await farm.after(120)
    assert shown(farm) == ELSEWHERE
    assert farm.state(EVENT) == first
    assert outlet.log == []
    farm.alive.add("rig1")
    await farm.after(10)
    assert shown(farm) == (*WORKS, "hashes_elsewhere", False)


@pytest.mark.parametrize("minutes", [15, 180])
async def test_after_the_time_of_the_option(farm: Farm, minutes: int) -> None:
    """As many minutes as the user wants."""
    await farm.add(
        "rig1", miner_entry="miner1", options={"time_until_elsewhere": minutes}
    )
    await report(farm, HASHING)
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(minutes - 5)
    assert farm.state(STATE) == "online"
    await farm.after(15)
    assert farm.state(STATE) == "elsewhere"


async def test_not_at_a_solo_pool(farm: Farm) -> None:
    """There one that is small has a share seldom."""
    await farm.add("rig1", miner_entry="miner1", status_api="ckpool", coin=None)
    await report(farm, HASHING)
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(90)
    assert shown(farm) == (*WORKS, None, False)


async def test_it_ends_when_the_miner_stops(farm: Farm) -> None:
    """Then the rig is judged like any other."""
    outlet = await farm.add("rig1", miner_entry="miner1")
    await farm.add("rig2")
    await report(farm, HASHING)
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(70)
    await report(farm, IDLE)
    await farm.after(10)
    assert not shown(farm)[3]
    assert outlet.log == ["off", "on"]
